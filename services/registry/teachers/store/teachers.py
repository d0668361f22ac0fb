"""The teacher pool in the database: teachers, and what which institution says that they may teach, by which papers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.reach import Reach
from services.registry.teachers.rules.teachers import Assignment, Correction, Qualification, Teacher
from shared.database import driver
from shared.kernel.periods import Period
from shared.kernel.refusals import NotFound, Stale
from shared.persons import SealedPerson

_SELECT: Final = """
SELECT id, person, document_kind, sealed, named_by, version, ARRAY(
    SELECT ROW(q.id, q.institution_id, q.name, q.mark, q.sealed, lower(q.held), upper(q.held) - 1, q.verified_by)
    FROM qualification q WHERE q.teacher_id = teacher.id AND NOT q.withdrawn ORDER BY q.id
) AS qualifications, ARRAY(
    SELECT ROW(p.institution_id, p.project) FROM teacher_project p WHERE p.teacher_id = teacher.id
) AS assignments
FROM teacher
"""
_LOCK_BY_PERSON: Final = "SELECT id FROM teacher WHERE person = $1 FOR UPDATE"
_LOCK: Final = "SELECT id FROM teacher WHERE id = ANY($1) ORDER BY id FOR UPDATE"
_LOCK_SHARED: Final = "SELECT id FROM teacher WHERE id = ANY($1) ORDER BY id FOR SHARE"
_BY_IDS: Final = f"{_SELECT} WHERE id = ANY($1)"
# Of a project it matters who says that they may teach it; else where they are engaged, at any time.
_PAGE: Final = f"""
{_SELECT} WHERE id > :after AND id IN (
    SELECT said.teacher_id FROM {{said}} AS said JOIN institution i ON i.id = said.institution_id WHERE {{where}}
) ORDER BY id LIMIT :limit
"""
_NARROWED: Final = {
    "region": "i.region = :region",
    "reporting_region": "i.reporting_region = :reporting_region",
    "institution_id": "i.id = :institution_id",
    "project": "said.project = :project",
}
_HOLDER: Final = "SELECT teacher_id FROM qualification WHERE id = $1 AND NOT withdrawn"
_ADD: Final = """
INSERT INTO teacher (id, person, document_kind, sealed, named_by, version) VALUES ($1, $2, $3, $4, $5, $6)
"""
_SAVE: Final = "UPDATE teacher SET sealed = $2, named_by = $3, version = $4 WHERE id = $1 AND version = $4 - 1"
_WITHDRAW: Final = """
UPDATE qualification SET withdrawn = true WHERE teacher_id = $1 AND NOT withdrawn AND id <> ALL($2::uuid[])
"""
_PUT_QUALIFICATIONS: Final = """
INSERT INTO qualification (id, teacher_id, institution_id, name, mark, sealed, held, verified_by)
SELECT id, $1, institution_id, name, mark, sealed, daterange(first_on, last_on, '[]'), verified_by
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::bytea[], $7::date[], $8::date[], $9::text[])
    AS q (id, institution_id, name, mark, sealed, first_on, last_on, verified_by)
ON CONFLICT (id) DO UPDATE SET verified_by = excluded.verified_by
"""
_UNASSIGN: Final = """
DELETE FROM teacher_project p WHERE p.teacher_id = $1 AND NOT EXISTS (
    SELECT FROM unnest($2::uuid[], $3::text[]) AS said (institution_id, project)
    WHERE said.institution_id = p.institution_id AND said.project = p.project
)
"""
_ASSIGN: Final = """
INSERT INTO teacher_project (teacher_id, institution_id, project)
SELECT $1, institution_id, project FROM unnest($2::uuid[], $3::text[]) AS said (institution_id, project)
ON CONFLICT DO NOTHING
"""


_ADD_CORRECTION: Final = """
INSERT INTO teacher_correction
    (id, teacher_id, engagement_id, change, sealed_before, reason, corrected_by, corrected_at)
VALUES (:id, :teacher_id, :engagement_id, CAST(:change AS jsonb), :sealed_before, :reason, :corrected_by,
    :corrected_at)
