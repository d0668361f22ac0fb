"""Classes and enrolments, from the registry's latest facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, BindParameter, Boolean, Column, Date, MetaData, Table, Text, Uuid, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from services.assessment.trainings.rules import (
    ExaminableClass,
    ExamPlan,
    RegistryClass,
    RegistryEnrolment,
    RegistryLesson,
)
from shared import tables
from shared.database import driver
from shared.heard import HEARD_INSTITUTION
from shared.kernel.awards import Award
from shared.tables import Choice

_CLASS: Final = Table(
    "heard_class",
    MetaData(),
    Column("id", Uuid),
    Column("occupation", Text),
    Column("level", Choice(Award), key="award"),
    Column("cancelled", Boolean),
    Column("institution_id", Uuid),
    Column("starts_on", Date),
    *(Column(name, Text) for name in ("local_id", "reporting_region")),
)
_ENROLMENT: Final = Table(
    "heard_enrolment",
    MetaData(),
    Column("id", Uuid),
    Column("class_id", Uuid),
    Column("person", Uuid),
    Column("programme", Text),
    Column("has_left", Boolean),
    Column("completed", Boolean),
)


_EXAM_PLAN: Final = Table(
    "heard_exam_plan",
    MetaData(),
    Column("class_id", Uuid),
    Column("institution_id", Uuid),
    Column("occupation", Text),
    Column("award", Choice(Award)),
    Column("exam_on", Date),
    Column("exam_body", Text),
)


_IDS: Final[TypeEngine[Any]] = ARRAY(Uuid)
_PLANS_MAX: Final = 20


def _keep(table: Table) -> str:
    # In one order always, so that two batches do not wait for each other.
    return f"""
    INSERT INTO {table.name} ({tables.names(table.c)}) SELECT * FROM {tables.unnest(table.c)} ORDER BY id
    ON CONFLICT (id) DO UPDATE SET {tables.excluded(table.c)}
    """


_KEEP_CLASSES: Final = _keep(_CLASS)
_KEEP_ENROLMENTS: Final = _keep(_ENROLMENT)
_KEEP_REKEYINGS: Final = """
INSERT INTO heard_rekeying (class_id, former) SELECT * FROM unnest($1::uuid[], $2::uuid[]) ON CONFLICT DO NOTHING
"""
_KEEP_PLANS: Final = f"""
INSERT INTO heard_exam_plan ({tables.names(_EXAM_PLAN.c)})
SELECT * FROM {tables.unnest(_EXAM_PLAN.c)} ORDER BY class_id
ON CONFLICT (class_id) DO UPDATE SET {tables.excluded(_EXAM_PLAN.c)}
"""
_KEEP_CODES: Final = """
INSERT INTO heard_credit_code (institution_id, credit_code)
SELECT * FROM unnest($1::uuid[], $2::text[]) AS t (id, code) ORDER BY id
ON CONFLICT (institution_id) DO UPDATE SET credit_code = excluded.credit_code
"""
_CODE_OF: Final = """
SELECT c.credit_code FROM heard_exam_plan AS p JOIN heard_credit_code AS c USING (institution_id) WHERE p.class_id = $1
"""
_DROP_LESSONS: Final = "DELETE FROM heard_lesson WHERE class_id = ANY($1)"
_TRAINERS: Final = """
SELECT DISTINCT COALESCE(a.into_person, l.teacher)
FROM heard_lesson AS l LEFT JOIN heard_alias AS a ON a.person = l.teacher WHERE l.class_id = $1
"""
# Lessons of the classes that these keys are trained in, by key.
_LESSON_HOURS: Final = """
SELECT e.person, l.begins_at, l.ends_at
FROM heard_enrolment AS e JOIN heard_lesson AS l USING (class_id)
WHERE e.person = ANY($1) AND NOT e.has_left AND l.begins_at < $3 AND l.ends_at > $2
ORDER BY l.begins_at
"""
_IN_CLASS: Final = "SELECT person FROM heard_enrolment WHERE class_id = $1 AND NOT has_left AND person = ANY($2)"
_TAKEN: Final = """
SELECT person, class_id, completed FROM heard_enrolment
WHERE class_id = ANY($1) AND person = ANY($2) AND NOT has_left
"""
_FIND_CLASS: Final = select(_CLASS).where(_CLASS.c.id == bindparam("id"))


def training_of(human: str, *, class_id: str) -> str:
    """A SELECT of the programme of the enrolment of `human` in the class; both arguments are SQL.

    The enrolment may have any of the human's keys.
    """
    return f"""
    SELECT programme FROM heard_enrolment
    WHERE class_id = {class_id} AND NOT has_left AND (
        person = {human} OR person IN (SELECT person FROM heard_alias WHERE into_person = {human})
    )
    ORDER BY id LIMIT 1
    """


def trainees_of(institutions: str) -> str:
    """A SELECT of who is or was trained by one of the institutions, for what, and from which day on.

    `institutions` is an SQL expression of an array. There is a row for each key of the human. An exam or a certificate
    belongs to such a training if it is of the same occupation and level and not from before the class.
    """
    return f"""
    WITH own AS (
        SELECT DISTINCT COALESCE(a.into_person, e.person) AS human, k.occupation, k.level, k.starts_on
        FROM heard_class AS k
        JOIN heard_enrolment AS e ON e.class_id = k.id AND NOT e.has_left
        LEFT JOIN heard_alias AS a ON a.person = e.person
        WHERE k.institution_id = ANY({institutions})
    )
    SELECT human AS person, occupation, level, starts_on FROM own
    UNION ALL
    SELECT a.person, own.occupation, own.level, own.starts_on
    FROM own JOIN heard_alias AS a ON a.into_person = own.human
    """


def institutions_given(institutions: Collection[UUID]) -> BindParameter[Any]:
    """The parameter `:institutions` of a statement with `trainees_of(":institutions")`."""
    return bindparam("institutions", list(institutions), type_=_IDS)


async def keep_classes(connection: AsyncConnection, classes: Sequence[RegistryClass]) -> None:
    if classes:
        columns = tables.arrays(_CLASS.c, [each._asdict() for each in classes])
        await (await driver(connection)).execute(_KEEP_CLASSES, *columns)


async def keep_enrolments(connection: AsyncConnection, enrolments: Sequence[RegistryEnrolment]) -> None:
    if enrolments:
        columns = tables.arrays(_ENROLMENT.c, [each._asdict() for each in enrolments])
        await (await driver(connection)).execute(_KEEP_ENROLMENTS, *columns)


async def keep_rekeyings(connection: AsyncConnection, rekeyed: Collection[tuple[UUID, UUID]]) -> None:
    """Store that a training of a class was attributed to a person by mistake, for each such pair."""
    if rekeyed:
        columns = map(list, zip(*sorted(rekeyed), strict=True))
        await (await driver(connection)).execute(_KEEP_REKEYINGS, *columns)


async def find_class(connection: AsyncConnection, class_id: UUID) -> RegistryClass | None:
    return await tables.fetch_one(connection, _FIND_CLASS, RegistryClass, id=class_id)


async def find_classes(connection: AsyncConnection, class_ids: Collection[UUID]) -> dict[UUID, RegistryClass]:
    """Those of `class_ids` that were received."""
    asked = select(_CLASS).where(tables.one_of(_CLASS.c.id, class_ids))
    return {each.id: each for each in await tables.fetch_all(connection, asked, RegistryClass)}


async def examinable(
    connection: AsyncConnection,
    reporting_region: str,
    occupations: Collection[str],
    *,
    after: UUID,
    limit: int,
) -> list[ExaminableClass]:
    """Classes of the region for these occupations that were not cancelled, in the order of their ids."""
    named = HEARD_INSTITUTION.c.name.label("institution_name")
    columns = [named if name == named.key else _CLASS.c[name] for name in ExaminableClass._fields]
    statement = (
        select(*columns)
        .select_from(_CLASS.outerjoin(HEARD_INSTITUTION, HEARD_INSTITUTION.c.id == _CLASS.c.institution_id))
        .where(
            _CLASS.c.id > after,
            _CLASS.c.reporting_region == reporting_region,
            _CLASS.c.cancelled.is_(False),
            tables.one_of(_CLASS.c.occupation, occupations),
        )
        .order_by(_CLASS.c.id)
        .limit(limit)
    )
    return await tables.fetch_all(connection, statement, ExaminableClass)


async def taken(
    connection: AsyncConnection, class_ids: Collection[UUID], persons: Collection[UUID]
) -> list[tuple[UUID, UUID, bool | None]]:
    """Which of these keys are trained in which of these classes, and whether that is completed (None: not known)."""
    rows = await (await driver(connection)).fetch(_TAKEN, list(class_ids), list(persons))
    return [(row["person"], row["class_id"], row["completed"]) for row in rows]


async def keep_exam_plans(connection: AsyncConnection, plans: Sequence[ExamPlan]) -> None:
    if plans:
        columns = tables.arrays(_EXAM_PLAN.c, [each._asdict() for each in plans])
        await (await driver(connection)).execute(_KEEP_PLANS, *columns)


async def keep_credit_codes(connection: AsyncConnection, codes: Mapping[UUID, str]) -> None:
    """Store the credit codes of institutions."""
    if codes:
        await (await driver(connection)).execute(_KEEP_CODES, list(codes), list(codes.values()))


async def keep_lessons(
    connection: AsyncConnection, classes: Collection[UUID], lessons: Sequence[RegistryLesson]
) -> None:
    """Replace the lessons of `classes` by `lessons`."""
    if classes:
        own = await driver(connection)
        await own.execute(_DROP_LESSONS, list(classes))
        await own.copy_records_to_table("heard_lesson", columns=RegistryLesson._fields, records=lessons)


async def credit_code_of(connection: AsyncConnection, class_id: UUID) -> str | None:
    """The credit code of the institution of a class; None until both were received."""
    row = await (await driver(connection)).fetchrow(_CODE_OF, class_id)
    return None if row is None else str(row["credit_code"])


async def exam_plans(
    connection: AsyncConnection, *, class_id: UUID | None, body_code: str, day: date
) -> list[ExamPlan]:
    """The exam plans of the class, and of all classes that the body examines on `day` by their plans."""
    planned = (_EXAM_PLAN.c.exam_body == body_code) & (_EXAM_PLAN.c.exam_on == day)
    asked = planned if class_id is None else or_(_EXAM_PLAN.c.class_id == class_id, planned)
    return await tables.fetch_all(connection, select(_EXAM_PLAN).where(asked).limit(_PLANS_MAX), ExamPlan)


async def trainers(connection: AsyncConnection, class_id: UUID) -> set[UUID]:
    """The humans who teach the class."""
    return {row[0] for row in await (await driver(connection)).fetch(_TRAINERS, class_id)}


async def lesson_hours(
    connection: AsyncConnection, persons: Collection[UUID], *, since: datetime, until: datetime
) -> list[tuple[UUID, datetime, datetime]]:
    """When these keys have lessons between the two instants: key, beginning, end."""
    return [tuple(row) for row in await (await driver(connection)).fetch(_LESSON_HOURS, list(persons), since, until)]


async def in_class(connection: AsyncConnection, class_id: UUID, persons: Collection[UUID]) -> set[UUID]:
    """Which of these keys are trained in the class."""
    return {row["person"] for row in await (await driver(connection)).fetch(_IN_CLASS, class_id, list(persons))}
