"""Classes in the database, one by one and in lists."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import ExamPlan, SiteVersion, TrainingClass
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.classes import ClassStatus
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.keyset import KeysetPosition
from shared.kernel.periods import Period
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Owners, Reach
from shared.tables import Choice, Json, Texts, fixed


class _ExamPlan(TypeDecorator[ExamPlan]):
    """{"planned_on": …, "body_credit_code": …, "place": …}; older ones have no place."""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: ExamPlan | None, _: Dialect) -> dict[str, Any] | None:
        return None if value is None else value._asdict()

    def process_result_value(self, value: dict[str, Any] | None, _: Dialect) -> ExamPlan | None:
        if value is None:
            return None
        return ExamPlan(date.fromisoformat(value["planned_on"]), value["body_credit_code"], value.get("place"))


class _SiteVersions(TypeDecorator[tuple[SiteVersion, ...]]):
    """[[site, version], …]"""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Sequence[SiteVersion] | None, _: Dialect) -> list[list[Any]]:
        return [[str(site), version] for site, version in value or ()]

    def process_result_value(self, value: list[list[Any]] | None, _: Dialect) -> tuple[SiteVersion, ...]:
        return tuple(SiteVersion(UUID(site), version) for site, version in value or ())


CLASS: Final = Table(
    "class",
    MetaData(),
    fixed("id", Uuid),
    fixed("institution_id", Uuid),
    fixed("local_id", Text),
    Column("programme", Text),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("occupation", Text),
    Column("level", Choice(Award), key="award"),
    Column("fund_source", Choice(FundSource)),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("hours", Integer),
    Column("seats", Integer),
    Column("status", Choice(ClassStatus)),
    Column("filed_by", Text),
    Column("version", Integer),
    Column("project", Text),
    Column("is_scarce", Boolean),
    Column("is_needed", Boolean),
    Column("signed_order", Boolean),
    Column("site_id", Uuid),
    Column("teaching_plan", Text),
    Column("exam_plan", _ExamPlan),
    Column("government_fen", BigInteger),
    Column("enterprise_fen", BigInteger),
    Column("individual_fen", BigInteger),
    Column("filed_on", Date),
    Column("answer_due_on", Date),
    Column("return_reasons", Texts),
    Column("checked_by", Text),
    Column("checked_on", Date),
    Column("checked_sites", _SiteVersions),
)
_BY_ID: Final = select(CLASS).where(CLASS.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
# As the indexes hold them: a class without a due day comes last.
_DUE: Final = func.coalesce(CLASS.c.answer_due_on, literal_column("'infinity'", Date))
_WAITS: Final = CLASS.c.status == literal_column("'filed'")
_HEADCOUNT: Final = """
SELECT count(*) AS enrolled,
       count(*) FILTER (WHERE status NOT IN ('withdrawn', 'transferred')) AS seated,
       count(*) FILTER (WHERE status = 'in_training') AS in_training
FROM enrolment WHERE class_id = $1
"""
_HEADCOUNTS: Final = """
SELECT class_id, count(*) AS enrolled,
       count(*) FILTER (WHERE status NOT IN ('withdrawn', 'transferred')) AS seated,
       count(*) FILTER (WHERE status = 'in_training') AS in_training