"""
_CORRECTIONS: Final = """
SELECT id, teacher_id, engagement_id, change, sealed_before, reason, corrected_by, corrected_at
FROM teacher_correction WHERE teacher_id = :teacher_id ORDER BY id LIMIT :limit
"""


async def lock_by_person(connection: AsyncConnection, person: UUID) -> Teacher | None:
    """The teacher who `person` is, if they are in the pool; nobody else changes them or engages them meanwhile."""
    # A statement that waits for a row sees its papers as they were before; so they are read by the next one.
    id_ = await (await driver(connection)).fetchval(_LOCK_BY_PERSON, person)
    return None if id_ is None else await load(connection, id_)


async def lock(connection: AsyncConnection, ids: Collection[UUID], *, share: bool = False) -> None:
    """Nobody else changes those teachers or their engagements until this transaction ends.

    With `share`, others may hold them like that too: who plans their lessons does.
    """
    await (await driver(connection)).execute(_LOCK_SHARED if share else _LOCK, list(ids))


async def load(connection: AsyncConnection, teacher_id: UUID, *, locked: bool = False) -> Teacher:
    """Raises NotFound."""
    if locked:
        await lock(connection, [teacher_id])
    found = await by_ids(connection, [teacher_id])
    if teacher_id not in found:
        raise NotFound(what="teacher", id=teacher_id)
    return found[teacher_id]


async def holder(connection: AsyncConnection, qualification_id: UUID) -> UUID:
    """The teacher of whom a qualification is said. Raises NotFound, also for one that was withdrawn."""
    teacher_id: UUID | None = await (await driver(connection)).fetchval(_HOLDER, qualification_id)
    if teacher_id is None:
        raise NotFound(what="qualification", id=qualification_id)
    return teacher_id


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Teacher]:
    """Those of `ids` that exist."""
    return {row["id"]: _teacher(row) for row in await (await driver(connection)).fetch(_BY_IDS, list(ids))}


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    institution_id: UUID | None,
    project: str | None,
    after: UUID,
    limit: int,
) -> list[Teacher]:
    """Teachers of institutions within reach in the order of their ids, from above `after`.

    With a `project`, those who may teach it there.
    """
    asked = reach._asdict() | {"institution_id": institution_id, "project": project}
    values = {name: value for name, value in asked.items() if value is not None}
    where = " AND ".join([_NARROWED[name] for name in values]) or "true"
    statement = _PAGE.format(said="engagement" if project is None else "teacher_project", where=where)
    rows = await connection.execute(text(statement), values | {"after": after, "limit": limit})
    return [_teacher(row) for row in rows.mappings()]


async def add(connection: AsyncConnection, teacher: Teacher) -> None:
    values = (teacher.id, teacher.person, teacher.document_kind, teacher.sealed, teacher.named_by, teacher.version)
    await (await driver(connection)).execute(_ADD, *values)
    await _put_sayings(connection, teacher)


async def save(connection: AsyncConnection, teacher: Teacher) -> None:
    """Store the next version of `teacher`; papers that are gone are kept as withdrawn.

    Raises Stale if they were changed meanwhile.
    """
    database = await driver(connection)
    status = await database.execute(_SAVE, teacher.id, teacher.sealed, teacher.named_by, teacher.version)
    if status == "UPDATE 0":
        raise Stale
    await database.execute(_WITHDRAW, teacher.id, [each.id for each in teacher.qualifications])
    await database.execute(_UNASSIGN, teacher.id, *_columns(teacher.assignments))
    await _put_sayings(connection, teacher)


def particulars(teacher: Teacher) -> SealedPerson:
    """Who the teacher is, as it is stored: sealed."""
    return SealedPerson(teacher.person, teacher.document_kind, teacher.sealed)


async def add_correction(connection: AsyncConnection, correction: Correction) -> None:
    values = vars(correction) | {"change": orjson.dumps(correction.change).decode()}
    await connection.execute(text(_ADD_CORRECTION), values)


async def corrections(connection: AsyncConnection, teacher_id: UUID, *, limit: int) -> list[Correction]:
    """What was put right of a teacher, in the order of time."""
    rows = await connection.execute(text(_CORRECTIONS), {"teacher_id": teacher_id, "limit": limit})
    return [Correction(**row) for row in rows.mappings()]


async def _put_sayings(connection: AsyncConnection, teacher: Teacher) -> None:
    database = await driver(connection)
    papers = teacher.qualifications
    await database.execute(
        _PUT_QUALIFICATIONS,
        teacher.id,
        [each.id for each in papers],
        [each.institution_id for each in papers],
        [each.name for each in papers],
        [each.mark for each in papers],
        [each.sealed for each in papers],
        [each.held.first for each in papers],
        [each.held.last for each in papers],
        [each.verified_by for each in papers],
    )
    await database.execute(_ASSIGN, teacher.id, *_columns(teacher.assignments))


def _columns(assignments: Collection[Assignment]) -> tuple[list[UUID], list[str]]:
    ordered = sorted(assignments)
    return [each.institution_id for each in ordered], [each.project for each in ordered]


def _teacher(row: Any) -> Teacher:
    papers = tuple(_qualification(*paper) for paper in row["qualifications"])
    assignments = frozenset(Assignment(*each) for each in row["assignments"])
    return Teacher(**dict(row) | {"assignments": assignments, "qualifications": papers})


def _qualification(
    id_: UUID,
    institution_id: UUID,
    name: str,
    mark: UUID,
    sealed: bytes,
    first: date,
    last: date | None,
    by: str | None,
) -> Qualification:
    return Qualification(id_, institution_id, name, mark, sealed, Period(first, last), by)
