"""Sanctions in the database of each service that has them: one table for each kind of organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic
from uuid import UUID

from sqlalchemy import ColumnElement, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.contracts.dimensions import SanctionStep
from shared.dated_entries import columns as dated
from shared.kernel.refusals import NotFound
from shared.sanctions.rules import S
from shared.tables import Choice, fixed


def sanction_table(name: str, *, owner: str) -> Table:
    """A table of sanctions; its column `owner` is the id of the organisation that each is imposed on."""
    return Table(
        name,
        MetaData(),
        *dated.columns(opened="imposed", ended="lifted", ending="lifting"),
        fixed(owner, Uuid),
        fixed("step", Choice(SanctionStep)),
        fixed("reason", Text),
    )


@dataclass(frozen=True)
class SanctionStore(Generic[S]):
    """Sanctions of one kind in their table; `owner` names the field and column of the organisation."""

    table: Table
    make: type[S]
    owner: str

    async def add(self, connection: AsyncConnection, sanction: S) -> None:
        await tables.add(connection, self.table, sanction)

    async def load(self, connection: AsyncConnection, owner_id: UUID, sanction_id: UUID) -> S:
        """The sanction, locked. Raises NotFound."""
        statement = select(self.table).where(*self._of(owner_id), self.table.c.id == sanction_id).with_for_update()
        sanction = await tables.fetch_one(connection, statement, self.make)
        if sanction is None:
            raise NotFound(what="sanction", id=sanction_id)
        return sanction

    async def since(self, connection: AsyncConnection, owner_id: UUID, day: date) -> list[S]:
        """The organisation's sanctions that hold on `day` or on a later day."""
        asked = [*self._of(owner_id), dated.stand_since(self.table, day)]
        statement = select(self.table).where(*asked).order_by(self.table.c.id)
        return await tables.fetch_all(connection, statement, self.make)

    async def save(self, connection: AsyncConnection, sanction: S) -> None:
        """Store the next version of `sanction`. Raises Stale if the stored version is not the one before."""
        await tables.save(connection, self.table, sanction, expected=sanction.version - 1)

    async def page(
        self,
        connection: AsyncConnection,
        asked: Sequence[ColumnElement[bool]],
        *,
        owner_id: UUID | tuple[UUID, ...] | None,
        after: UUID,
        limit: int,
    ) -> list[S]:
        """Those that meet every condition `asked`, of these organisations or of all, in the order of their ids."""
        conditions = [*self._of(owner_id), *asked]
        return await tables.fetch_page(connection, self.table, self.make, conditions, after=after, limit=limit)

    def _of(self, owner_id: UUID | tuple[UUID, ...] | None) -> list[ColumnElement[bool]]:
        return tables.matches(self.table, **{self.owner: owner_id})