FROM enrolment WHERE class_id = ANY($1) GROUP BY class_id
"""
# A version that came with a move of the region leaves the place as it was checked.
_SITES: Final = """
SELECT id, version - moves FROM site
WHERE id = $2 OR id IN (SELECT site_id FROM lesson WHERE class_id = $1 AND upper(during) > $3)
ORDER BY id
"""


class Headcount(NamedTuple):
    """Enrolments of a class: ever filed, not withdrawn nor transferred, and still without an outcome."""

    enrolled: int
    seated: int
    in_training: int


class Narrowing(NamedTuple):
    """Which classes are asked for; what is None does not matter. Both days are included."""

    reach: Reach = Reach()
    institution_id: Owners = None
    status: ClassStatus | None = None
    award: Award | None = None
    starts_from: date | None = None
    starts_to: date | None = None


async def add(connection: AsyncConnection, class_: TrainingClass) -> None:
    await tables.add(connection, CLASS, class_)


async def save(connection: AsyncConnection, class_: TrainingClass, *, expected: int) -> None:
    """Raises Stale if the stored version is not `expected` any more."""
    await tables.save(connection, CLASS, class_, expected=expected)


async def load(connection: AsyncConnection, class_id: UUID, *, lock: bool = False) -> TrainingClass:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    class_ = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, TrainingClass, id=class_id)
    if class_ is None:
        raise NotFound(what="class", id=class_id)
    return class_


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, TrainingClass]:
    """Those of `ids` that there are."""
    statement = select(CLASS).where(tables.one_of(CLASS.c.id, ids))
    return {class_.id: class_ for class_ in await tables.fetch_all(connection, statement, TrainingClass)}


async def named(
    connection: AsyncConnection, institution_id: UUID, ids: Collection[UUID], local_ids: Collection[str], *, lock: bool
) -> list[TrainingClass]:
    """Those classes of the institution in the order of their ids; with `lock`, rosters of one class queue up here."""
    either = or_(tables.one_of(CLASS.c.id, ids), tables.one_of(CLASS.c.local_id, local_ids))
    statement = select(CLASS).where(CLASS.c.institution_id == institution_id, either).order_by(CLASS.c.id)
    return await tables.fetch_all(connection, statement.with_for_update() if lock else statement, TrainingClass)


async def find_by_local_id(connection: AsyncConnection, institution_id: UUID, local_id: str) -> TrainingClass | None:
    its_own = tables.matches(CLASS, institution_id=institution_id, local_id=local_id)
    return await tables.fetch_one(connection, select(CLASS).where(*its_own), TrainingClass)


async def meeting(connection: AsyncConnection, institution_id: UUID, period: Period) -> list[TrainingClass]:
    """All classes of the institution that have a day in `period`, by id."""
    met = [CLASS.c.institution_id == institution_id, CLASS.c.ends_on >= period.first]
    if period.last is not None:
        met.append(CLASS.c.starts_on <= period.last)
    return await tables.fetch_all(connection, select(CLASS).where(*met).order_by(CLASS.c.id), TrainingClass)


async def page(
    connection: AsyncConnection, narrowing: Narrowing, *, after: KeysetPosition, limit: int
) -> list[TrainingClass]:
    """Classes in the order of their first days, from behind `after`."""
    reach, institution_id, status, award, starts_from, starts_to = narrowing
    own = tables.matches(CLASS, institution_id=institution_id, status=status, award=award)
    asked = [*lies_in(CLASS, reach), *own]
    if starts_from is not None:
        asked.append(CLASS.c.starts_on >= starts_from)
    if starts_to is not None:
        asked.append(CLASS.c.starts_on <= starts_to)
    place = (CLASS.c.starts_on, CLASS.c.id)
    statement = select(CLASS).where(*asked, tuple_(*place) > after).order_by(*place).limit(limit)
    return await tables.fetch_all(connection, statement, TrainingClass)


async def waiting(
    connection: AsyncConnection, reach: Reach, *, after: KeysetPosition, limit: int
) -> list[TrainingClass]:
    """Filed classes in the order in which answers are due, from behind `after`; last those without a day."""
    asked = [_WAITS, *lies_in(CLASS, reach)]
    place = (_DUE, CLASS.c.id)
    statement = select(CLASS).where(*asked, tuple_(*place) > after).order_by(*place).limit(limit)
    return await tables.fetch_all(connection, statement, TrainingClass)


async def headcount(connection: AsyncConnection, class_id: UUID) -> Headcount:
    return Headcount(*await (await driver(connection)).fetchrow(_HEADCOUNT, class_id))


async def headcounts(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Headcount]:
    """By class; classes without any enrolment count none."""
    rows = await (await driver(connection)).fetch(_HEADCOUNTS, list(ids))
    return dict.fromkeys(ids, Headcount(0, 0, 0)) | {row[0]: Headcount(*row[1:]) for row in map(tuple, rows)}


async def sites(connection: AsyncConnection, class_: TrainingClass, *, since: datetime) -> list[SiteVersion]:
    """The class's site and those of its lessons that end after `since`, as they are now.

    There are no more than lessons and one; a class has at most 1,000 of these.
    """
    rows = await (await driver(connection)).fetch(_SITES, class_.id, class_.site_id, since)
    return [SiteVersion(*row) for row in rows]
