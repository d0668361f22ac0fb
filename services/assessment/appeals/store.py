"""Appeals in the database, with their steps."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.appeals.rules import Appeal, AppealStatus, AppealStep
from services.assessment.sight.rules import Sight
from services.assessment.sight.store import in_sight
from shared import tables
from shared.database import driver
from shared.kernel.refusals import NotFound
from shared.tables import Choice, Instant, fixed

APPEAL: Final = Table(
    "appeal",
    MetaData(),
    *(fixed(name, Uuid) for name in ("id", "candidate_id", "session_id", "body_id")),
    *(fixed(name, Text) for name in ("region", "reporting_region", "ground")),
    fixed("filed_at", Instant),
    Column("answer_by", Date),
    Column("status", Choice(AppealStatus)),
    Column("answered_by", Text),
    Column("answered_at", Instant),
    Column("answer", Text),
    Column("proposal_id", Uuid),
    Column("version", Integer),
)
_STEP: Final = Table(
    "appeal_step",
    MetaData(),
    Column("appeal_id", Uuid),
    Column("version", Integer),
    Column("verb", Text),
    Column("by", Text),
    Column("at", Instant),
    Column("reason", Text),
)
_CANDIDATE: Final = Table("candidate", MetaData(), Column("id", Uuid), Column("person", Uuid))
# When the results became public: by the last publication, or by a conclusion without one.
_PUBLIC_AT: Final = """
SELECT coalesce(max(at) FILTER (WHERE verb = 'publish'), max(at)) FROM session_step
WHERE session_id = $1 AND verb IN ('publish', 'conclude')
"""


async def public_at(connection: AsyncConnection, session_id: UUID) -> datetime | None:
    """When the results of the session became public; None if there is no record of it."""
    found: datetime | None = await (await driver(connection)).fetchval(_PUBLIC_AT, session_id)
    return found


async def add(connection: AsyncConnection, appeal: Appeal) -> None:
    await tables.add(connection, APPEAL, appeal)


async def load(connection: AsyncConnection, appeal_id: UUID, *, lock: bool = False) -> Appeal:
    """Raises NotFound."""
    asked = select(APPEAL).where(APPEAL.c.id == appeal_id)
    found = await tables.fetch_one(connection, asked.with_for_update() if lock else asked, Appeal)
    if found is None:
        raise NotFound(what="appeal", id=appeal_id)
    return found


async def open_of(connection: AsyncConnection, candidate_id: UUID) -> Appeal | None:
    """The open appeal against the result of a candidate."""
    asked = select(APPEAL).where(APPEAL.c.candidate_id == candidate_id, APPEAL.c.status == AppealStatus.OPEN)
    return await tables.fetch_one(connection, asked, Appeal)


async def save(connection: AsyncConnection, appeal: Appeal, step: AppealStep) -> None:
    """Store the next version and the step that made it. Raises Stale."""
    await tables.save(connection, APPEAL, appeal, expected=appeal.version - 1)
    await tables.add(connection, _STEP, step)


async def steps(connection: AsyncConnection, appeal_id: UUID) -> list[AppealStep]:
    statement = select(_STEP).where(_STEP.c.appeal_id == appeal_id).order_by(_STEP.c.version).limit(500)
    return await tables.fetch_all(connection, statement, AppealStep)


async def page(
    connection: AsyncConnection,
    sight: Sight,
    *,
    status: AppealStatus | None,
    overdue_on: date | None,
    after: UUID,
    limit: int,
) -> list[Appeal]:
    """Appeals in sight, in the order of their ids; `overdue_on`: open ones that were due before that day."""
    asked = [*in_sight(APPEAL, sight), *tables.matches(APPEAL, status=status)]
    if overdue_on is not None:
        asked += [APPEAL.c.status == AppealStatus.OPEN, APPEAL.c.answer_by < overdue_on]
    return await tables.fetch_page(connection, APPEAL, Appeal, asked, after=after, limit=limit)


async def of_persons(
    connection: AsyncConnection, persons: Collection[UUID], *, after: UUID, limit: int
) -> list[Appeal]:
    """The appeals of these keys, in the order of their ids."""
    theirs = select(_CANDIDATE.c.id).where(tables.one_of(_CANDIDATE.c.person, persons))
    asked = [APPEAL.c.candidate_id.in_(theirs)]
    return await tables.fetch_page(connection, APPEAL, Appeal, asked, after=after, limit=limit)
