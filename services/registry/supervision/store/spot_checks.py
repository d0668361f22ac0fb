"""Spot checks in the database."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.reach import Reach
from services.registry.supervision.rules.spot_checks import SpotCheck
from shared.contracts.registry import PatrolLevel

_COLUMNS: Final = """id, class_id, institution_id, region, reporting_region, level, local_id, checked_on, asked,
    confirmed, trained, note, done_by, version"""
_ADD: Final = f"""
INSERT INTO spot_check ({_COLUMNS})
VALUES (:id, :class_id, :institution_id, :region, :reporting_region, :level, :local_id, :checked_on, :asked,
    :confirmed, :trained, :note, :done_by, :version)
"""
_FIND_BY_LOCAL_ID: Final = f"SELECT {_COLUMNS} FROM spot_check WHERE done_by = :done_by AND local_id = :local_id"
# Only what is asked for stands in the statement, so that each question finds the index made for it.
_NARROWED: Final = ("region", "reporting_region", "class_id", "institution_id")


async def add(connection: AsyncConnection, check: SpotCheck) -> None:
    await connection.execute(text(_ADD), asdict(check))


async def find_by_local_id(connection: AsyncConnection, done_by: str, local_id: str) -> SpotCheck | None:
    values = {"done_by": done_by, "local_id": local_id}
    row = (await connection.execute(text(_FIND_BY_LOCAL_ID), values)).mappings().one_or_none()
    return None if row is None else _spot_check(row)


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    class_id: UUID | None,
    institution_id: UUID | None,
    after: UUID,
    limit: int,
) -> list[SpotCheck]:
    """Spot checks in the order of their ids, from above `after`."""
    asked: dict[str, Any] = reach._asdict() | {"class_id": class_id, "institution_id": institution_id}
    values = {name: asked[name] for name in _NARROWED if asked[name] is not None}
    where = " AND ".join([*(f"{name} = :{name}" for name in values), "id > :after"])
    statement = f"SELECT {_COLUMNS} FROM spot_check WHERE {where} ORDER BY id LIMIT :limit"
    rows = await connection.execute(text(statement), values | {"after": after, "limit": limit})
    return [_spot_check(row) for row in rows.mappings()]


def _spot_check(row: RowMapping) -> SpotCheck:
    return SpotCheck(**dict(row) | {"level": PatrolLevel(row["level"])})
