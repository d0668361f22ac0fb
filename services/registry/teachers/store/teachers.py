"""The teacher pool in the database: teachers, and the projects and qualifications stated by institutions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Integer, Label, LargeBinary, MetaData, Table, Text, Uuid, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.store.institutions import INSTITUTION
from services.registry.teachers.rules.engagements import Engagement
from services.registry.teachers.rules.teachers import Assignment, Correction, Qualification, Teacher
from services.registry.teachers.store.engagements import ENGAGEMENT
from shared import tables
from shared.database import driver
from shared.kernel.periods import Period
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.persons import SealedPerson
from shared.reach import Reach
from shared.tables import Instant, Json, fixed

TEACHER: Final = Table(
    "teacher",
    MetaData(),
    fixed("id", Uuid),
    fixed("person", Uuid),
    fixed("document_kind", Text),
    Column("sealed", LargeBinary),
    Column("named_by", Uuid),
    Column("version", Integer),
    fixed("merged_into", Uuid),
)
TEACHER_PROJECT: Final = Table(
    "teacher_project",
    MetaData(),
    fixed("teacher_id", Uuid),
    fixed("institution_id", Uuid),
    fixed("project", Text),
)
TEACHER_CORRECTION: Final = Table(
    "teacher_correction",
    MetaData(),
    fixed("id", Uuid),
    fixed("teacher_id", Uuid),
    fixed("engagement_id", Uuid),
    fixed("change", Json),
    fixed("sealed_before", LargeBinary),
    fixed("reason", Text),
    fixed("corrected_by", Text),
    fixed("corrected_at", Instant),
)
_QUALIFICATIONS: Final[Label[Any]] = literal_column("""ARRAY(
    SELECT ROW(q.id, q.institution_id, q.name, q.mark, q.sealed, lower(q.held), upper(q.held) - 1, q.verified_by)
    FROM qualification q WHERE q.teacher_id = teacher.id AND NOT q.withdrawn ORDER BY q.id
)""").label("qualifications")
_ASSIGNMENTS: Final[Label[Any]] = literal_column("""ARRAY(
    SELECT ROW(p.institution_id, p.project) FROM teacher_project p WHERE p.teacher_id = teacher.id
)""").label("assignments")
_ENGAGEMENTS: Final[Label[Any]] = literal_column("""ARRAY(
    SELECT ROW(e.id, e.teacher_id, e.institution_id, e.local_id, e.full_time, lower(e.engaged), upper(e.engaged) - 1,
        e.version)
    FROM engagement e WHERE e.teacher_id = teacher.id ORDER BY e.id
)""").label("engagements")
_SELECT: Final = select(TEACHER, _QUALIFICATIONS, _ASSIGNMENTS)
_SELECT_ENGAGED: Final = _SELECT.add_columns(_ENGAGEMENTS)
_LOCK_BY_PERSON: Final = "SELECT id, merged_into FROM teacher WHERE person = $1 FOR UPDATE"
_LOCK: Final = "SELECT id FROM teacher WHERE id = ANY($1) ORDER BY id FOR UPDATE"
_LOCK_SHARED: Final = "SELECT id FROM teacher WHERE id = ANY($1) ORDER BY id FOR SHARE"
_HOLDER: Final = "SELECT teacher_id FROM qualification WHERE id = $1 AND NOT withdrawn"
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


async def lock_by_person(connection: AsyncConnection, person: UUID) -> Teacher | None:
    """The teacher with the key `person`, locked against changes and engagements; None if they are not in the pool.

    Of a merged entry, the one that it went into.
    """
    # A statement that waits for a row lock sees old qualifications, so the next statement reads them.
    row = await (await driver(connection)).fetchrow(_LOCK_BY_PERSON, person)
    if row is None:
        return None
    return (
        await load(connection, row["id"])
        if row["merged_into"] is None
        else await load(connection, row["merged_into"], locked=True)
    )


async def lock(connection: AsyncConnection, ids: Collection[UUID], *, share: bool = False) -> None:
    """Lock those teachers and their engagements until the transaction ends.

    With `share`, a shared lock, which planners of lessons take.
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
    """The teacher who has the qualification. Raises NotFound, also if it was withdrawn."""
    teacher_id: UUID | None = await (await driver(connection)).fetchval(_HOLDER, qualification_id)
    if teacher_id is None:
        raise NotFound(what="qualification", id=qualification_id)
    return teacher_id


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Teacher]:
    """Those of `ids` that exist."""
    found = await tables.fetch_all(connection, _SELECT.where(tables.one_of(TEACHER.c.id, ids)), _teacher)
    return {teacher.id: teacher for teacher in found}


