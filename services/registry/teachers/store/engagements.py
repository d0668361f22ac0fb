"""Engagements of teachers in the database, and the lessons that hold one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.teachers.rules.engagements import Engagement
from shared.kernel.periods import Period
from shared.kernel.refusals import NotFound, Stale

_SELECT: Final = """
SELECT id, teacher_id, institution_id, local_id, full_time, lower(engaged) AS first_on, upper(engaged) - 1 AS last_on,
    version
FROM engagement
"""
_OF_TEACHERS: Final = f"{_SELECT} WHERE teacher_id = ANY(:ids) ORDER BY id"
_FIND: Final = f"{_SELECT} WHERE id = :id"
_LOCK: Final = f"{_FIND} FOR UPDATE"
_NAMED: Final = f"{_SELECT} WHERE institution_id = :institution_id AND local_id = ANY(:local_ids) ORDER BY id"
_PAGE: Final = f"{_SELECT} WHERE institution_id = :institution_id AND id > :after ORDER BY id LIMIT :limit"
_ADD: Final = """
INSERT INTO engagement (id, teacher_id, institution_id, local_id, full_time, engaged, version)
VALUES (:id, :teacher_id, :institution_id, :local_id, :full_time,
    daterange(CAST(:first_on AS date), CAST(:last_on AS date), '[]'), :version)
"""
_SAVE: Final = """
UPDATE engagement
SET engaged = daterange(CAST(:first_on AS date), CAST(:last_on AS date), '[]'), full_time = :full_time,
    version = :version
WHERE id = :id AND version = :version - 1
"""
_REGIONS: Final = """
SELECT DISTINCT i.region FROM engagement e JOIN institution i ON i.id = e.institution_id WHERE e.teacher_id = :id
"""
_LESSONS_LEFT: Final = """
SELECT l.class_id, count(*) FROM lesson l JOIN class c ON c.id = l.class_id
WHERE l.held AND l.teacher_id = :teacher_id AND c.institution_id = :institution_id
  AND l.during && tstzrange(CAST(CAST(:last_on AS date) + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai', NULL)
GROUP BY l.class_id ORDER BY l.class_id
"""


async def of_teachers(connection: AsyncConnection, teacher_ids: Collection[UUID]) -> list[Engagement]:
    """Every engagement of those teachers, at any institution, past ones too."""
    rows = await connection.execute(text(_OF_TEACHERS), {"ids": list(teacher_ids)})
    return [_engagement(row) for row in rows.mappings()]


async def regions(connection: AsyncConnection, teacher_id: UUID) -> list[str]:
    """The regions of the institutions at which a teacher works, worked or will work."""
    return list(await connection.scalars(text(_REGIONS), {"id": teacher_id}))


async def named(connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str]) -> list[Engagement]:
    """The institution's engagements under its own `local_ids`, past ones too."""
    values = {"institution_id": institution_id, "local_ids": list(local_ids)}
    return [_engagement(row) for row in (await connection.execute(text(_NAMED), values)).mappings()]


async def load(connection: AsyncConnection, engagement_id: UUID, *, lock: bool = False) -> Engagement:
    """Raises NotFound."""
    statement = _LOCK if lock else _FIND
    row = (await connection.execute(text(statement), {"id": engagement_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="engagement", id=engagement_id)
    return _engagement(row)


async def add(connection: AsyncConnection, engagement: Engagement) -> None:
    await connection.execute(text(_ADD), _values(engagement))


async def save(connection: AsyncConnection, engagement: Engagement) -> None:
    """Store the next version of `engagement`. Raises Stale if it was changed meanwhile."""
    if (await connection.execute(text(_SAVE), _values(engagement))).rowcount == 0:
        raise Stale


async def page(connection: AsyncConnection, institution_id: UUID, *, after: UUID, limit: int) -> list[Engagement]:
    """The institution's engagements in the order of their ids, from above `after`."""
    values = {"institution_id": institution_id, "after": after, "limit": limit}
    return [_engagement(row) for row in (await connection.execute(text(_PAGE), values)).mappings()]


async def lessons_left(connection: AsyncConnection, engagement: Engagement, *, last_on: date) -> dict[UUID, int]:
    """How many lessons the teacher has in which of the institution's classes after `last_on`."""
    names = ("teacher_id", "institution_id")
    values = {name: getattr(engagement, name) for name in names} | {"last_on": last_on}
    return {row[0]: row[1] for row in await connection.execute(text(_LESSONS_LEFT), values)}


def _engagement(row: Any) -> Engagement:
    values = dict(row)
    engaged = Period(values.pop("first_on"), values.pop("last_on"))
    return Engagement(**values, engaged=engaged)


def _values(engagement: Engagement) -> dict[str, object]:
    values = {name: getattr(engagement, name) for name in engagement.__dataclass_fields__ if name != "engaged"}
    return values | {"first_on": engagement.engaged.first, "last_on": engagement.engaged.last}
