"""Sanctions on bodies: who imposes them, and what ends with them."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules import sanctions as rules
from services.assessment.bodies.rules.bodies import Body
from services.assessment.bodies.rules.sanctions import BodySanction
from services.assessment.bodies.store import scope as scope_store
from services.assessment.bodies.store.sanctions import SANCTIONS
from services.assessment.bodies.usecases.filing import load_for_officer, tell
from services.assessment.bodies.usecases.scope import end_all
from shared.contracts.assessment import BodySanctionState
from shared.contracts.dimensions import SanctionStep
from shared.kernel.callers import Caller
from shared.kernel.periods import Period
from shared.sanctions.rules import DELISTING
from shared.sanctions.usecases import Sanctions


class BodySanctions(Sanctions[BodySanction, Body]):
    """A stop or a higher step stops the sessions of its period by itself: they ask what holds on their day."""

    async def load_owner(
        self, connection: AsyncConnection, owner_id: UUID, *, step: SanctionStep, caller: Caller
    ) -> Body:
        """For officers of the body's region or above; from delisting up, of the prefecture or above."""
        body, _ = await load_for_officer(connection, owner_id, caller=caller, prefecture=step in DELISTING)
        return body

    def tell(self, sanction: BodySanction, owner: Body, *, at: datetime) -> BodySanctionState:
        return rules.tell(sanction, owner, at=at)

    async def apply(self, connection: AsyncConnection, owner: Body, sanction: BodySanction, *, at: datetime) -> None:
        """End what the body is filed for in the period of a delisting; entries that begin after it stay."""
        if sanction.step not in DELISTING:
            return
        period = Period(sanction.first_on, sanction.last_on)
        scope = (await scope_store.since(connection, [owner.id], sanction.first_on))[owner.id]
        met = [each for each in scope if each.meets(period)]
        if met:
            by, reason = sanction.opened_by, sanction.reason
            await end_all(connection, met, from_on=sanction.first_on, by=by, reason=reason, at=at)
            await tell(connection, owner, at=at)


BODY_SANCTIONS: Final = BodySanctions(SANCTIONS)
