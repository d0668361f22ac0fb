"""The teacher pool in the database: teachers with their papers, and where they are engaged."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.teachers import Engagement, Qualification, Teacher
from shared.database import driver
from shared.kernel.periods import Period
from shared.kernel.refusals import NotFound, Stale

_SELECT: Final = """
SELECT id, person, document_kind, sealed, projects, version, ARRAY(
    SELECT ROW(q.id, q.name, q.mark, q.sealed, lower(q.held), upper(q.held) - 1)
    FROM qualification q WHERE q.teacher_id = teacher.id ORDER BY q.id
) AS qualifications
FROM teacher
"""
_LOCK_BY_PERSON: Final = "SELECT id FROM teacher WHERE person = $1 FOR UPDATE"
_LOCK: Final = "SELECT id FROM teacher WHERE id = ANY($1) ORDER BY id FOR UPDATE"
_LOCK_SHARED: Final = "SELECT id FROM teacher WHERE id = ANY($1) ORDER BY id FOR SHARE"
_BY_IDS: Final = f"{_SELECT} WHERE id = ANY($1)"
_ADD: Final = """
INSERT INTO teacher (id, person, document_kind, sealed, projects, version) VALUES ($1, $2, $3, $4, $5, $6)
"""
_SAVE: Final = "UPDATE teacher SET projects = $2, version = $3 WHERE id = $1 AND version = $3 - 1"
_PUT_QUALIFICATIONS: Final = """
INSERT INTO qualification (id, teacher_id, name, mark, sealed, held)
SELECT id, $1, name, mark, sealed, daterange(first_on, last_on, '[]')
FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::bytea[], $6::date[], $7::date[])
    AS q (id, name, mark, sealed, first_on, last_on)
ON CONFLICT (teacher_id, name, mark) DO UPDATE SET held = excluded.held
"""
_ENGAGEMENT: Final = """
SELECT id, teacher_id, institution_id, local_id, full_time, lower(engaged) AS first_on, upper(engaged) - 1 AS last_on,
    version
FROM engagement
"""
_ENGAGEMENTS: Final = f"{_ENGAGEMENT} WHERE teacher_id = ANY(:ids) ORDER BY id"
_FIND_ENGAGEMENT: Final = f"{_ENGAGEMENT} WHERE id = :id"
_LOCK_ENGAGEMENT: Final = f"{_FIND_ENGAGEMENT} FOR UPDATE"
_NAMED: Final = f"{_ENGAGEMENT} WHERE institution_id = :institution_id AND local_id = ANY(:local_ids) ORDER BY id"
_PAGE: Final = f"{_ENGAGEMENT} WHERE institution_id = :institution_id AND id > :after ORDER BY id LIMIT :limit"
_ADD_ENGAGEMENT: Final = """
INSERT INTO engagement (id, teacher_id, institution_id, local_id, full_time, engaged, version)
VALUES (:id, :teacher_id, :institution_id, :local_id, :full_time,
    daterange(CAST(:first_on AS date), CAST(:last_on AS date), '[]'), :version)
