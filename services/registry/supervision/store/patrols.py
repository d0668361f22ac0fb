"""Patrols in the database, and what they cover."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store.classes import COLUMNS, class_of
from services.registry.plan.rules.reach import Reach
from services.registry.supervision.rules.patrols import Area, Patrol, Ran
from shared.contracts.registry import PatrolLevel, PatrolMethod
from shared.kernel.keyset import KeysetPosition
from shared.kernel.refusals import NotFound

_COLUMNS: Final = """id, class_id, institution_id, region, reporting_region, level, method, local_id, patrolled_at,
    present, enrolled, note, done_by, version"""
_ADD: Final = f"""
INSERT INTO patrol ({_COLUMNS})
VALUES (:id, :class_id, :institution_id, :region, :reporting_region, :level, :method, :local_id, :patrolled_at,
    :present, :enrolled, :note, :done_by, :version)
"""
_FIND: Final = f"SELECT {_COLUMNS} FROM patrol WHERE id = :id"
_LOCK: Final = f"{_FIND} FOR NO KEY UPDATE"
_FIND_BY_LOCAL_ID: Final = f"SELECT {_COLUMNS} FROM patrol WHERE done_by = :done_by AND local_id = :local_id"
# The days of a training end when it is given up, so they say who was to be there, whatever became of it since.
_ENROLLED: Final = """
SELECT count(*) FROM enrolment WHERE class_id = :class_id AND from_on <= :day AND until_on >= :day
"""
# The class remembers who looked at it, so that nobody has to go through all patrols to find those that nobody did.
# Where a class lies in a reporting region itself, no county stands between: its officers look in the county's stead.
_MARK: Final = """
UPDATE class AS c
SET patrolled_county = patrolled_county OR p.level = 'county' OR p.level = 'city' AND c.region = c.reporting_region,
    patrolled_city = patrolled_city OR p.level = 'city',
    patrolled_province = patrolled_province OR p.level = 'province'
FROM (SELECT CAST(:level AS text) AS level) AS p
WHERE id = :class_id
"""
_RAN_THEN: Final = "c.status IN ('running', 'completed') AND c.starts_on <= :last_on AND c.ends_on >= :first_on"
_RAN: Final = f"""
SELECT c.reporting_region, {{region}} AS region, count(*) AS classes,
    {", ".join(f"count(*) FILTER (WHERE c.patrolled_{level}) AS {level}" for level in PatrolLevel)}
FROM class AS c WHERE {{where}}
GROUP BY 1, 2 ORDER BY 1, 2
"""
_REGION: Final = {Area.REPORTING_REGION: "CAST(NULL AS text)", Area.REGION: "c.region"}
_UNCOVERED: Final = f"""
SELECT {COLUMNS} FROM class AS c
WHERE {{where}} AND (ends_on, id) > (:day, :id) AND NOT patrolled_{{level}}
ORDER BY ends_on, id LIMIT :limit
"""
# Who came in that day and had not gone out by then. At the same moment the way out is the earlier one, as in the hours.
_MARKED: Final = f"""
SELECT {", ".join(f"p.{column.strip()}" for column in _COLUMNS.split(","))},
    (
        SELECT count(*) FROM (
            SELECT DISTINCT ON (enrolment_id) direction FROM attendance_mark
            WHERE class_id = p.class_id
              AND marked_at > p.patrolled_at - interval '1 day' AND marked_at <= p.patrolled_at
              AND day = CAST(p.patrolled_at AT TIME ZONE 'Asia/Shanghai' AS date)
            ORDER BY enrolment_id, marked_at DESC, direction
        ) AS last WHERE direction = 'in'
    ) AS marked