async def engaged(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, tuple[Teacher, list[Engagement]]]:
    """Those of `ids` that exist, with every engagement of theirs at any institution, including past ones."""
    statement = _SELECT_ENGAGED.where(tables.one_of(TEACHER.c.id, ids))
    found = await tables.fetch_all(connection, statement, _engaged)
    return {teacher.id: (teacher, engagements) for teacher, engagements in found}


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    institution_id: UUID | None,
    project: str | None,
    after: UUID,
    limit: int,
) -> list[Teacher]:
    """Teachers of institutions within reach in the order of their ids, after `after`.

    With `project`, only those who may teach it there.
    """
    # With a project, the institution that stated it is within reach; otherwise any institution that ever engaged them.
    said = ENGAGEMENT if project is None else TEACHER_PROJECT
    asked = [*lies_in(INSTITUTION, reach), *tables.matches(INSTITUTION, id=institution_id)]
    if project is not None:
        asked.append(TEACHER_PROJECT.c.project == project)
    found = (
        select(said.c.teacher_id).join_from(said, INSTITUTION, INSTITUTION.c.id == said.c.institution_id).where(*asked)
    )
    statement = _SELECT.where(TEACHER.c.id > after, TEACHER.c.id.in_(found)).order_by(TEACHER.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, _teacher)


async def add(connection: AsyncConnection, teacher: Teacher) -> None:
    await tables.add(connection, TEACHER, teacher)
    await _put_sayings(connection, teacher)


async def save(connection: AsyncConnection, teacher: Teacher) -> None:
    """Store the next version of `teacher`; removed qualifications are kept as withdrawn.

    Raises Stale if the stored version is not the one before.
    """
    await tables.save(connection, TEACHER, teacher, expected=teacher.version - 1)
    database = await driver(connection)
    await database.execute(_WITHDRAW, teacher.id, [each.id for each in teacher.qualifications])
    await database.execute(_UNASSIGN, teacher.id, *_columns(teacher.assignments))
    await _put_sayings(connection, teacher)


def particulars(teacher: Teacher) -> SealedPerson:
    """The teacher's encrypted particulars."""
    return SealedPerson(teacher.person, teacher.document_kind, teacher.sealed)


async def add_correction(connection: AsyncConnection, correction: Correction) -> None:
    await tables.add(connection, TEACHER_CORRECTION, correction)


async def corrections(connection: AsyncConnection, teacher_id: UUID, *, limit: int) -> list[Correction]:
    """The corrections of a teacher, oldest first."""
    theirs = TEACHER_CORRECTION.c.teacher_id == teacher_id
    statement = select(TEACHER_CORRECTION).where(theirs).order_by(TEACHER_CORRECTION.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, Correction)


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


def _teacher(*, qualifications: Collection[Any], assignments: Collection[Any], **columns: Any) -> Teacher:
    return Teacher(
        **columns,
        qualifications=tuple(_qualification(*each) for each in qualifications),
        assignments=frozenset(Assignment(*each) for each in assignments),
    )


def _engaged(*, engagements: Collection[Any], **columns: Any) -> tuple[Teacher, list[Engagement]]:
    theirs = [
        Engagement(id_, teacher_id, institution_id, local_id, full_time, Period(first, last), version)
        for id_, teacher_id, institution_id, local_id, full_time, first, last, version in engagements
    ]
    return _teacher(**columns), theirs


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
