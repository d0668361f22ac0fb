"""Proposals in the database of each service that has them; a record has at most one open proposal of a kind."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, bindparam, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.proposals.rules import AlreadyProposed, Proposal, ProposalStatus
from shared.reach import Scope
from shared.tables import Choice, Instant, Json, fixed

PROPOSAL: Final = Table(
    "proposal",
    MetaData(),
    fixed("id", Uuid),
    fixed("kind", Text),
    fixed("subject", Text),
    fixed("organisation", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("content", Json),
    fixed("reason", Text),
    fixed("proposed_by", Text),
    fixed("proposed_at", Instant),
    Column("status", Choice(ProposalStatus)),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("decision_reason", Text),
    Column("version", Integer),
)
_BY_ID: Final = select(PROPOSAL).where(PROPOSAL.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
# The statement repeats the condition of the partial index literally: a parameter would hide it from the planner.
_OPEN: Final = select(PROPOSAL).where(
    PROPOSAL.c.kind == bindparam("kind"),
    PROPOSAL.c.subject == bindparam("subject"),
    PROPOSAL.c.status == literal_column("'proposed'"),
)


async def add(connection: AsyncConnection, proposal: Proposal) -> Proposal:
    """Store a new proposal; a repeat of the open one returns that. Raises AlreadyProposed for a different one."""
    open_ = await tables.fetch_one(connection, _OPEN, Proposal, kind=proposal.kind, subject=proposal.subject)
    if open_ is None:
        await tables.add(connection, PROPOSAL, proposal)
        return proposal
    if not proposal.repeats(open_):
        raise AlreadyProposed(proposal_id=str(open_.id))
    return open_


async def load(connection: AsyncConnection, proposal_id: UUID, *, lock: bool = False) -> Proposal:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Proposal, id=proposal_id)
    if found is None:
        raise NotFound(what="proposal", id=proposal_id)
    return found


async def save(connection: AsyncConnection, proposal: Proposal) -> None:
    """Store the decision. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, PROPOSAL, proposal, expected=proposal.version - 1)


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
    asked = [*lies_in(PROPOSAL, scope.reach), *narrowed]
    return await tables.fetch_page(connection, PROPOSAL, Proposal, asked, after=after, limit=limit)