FROM patrol AS p WHERE p.class_id = :class_id ORDER BY p.id LIMIT :limit
"""
_PER_CLASS_MAX: Final = 1_000
"""Far more than anybody records of one class."""
# Only what is asked for stands in the statement, so that each question finds the index made for it.
_NARROWED: Final = {
    "region": "region = :region",
    "reporting_region": "reporting_region = :reporting_region",
    "class_id": "class_id = :class_id",
    "institution_id": "institution_id = :institution_id",
}


class Days(NamedTuple):
    """Both included."""

    first_on: date
    last_on: date


async def add(connection: AsyncConnection, patrol: Patrol) -> None:
    """Store a new patrol, and that its class was looked at."""
    await connection.execute(text(_ADD), asdict(patrol))
    await connection.execute(text(_MARK), {"class_id": patrol.class_id, "level": patrol.level})


async def load(connection: AsyncConnection, patrol_id: UUID, *, lock: bool = False) -> Patrol:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    row = (await connection.execute(text(_LOCK if lock else _FIND), {"id": patrol_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="patrol", id=patrol_id)
    return _patrol(row)


async def find_by_local_id(connection: AsyncConnection, done_by: str, local_id: str) -> Patrol | None:
    values = {"done_by": done_by, "local_id": local_id}
    row = (await connection.execute(text(_FIND_BY_LOCAL_ID), values)).mappings().one_or_none()
    return None if row is None else _patrol(row)


async def enrolled(connection: AsyncConnection, class_id: UUID, *, day: date) -> int:
    """How many trainings in the class took `day`."""
    found: int = (await connection.execute(text(_ENROLLED), {"class_id": class_id, "day": day})).scalar_one()
    return found


async def marked(connection: AsyncConnection, class_id: UUID) -> list[tuple[Patrol, int]]:
    """The patrols of the class, each with how many trainees were there at that moment by the marks known so far."""
    rows = await connection.execute(text(_MARKED), {"class_id": class_id, "limit": _PER_CLASS_MAX})
    return [(_patrol(row), row["marked"]) for row in rows.mappings()]


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    class_id: UUID | None,
    institution_id: UUID | None,
    after: UUID,
    limit: int,
) -> list[Patrol]:
    """Patrols in the order of their ids, from above `after`."""
    conditions, values = _narrowed(reach._asdict() | {"class_id": class_id, "institution_id": institution_id})
    where = " AND ".join([*conditions, "id > :after"])
    statement = f"SELECT {_COLUMNS} FROM patrol WHERE {where} ORDER BY id LIMIT :limit"
    rows = await connection.execute(text(statement), values | {"after": after, "limit": limit})
    return [_patrol(row) for row in rows.mappings()]


async def ran(connection: AsyncConnection, reach: Reach, days: Days, *, by: Area) -> list[Ran]:
    """By area, the classes that were opened and ran on any of `days`."""
    where, values = _ran_then(reach, days)
    rows = await connection.execute(text(_RAN.format(region=_REGION[by], where=where)), values)
    return [
        Ran(row["reporting_region"], row["classes"], {level: row[level] for level in PatrolLevel}, row["region"])
        for row in rows.mappings()
    ]


async def uncovered(
    connection: AsyncConnection, reach: Reach, days: Days, level: PatrolLevel, *, after: KeysetPosition, limit: int
) -> list[TrainingClass]:
    """The classes that ran on any of `days` and that nobody of `level` looked at, by their last days, from behind
    `after`."""
    where, values = _ran_then(reach, days)
    statement = _UNCOVERED.format(where=where, level=level.value)
    rows = await connection.execute(text(statement), values | after._asdict() | {"limit": limit})
    return [class_of(row) for row in rows.mappings()]


def _ran_then(reach: Reach, days: Days) -> tuple[str, dict[str, Any]]:
    conditions, values = _narrowed(reach._asdict())
    return " AND ".join([*(f"c.{each}" for each in conditions), _RAN_THEN]), values | days._asdict()


def _narrowed(asked: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    values = {name: value for name, value in asked.items() if value is not None}
    return [_NARROWED[name] for name in values], values


def _patrol(row: RowMapping) -> Patrol:
    values = {name: row[name] for name in Patrol.__dataclass_fields__}
    return Patrol(**values | {"level": PatrolLevel(row["level"]), "method": PatrolMethod(row["method"])})
