"""Proposals about persons in the database; there is at most one open proposal of a kind for a person or a training."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import Date, LargeBinary, MetaData, Table, Uuid
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.persons.rules.proposals import Proposal, ProposalKind, ProposalOpen
from shared import tables
from shared.database import driver
from shared.proposals.rules import ProposalStatus
from shared.proposals.store import ProposalTable, step_columns
from shared.reach import Reach
from shared.tables import Choice, Texts, fixed

PROPOSAL: Final = Table(
    "person_proposal",
    MetaData(),
    *step_columns(),
    fixed("kind", Choice(ProposalKind)),
    fixed("person", Uuid),
    fixed("into_person", Uuid),
    fixed("enrolment_id", Uuid),
    fixed("sealed", LargeBinary),
    fixed("seen_on", Date),
    fixed("regions", Texts),
)
_PROPOSALS: Final = ProposalTable(PROPOSAL, Proposal, about=("person", "enrolment_id"))
load = _PROPOSALS.load
save = _PROPOSALS.save
# The regions of all trainings of these persons, under whichever document they came.
_REGIONS: Final = """
SELECT DISTINCT c.region FROM enrolment AS e JOIN class AS c ON c.id = e.class_id
WHERE e.person = ANY($1) OR e.id IN (SELECT id FROM enrolment WHERE came_as = ANY($1))
"""


async def add(connection: AsyncConnection, proposal: Proposal) -> Proposal:
    """Store a new proposal; a repeat of the open one returns that. Raises ProposalOpen for a different one."""
    stored = await _PROPOSALS.add(connection, proposal)
    if not proposal.repeats(stored):
        raise ProposalOpen(proposal=str(stored.id))
    return stored


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
    return await _PROPOSALS.page(connection, *asked, after=after, limit=limit)
