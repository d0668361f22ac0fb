"""Patrols in the database, and what they cover."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.patrols import Patrol, Ran
from services.registry.domain.reach import Reach
from shared.contracts.registry import PatrolLevel, PatrolMethod
from shared.kernel.refusals import NotFound

_COLUMNS: Final = """id, class_id, institution_id, region, reporting_region, level, method, local_id, patrolled_at,
    present, enrolled, note, done_by, version"""
_ADD: Final = f"""
INSERT INTO patrol ({_COLUMNS})
VALUES (:id, :class_id, :institution_id, :region, :reporting_region, :level, :method, :local_id, :patrolled_at,
    :present, :enrolled, :note, :done_by, :version)
"""
_FIND: Final = f"SELECT {_COLUMNS} FROM patrol WHERE id = :id"
_FIND_BY_LOCAL_ID: Final = f"SELECT {_COLUMNS} FROM patrol WHERE done_by = :done_by AND local_id = :local_id"
# The days of a training end when it is given up, so they say who was to be there, whatever became of it since.
_ENROLLED: Final = """
SELECT count(*) FROM enrolment WHERE class_id = :class_id AND from_on <= :day AND until_on >= :day
"""
# Where a class lies in a reporting region itself, no county stands between: its officers look in the county's stead.
_RAN: Final = """
SELECT c.reporting_region, count(*) AS classes, count(*) FILTER (WHERE p.county) AS county,
    count(*) FILTER (WHERE p.city) AS city, count(*) FILTER (WHERE p.province) AS province
FROM class AS c
CROSS JOIN LATERAL (
    SELECT bool_or(level = 'county' OR level = 'city' AND c.region = c.reporting_region) AS county,
        bool_or(level = 'city') AS city, bool_or(level = 'province') AS province
    FROM patrol WHERE class_id = c.id
) AS p
WHERE {where}
GROUP BY c.reporting_region ORDER BY c.reporting_region
"""
# Only what is asked for stands in the statement, so that each question finds the index made for it.
_NARROWED: Final = {
    "region": "region = :region",
    "reporting_region": "reporting_region = :reporting_region",
    "class_id": "class_id = :class_id",
    "institution_id": "institution_id = :institution_id",
}


async def add(connection: AsyncConnection, patrol: Patrol) -> None:
    await connection.execute(text(_ADD), asdict(patrol))


async def load(connection: AsyncConnection, patrol_id: UUID) -> Patrol:
    """Raises NotFound."""
    row = (await connection.execute(text(_FIND), {"id": patrol_id})).mappings().one_or_none()
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


async def ran(connection: AsyncConnection, reach: Reach, *, first_on: date, last_on: date) -> list[Ran]:
    """By reporting region, the classes that were opened and ran on any day from `first_on` to `last_on`."""
    conditions, values = _narrowed(reach._asdict())
    days = ["starts_on <= :last_on", "ends_on >= :first_on", "status IN ('running', 'completed')"]
    statement = _RAN.format(where=" AND ".join(f"c.{each}" for each in [*conditions, *days]))
    rows = await connection.execute(text(statement), values | {"first_on": first_on, "last_on": last_on})
    return [
        Ran(row["reporting_region"], row["classes"], {level: row[level.value] for level in PatrolLevel})
        for row in rows.mappings()
    ]


def _narrowed(asked: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    values = {name: value for name, value in asked.items() if value is not None}
    return [_NARROWED[name] for name in values], values


def _patrol(row: RowMapping) -> Patrol:
    return Patrol(**dict(row) | {"level": PatrolLevel(row["level"]), "method": PatrolMethod(row["method"])})
