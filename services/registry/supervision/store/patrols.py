"""Patrols in the database, and what they cover."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store.classes import CLASS
from services.registry.plan.rules.reach import ListScope
from services.registry.supervision.rules.patrols import Area, ClassesRun, Patrol
from shared import tables
from shared.contracts.registry.supervision import PatrolLevel, PatrolMethod
from shared.database import driver
from shared.kernel.keyset import KeysetPosition
from shared.kernel.refusals import NotFound
from shared.located import lies_in, reported_in
from shared.reach import Reach
from shared.tables import Choice, Instant, fixed

PATROL: Final = Table(
    "patrol",
    MetaData(),
    fixed("id", Uuid),
    fixed("class_id", Uuid),
    fixed("institution_id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("level", Choice(PatrolLevel)),
    fixed("method", Choice(PatrolMethod)),
    fixed("local_id", Text),
    fixed("patrolled_at", Instant),
    fixed("present", Integer),
    fixed("enrolled", Integer),
    fixed("note", Text),
    fixed("done_by", Text),
    fixed("version", Integer),
)
_PER_CLASS_MAX: Final = 1_000
"""A bound far above the number of patrols of one class."""

_BY_ID: Final = select(PATROL).where(PATROL.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update(key_share=True)
# The days of a training end when it is abandoned, so they show who was expected, whatever happened since.
_ENROLLED: Final = "SELECT count(*) FROM enrolment WHERE class_id = $1 AND from_on <= $2 AND until_on >= $2"
# The class stores at which levels it was patrolled, so that the others are found without reading all patrols.
# A class directly in a reporting region has no county: the region's officers count as the county level.
_MARK: Final = """
UPDATE class AS c
SET patrolled_county = patrolled_county OR p.level = 'county' OR p.level = 'city' AND c.region = c.reporting_region,
    patrolled_city = patrolled_city OR p.level = 'city',
    patrolled_province = patrolled_province OR p.level = 'province'
FROM (SELECT $2::text AS level) AS p
WHERE id = $1
"""
_PATROLLED: Final = {level: column(f"patrolled_{level.value}", Boolean) for level in PatrolLevel}
_OPENED: Final = CLASS.c.status.in_([literal_column("'running'"), literal_column("'completed'")])
# Trainees who had come in and not gone out. Of two marks at one instant the exit counts first, as for hours.
_MARKED: Final = literal_column(
    """(
    SELECT count(*) FROM (
        SELECT DISTINCT ON (enrolment_id) direction FROM attendance_mark
        WHERE class_id = patrol.class_id
          AND marked_at > patrol.patrolled_at - interval '1 day' AND marked_at <= patrol.patrolled_at
          AND day = CAST(patrol.patrolled_at AT TIME ZONE 'Asia/Shanghai' AS date)
        ORDER BY enrolment_id, marked_at DESC, direction
    ) AS last WHERE direction = 'in'
)""",
    Integer,
)


class CoverageDays(NamedTuple):
    """Days from `first_on` to `last_on`, inclusive."""

    first_on: date
    last_on: date


async def add(connection: AsyncConnection, patrol: Patrol) -> None:
    """Store a new patrol, and set on its class that it was patrolled at this level."""
    await tables.add(connection, PATROL, patrol)
    await (await driver(connection)).execute(_MARK, patrol.class_id, patrol.level)


async def load(connection: AsyncConnection, patrol_id: UUID, *, lock: bool = False) -> Patrol:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    patrol = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Patrol, id=patrol_id)
    if patrol is None:
        raise NotFound(what="patrol", id=patrol_id)
    return patrol


async def find_by_local_id(connection: AsyncConnection, done_by: str, local_id: str) -> Patrol | None:
    named = tables.matches(PATROL, done_by=done_by, local_id=local_id)
    return await tables.fetch_one(connection, select(PATROL).where(*named), Patrol)


async def enrolled(connection: AsyncConnection, class_id: UUID, *, day: date) -> int:
    """The number of trainings in the class that included `day`."""
    found: int = await (await driver(connection)).fetchval(_ENROLLED, class_id, day)
    return found


async def marked(connection: AsyncConnection, class_id: UUID) -> list[tuple[Patrol, int]]:
    """The patrols of the class, each with the number of trainees then present by attendance marks."""
    statement = (
        select(PATROL, _MARKED.label("marked"))
        .where(PATROL.c.class_id == class_id)
        .order_by(PATROL.c.id)
        .limit(_PER_CLASS_MAX)
    )
    return await tables.fetch_all(connection, statement, lambda marked, **patrol: (Patrol(**patrol), marked))


async def page(connection: AsyncConnection, scope: ListScope, *, after: UUID, limit: int) -> list[Patrol]:
    """Patrols in the order of their ids, after `after`."""
    asked = [*lies_in(PATROL, scope.reach), *tables.matches(PATROL, **scope.columns)]
    return await tables.fetch_page(connection, PATROL, Patrol, asked, after=after, limit=limit)


async def ran(connection: AsyncConnection, reach: Reach, days: CoverageDays, *, by: Area) -> list[ClassesRun]:
    """By area, the numbers of classes that began and ran on any of `days`."""
    areas = [CLASS.c.reporting_region, CLASS.c.region] if by is Area.REGION else [CLASS.c.reporting_region]
    patrolled = [func.count().filter(_PATROLLED[level]) for level in PatrolLevel]
    statement = select(*areas, func.count().label("classes"), *patrolled).where(*_ran_on(reach, days))
    rows = await connection.execute(statement.group_by(*areas).order_by(*areas))
    return [
        ClassesRun(
            row.reporting_region,
            row.classes,
            dict(zip(PatrolLevel, row[-len(patrolled) :], strict=True)),
            row.region if by is Area.REGION else None,
        )
        for row in rows
    ]


async def uncovered(
    connection: AsyncConnection,
    reach: Reach,
    days: CoverageDays,
    level: PatrolLevel,
    *,
    after: KeysetPosition,
    limit: int,
) -> list[TrainingClass]:
    """Classes that ran on any of `days` and were not patrolled at `level`, by their last days, after `after`."""
    place = (CLASS.c.ends_on, CLASS.c.id)
    asked = [*_ran_on(reach, days), ~_PATROLLED[level], tuple_(*place) > after]
    return await tables.fetch_all(connection, select(CLASS).where(*asked).order_by(*place).limit(limit), TrainingClass)


def _ran_on(reach: Reach, days: CoverageDays) -> list[ColumnElement[bool]]:
    ran = [_OPENED, CLASS.c.starts_on <= days.last_on, CLASS.c.ends_on >= days.first_on]
    return [*reported_in(CLASS, reach), *ran]
