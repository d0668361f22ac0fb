"""Engagements of teachers in the database, and the lessons that keep one from ending."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.store.institutions import INSTITUTION
from services.registry.teachers.rules.engagements import Engagement
from shared import tables
from shared.database import driver
from shared.kernel.refusals import NotFound
from shared.tables import Days, fixed

ENGAGEMENT: Final = Table(
    "engagement",
    MetaData(),
    fixed("id", Uuid),
    fixed("teacher_id", Uuid),
    fixed("institution_id", Uuid),
    fixed("local_id", Text),
    Column("full_time", Boolean),
    Column("engaged", Days),
    Column("version", Integer),
)
_NEVER: Final = literal_column("'infinity'", Date)
_BY_ID: Final = select(ENGAGEMENT).where(ENGAGEMENT.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_LESSONS_LEFT: Final = """
SELECT l.class_id, count(*) FROM lesson l JOIN class c ON c.id = l.class_id
WHERE l.held AND l.teacher_id = $1 AND c.institution_id = $2
  AND l.during && tstzrange(CAST($3::date + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai', NULL)
GROUP BY l.class_id ORDER BY l.class_id
"""


async def of_teachers(connection: AsyncConnection, teacher_ids: Collection[UUID]) -> list[Engagement]:
    """Every engagement of those teachers, at any institution, including past ones."""
    theirs = tables.one_of(ENGAGEMENT.c.teacher_id, teacher_ids)
    return await tables.fetch_all(connection, select(ENGAGEMENT).where(theirs).order_by(ENGAGEMENT.c.id), Engagement)


async def regions(connection: AsyncConnection, teacher_id: UUID) -> list[str]:
    """The regions of the institutions of a teacher's past, current and future engagements."""
    statement = (
        select(INSTITUTION.c.region)
        .distinct()
        .join_from(ENGAGEMENT, INSTITUTION, INSTITUTION.c.id == ENGAGEMENT.c.institution_id)
        .where(ENGAGEMENT.c.teacher_id == teacher_id)
    )
    return list(await connection.scalars(statement))


async def named(connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str]) -> list[Engagement]:
    """The institution's engagements with these `local_ids`, including past ones."""
    asked = [ENGAGEMENT.c.institution_id == institution_id, tables.one_of(ENGAGEMENT.c.local_id, local_ids)]
    return await tables.fetch_all(connection, select(ENGAGEMENT).where(*asked).order_by(ENGAGEMENT.c.id), Engagement)


async def load(connection: AsyncConnection, engagement_id: UUID, *, lock: bool = False) -> Engagement:
    """Raises NotFound."""
    engagement = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Engagement, id=engagement_id)
    if engagement is None:
        raise NotFound(what="engagement", id=engagement_id)
    return engagement


async def add(connection: AsyncConnection, engagement: Engagement) -> None:
    await tables.add(connection, ENGAGEMENT, engagement)


async def save(connection: AsyncConnection, engagement: Engagement) -> None:
    """Store the next version of `engagement`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, ENGAGEMENT, engagement, expected=engagement.version - 1)


async def page(connection: AsyncConnection, institution_id: UUID, *, after: UUID, limit: int) -> list[Engagement]:
    """The institution's engagements in the order of their ids, after `after`."""
    asked = [ENGAGEMENT.c.institution_id == institution_id, ENGAGEMENT.c.id > after]
    statement = select(ENGAGEMENT).where(*asked).order_by(ENGAGEMENT.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, Engagement)


async def since(connection: AsyncConnection, institution_id: UUID, day: date) -> list[Engagement]:
    """The institution's engagements that hold on `day` or later, locked, in the order of their ids."""
    asked = [
        ENGAGEMENT.c.institution_id == institution_id,
        func.coalesce(func.upper(ENGAGEMENT.c.engaged), _NEVER) > day,
    ]
    statement = select(ENGAGEMENT).where(*asked).order_by(ENGAGEMENT.c.id).with_for_update()
    return await tables.fetch_all(connection, statement, Engagement)


async def lessons_left(connection: AsyncConnection, engagement: Engagement, *, last_on: date) -> dict[UUID, int]:
    """The number of the teacher's lessons after `last_on`, by class of the institution."""
    values = (engagement.teacher_id, engagement.institution_id, last_on)
    return dict(await (await driver(connection)).fetch(_LESSONS_LEFT, *values))
