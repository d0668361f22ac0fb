"""Proposals in the database of each service that has them; a record has at most one open proposal of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Integer, MetaData, Table, Text, Uuid, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.proposals.rules import AlreadyProposed, P, Proposal, ProposalStatus
from shared.reach import Scope
from shared.tables import Choice, Instant, Json, fixed


def step_columns() -> list[Column[Any]]:
    """The columns that every table of proposals has, for who proposed it and who decided about it."""
    return [
        fixed("id", Uuid),
        fixed("region", Text),
        fixed("reason", Text),
        fixed("proposed_by", Text),
        fixed("proposed_at", Instant),
        Column("status", Choice(ProposalStatus)),
        Column("decided_by", Text),
        Column("decided_at", Instant),
        Column("decision_reason", Text),
        Column("version", Integer),
    ]


@dataclass(frozen=True)
class ProposalTable(Generic[P]):
    """A table of proposals, of which one at most is open of a kind `about` the same record."""

    table: Table
    make: type[P]
    about: Sequence[str]

    async def add(self, connection: AsyncConnection, proposal: P) -> P:
        """Store a new proposal; where one about the same is open, that one, which may differ."""
        same = [_is(self.table.c[name], getattr(proposal, name)) for name in ("kind", *self.about)]
        # The condition of the partial index stands literally: a parameter would hide it from the planner.
        is_open = self.table.c.status == literal_column("'proposed'")
        open_ = await tables.fetch_one(connection, select(self.table).where(*same, is_open), self.make)
        if open_ is None:
            await tables.add(connection, self.table, proposal)
        return open_ or proposal

    async def load(self, connection: AsyncConnection, proposal_id: UUID, *, lock: bool = False) -> P:
        """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
        statement = select(self.table).where(self.table.c.id == proposal_id)
        found = await tables.fetch_one(connection, statement.with_for_update() if lock else statement, self.make)
        if found is None:
            raise NotFound(what="proposal", id=proposal_id)
        return found

    async def save(self, connection: AsyncConnection, proposal: P) -> None:
        """Store the decision. Raises Stale if the stored version is not the one before."""
        await tables.save(connection, self.table, proposal, expected=proposal.version - 1)

    async def page(self, connection: AsyncConnection, *asked: ColumnElement[bool], after: UUID, limit: int) -> list[P]:
        """Those that meet every condition, in the order of their ids, after `after`."""
        return await tables.fetch_page(connection, self.table, self.make, asked, after=after, limit=limit)


def _is(column: Column[Any], value: object) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


PROPOSAL: Final = Table(
    "proposal",
    MetaData(),
    *step_columns(),
    fixed("kind", Text),
    fixed("subject", Text),
    fixed("organisation", Uuid),
    fixed("reporting_region", Text),
    fixed("content", Json),
)
_PROPOSALS: Final = ProposalTable(PROPOSAL, Proposal, about=("subject",))
load = _PROPOSALS.load
save = _PROPOSALS.save


async def add(connection: AsyncConnection, proposal: Proposal) -> Proposal:
    """Store a new proposal; a repeat of the open one returns that. Raises AlreadyProposed for a different one."""
    stored = await _PROPOSALS.add(connection, proposal)
    if not proposal.repeats(stored):
        raise AlreadyProposed(proposal_id=str(stored.id))
    return stored


async def page(
    connection: AsyncConnection,
    scope: Scope,
    *,
    subject: str | None,
    status: ProposalStatus | None,
    after: UUID,
    limit: int,
) -> list[Proposal]:
    """Proposals in sight, in the order of their ids, after `after`."""
    narrowed = tables.matches(PROPOSAL, organisation=scope.organisation_id, subject=subject, status=status)
    return await _PROPOSALS.page(connection, *lies_in(PROPOSAL, scope.reach), *narrowed, after=after, limit=limit)
