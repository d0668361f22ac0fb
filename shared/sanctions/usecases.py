"""Impose sanctions, lift them and take a lifting back, on whatever kind of organisation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.backbone import outbox
from shared.contracts.dimensions import SanctionStep
from shared.contracts.fact import Fact
from shared.dated_entries import store as endings
from shared.dated_entries.endings import Ending
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.sanctions import rules
from shared.sanctions.rules import S
from shared.sanctions.store import SanctionStore

Owner = TypeVar("Owner")


@dataclass(frozen=True)
class Sanctions(ABC, Generic[S, Owner]):
    """The sanctions on one kind of organisation; a subclass says who decides about it and what follows."""

    store: SanctionStore[S]

    @abstractmethod
    async def load_owner(
        self, connection: AsyncConnection, owner_id: UUID, *, step: SanctionStep, caller: Caller
    ) -> Owner:
        """The organisation, for an officer who may impose or lift `step`. Raises NotFound, ForeignRegion."""

    @abstractmethod
    def tell(self, sanction: S, owner: Owner, *, at: datetime) -> Fact:
        """The fact of what was done with `sanction`."""

    @abstractmethod
    async def apply(self, connection: AsyncConnection, owner: Owner, sanction: S, *, at: datetime) -> None:
        """What follows when `sanction` is imposed or holds again."""

    async def impose(
        self,
        connection: AsyncConnection,
        owner_id: UUID,
        *,
        step: SanctionStep,
        first_on: date,
        last_on: date | None,
        reason: str,
        caller: Caller,
        at: datetime,
    ) -> S:
        """Impose a sanction, with its consequences.

        Raises NotFound, ForeignRegion, PeriodEndsBeforeStart, SanctionStands.
        """
        owner = await self.load_owner(connection, owner_id, step=step, caller=caller)
        named: dict[str, Any] = {self.store.owner: owner_id}
        new = self.store.make(
            id=new_id(),
            step=step,
            first_on=first_on,
            last_on=last_on,
            reason=reason,
            opened_by=caller.person,
            opened_at=at,
            **named,
        )
        sanction = rules.impose(new, others=await self.store.since(connection, owner_id, first_on))
        await self.store.add(connection, sanction)
        await outbox.record(connection, self.tell(sanction, owner, at=at))
        await self.apply(connection, owner, sanction, at=at)
        return sanction

    async def lift(
        self,
        connection: AsyncConnection,
        owner_id: UUID,
        sanction_id: UUID,
        *,
        from_on: date,
        reason: str,
        caller: Caller,
        at: datetime,
    ) -> S:
        """End a sanction on the day before `from_on`, as a different officer from the one who imposed it.

        Its consequences stay: undoing them is a separate decision. Raises NotFound, ForeignRegion, SamePerson,
        IllegalMove, SanctionEnded.
        """
        before = await self.store.load(connection, owner_id, sanction_id)
        owner = await self.load_owner(connection, owner_id, step=before.step, caller=caller)
        after = rules.lift(before, from_on=from_on, by=caller.person, reason=reason, at=at)
        ending = Ending(before.id, after.version, before.last_on, caller.person, at, reason)
        await endings.add(connection, ending)
        await self.store.save(connection, after)
        await outbox.record(connection, self.tell(after, owner, at=at))
        return after

    async def reinstate(
        self,
        connection: AsyncConnection,
        owner_id: UUID,
        sanction_id: UUID,
        *,
        reason: str,
        caller: Caller,
        at: datetime,
    ) -> S:
        """Take back the lifting of a sanction: it holds to its former last day, with its consequences.

        Raises NotFound, ForeignRegion, IllegalMove, NotEnded, SanctionStands.
        """
        before = await self.store.load(connection, owner_id, sanction_id)
        owner = await self.load_owner(connection, owner_id, step=before.step, caller=caller)
        ending = await endings.latest(connection, sanction_id)
        others = await self.store.since(connection, owner_id, before.first_on)
        after = rules.reinstate(before, ending, others=others)
        assert ending is not None, "the rule refuses a sanction that was not lifted"
        await endings.take_back(connection, ending, by=caller.person, reason=reason, at=at)
        await self.store.save(connection, after)
        await outbox.record(connection, self.tell(after, owner, at=at))
        await self.apply(connection, owner, after, at=at)
        return after