"""
_SAVE_ENGAGEMENT: Final = """
UPDATE engagement SET engaged = daterange(CAST(:first_on AS date), CAST(:last_on AS date), '[]'), version = :version
WHERE id = :id AND version = :version - 1
"""
_LESSONS_LEFT: Final = """
SELECT l.class_id, count(*) FROM lesson l JOIN class c ON c.id = l.class_id
WHERE l.held AND l.teacher_id = :teacher_id AND c.institution_id = :institution_id
  AND l.during && tstzrange(CAST(CAST(:last_on AS date) + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai', NULL)
GROUP BY l.class_id ORDER BY l.class_id
"""


async def lock_by_person(connection: AsyncConnection, person: UUID) -> Teacher | None:
    """The teacher who `person` is, if they are in the pool; nobody else changes them or engages them meanwhile."""
    # A statement that waits for a row sees its papers as they were before; so they are read by the next one.
    id_ = await (await driver(connection)).fetchval(_LOCK_BY_PERSON, person)
    return None if id_ is None else (await by_ids(connection, [id_]))[id_]


async def lock(connection: AsyncConnection, ids: Collection[UUID], *, share: bool = False) -> None:
    """Nobody else changes those teachers or their engagements until this transaction ends.

    With `share`, others may hold them like that too: who plans their lessons does.
    """
    await (await driver(connection)).execute(_LOCK_SHARED if share else _LOCK, list(ids))


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Teacher]:
    """Those of `ids` that exist."""
    return {row["id"]: _teacher(row) for row in await (await driver(connection)).fetch(_BY_IDS, list(ids))}


async def add(connection: AsyncConnection, teacher: Teacher) -> None:
    values = (teacher.id, teacher.person, teacher.document_kind, teacher.sealed, teacher.projects, teacher.version)
    await (await driver(connection)).execute(_ADD, *values)
    await _put_qualifications(connection, teacher)


async def save(connection: AsyncConnection, teacher: Teacher) -> None:
    """Store the next version of `teacher`. Raises Stale if it was changed meanwhile."""
    status = await (await driver(connection)).execute(_SAVE, teacher.id, teacher.projects, teacher.version)
    if status == "UPDATE 0":
        raise Stale
    await _put_qualifications(connection, teacher)


async def engagements(connection: AsyncConnection, teacher_ids: Collection[UUID]) -> list[Engagement]:
    """Every engagement of those teachers, at any institution, past ones too."""
    rows = await connection.execute(text(_ENGAGEMENTS), {"ids": list(teacher_ids)})
    return [_engagement(row) for row in rows.mappings()]


async def named(connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str]) -> list[Engagement]:
    """The institution's engagements under its own `local_ids`, past ones too."""
    values = {"institution_id": institution_id, "local_ids": list(local_ids)}
    return [_engagement(row) for row in (await connection.execute(text(_NAMED), values)).mappings()]


async def load_engagement(connection: AsyncConnection, engagement_id: UUID, *, lock: bool = False) -> Engagement:
    """Raises NotFound."""
    statement = _LOCK_ENGAGEMENT if lock else _FIND_ENGAGEMENT
    row = (await connection.execute(text(statement), {"id": engagement_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="engagement", id=engagement_id)
    return _engagement(row)


async def add_engagement(connection: AsyncConnection, engagement: Engagement) -> None:
    await connection.execute(text(_ADD_ENGAGEMENT), _values(engagement))


async def save_engagement(connection: AsyncConnection, engagement: Engagement) -> None:
    """Store the next version of `engagement`. Raises Stale if it was changed meanwhile."""
    if (await connection.execute(text(_SAVE_ENGAGEMENT), _values(engagement))).rowcount == 0:
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


async def _put_qualifications(connection: AsyncConnection, teacher: Teacher) -> None:
    papers = teacher.qualifications
    await (await driver(connection)).execute(
        _PUT_QUALIFICATIONS,
        teacher.id,
        [each.id for each in papers],
        [each.name for each in papers],
        [each.mark for each in papers],
        [each.sealed for each in papers],
        [each.held.first for each in papers],
        [each.held.last for each in papers],
    )


def _teacher(row: Any) -> Teacher:
    papers = tuple(_qualification(*paper) for paper in row["qualifications"])
    return Teacher(**dict(row) | {"projects": tuple(row["projects"]), "qualifications": papers})


def _qualification(id_: UUID, name: str, mark: UUID, sealed: bytes, first: date, last: date | None) -> Qualification:
    return Qualification(id_, name, mark, sealed, Period(first, last))


def _engagement(row: Any) -> Engagement:
    values = dict(row)
    engaged = Period(values.pop("first_on"), values.pop("last_on"))
    return Engagement(**values, engaged=engaged)


def _values(engagement: Engagement) -> dict[str, object]:
    values = {name: getattr(engagement, name) for name in engagement.__dataclass_fields__ if name != "engaged"}
    return values | {"first_on": engagement.engaged.first, "last_on": engagement.engaged.last}
