"""Proposals about persons in the database; there is at most one open proposal of a kind for a person or a training."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Date, Integer, LargeBinary, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.persons.rules.proposals import Proposal, ProposalKind, ProposalOpen
from shared import tables
from shared.database import driver
from shared.kernel.refusals import NotFound
from shared.proposals.rules import ProposalStatus
from shared.reach import Reach
from shared.tables import Choice, Instant, Texts, fixed

PROPOSAL: Final = Table(
    "person_proposal",
    MetaData(),
    fixed("id", Uuid),
    fixed("kind", Choice(ProposalKind)),
    fixed("person", Uuid),
    fixed("into_person", Uuid),
    fixed("enrolment_id", Uuid),
    fixed("sealed", LargeBinary),
    fixed("seen_on", Date),
    fixed("reason", Text),
    fixed("region", Text),
    fixed("regions", Texts),
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
_OPEN: Final = select(PROPOSAL).where(
    PROPOSAL.c.kind == bindparam("kind"),
    PROPOSAL.c.person == bindparam("person"),
    PROPOSAL.c.enrolment_id.is_not_distinct_from(bindparam("training", type_=Uuid)),
    PROPOSAL.c.status == ProposalStatus.PROPOSED,
)
# The regions of all trainings of these persons, under whichever document they came.
_REGIONS: Final = """
SELECT DISTINCT c.region FROM enrolment AS e JOIN class AS c ON c.id = e.class_id
WHERE e.person = ANY($1) OR e.id IN (SELECT id FROM enrolment WHERE came_as = ANY($1))
"""


async def add(connection: AsyncConnection, proposal: Proposal) -> Proposal:
    """Store a new proposal; a repeat of the open one returns that. Raises ProposalOpen for a different one."""
    values = {"kind": proposal.kind, "person": proposal.person, "training": proposal.enrolment_id}
    open_ = await tables.fetch_one(connection, _OPEN, Proposal, **values)
    if open_ is None:
        await tables.add(connection, PROPOSAL, proposal)
        return proposal
    if not proposal.repeats(open_):
        raise ProposalOpen(proposal=str(open_.id))
    return open_


async def load(connection: AsyncConnection, proposal_id: UUID, *, lock: bool = False) -> Proposal:
    """Raises NotFound. `lock` holds the row lock until the end of the transaction."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Proposal, id=proposal_id)
    if found is None:
        raise NotFound(what="proposal", id=proposal_id)
    return found


async def save(connection: AsyncConnection, proposal: Proposal) -> None:
    """Store the decision. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, PROPOSAL, proposal, expected=proposal.version - 1)


async def regions(connection: AsyncConnection, persons: Collection[UUID]) -> frozenset[str]:
    """The regions in which `persons` were trained."""
    return frozenset(row["region"] for row in await (await driver(connection)).fetch(_REGIONS, list(persons)))


async def page(
    connection: AsyncConnection, reach: Reach, *, status: ProposalStatus | None, after: UUID, limit: int
) -> list[Proposal]:
    """Proposals that concern `reach`, in the order of their ids, after `after`."""
    asked = tables.matches(PROPOSAL, status=status)
    if reach.codes:
        asked.append(PROPOSAL.c.regions.overlap(sorted(reach.codes)))
    return await tables.fetch_page(connection, PROPOSAL, Proposal, asked, after=after, limit=limit)
