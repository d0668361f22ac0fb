"""Edits of attendance in the database, each with all that lists of it are asked by."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.rules.edits import Edit
from services.registry.plan.rules.reach import Reach
from shared.database import driver

EDITS_MAX: Final = 500

_COLUMNS: Final = """id, enrolment_id, day, hours_before, hours_after, reason, signed_by, signed_at, class_id,
    institution_id, region, reporting_region"""
_ADD: Final = f"""
INSERT INTO attendance_edit ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_OF_ENROLMENT: Final = f"SELECT {_COLUMNS} FROM attendance_edit WHERE enrolment_id = $1 ORDER BY id DESC LIMIT $2"


async def add(connection: AsyncConnection, edit: Edit) -> None:
    values = [getattr(edit, name) for name in Edit.__dataclass_fields__]
    await (await driver(connection)).execute(_ADD, *values)


async def of_enrolment(connection: AsyncConnection, enrolment_id: UUID) -> list[Edit]:
    """The latest edits of one enrolment, newest first."""
    return [Edit(*row) for row in await (await driver(connection)).fetch(_OF_ENROLMENT, enrolment_id, EDITS_MAX)]


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    class_id: UUID | None,
    institution_id: UUID | None,
    after: UUID,
    limit: int,
) -> list[Edit]:
    """Edits in the order of their ids, from above `after`."""
    asked: dict[str, Any] = {**reach._asdict(), "class_id": class_id, "institution_id": institution_id}
    asked = {name: value for name, value in asked.items() if value is not None}
    # Only what was asked for stands in the statement: so each combination is planned for itself, on its own index.
    narrowed = " AND ".join(["id > :after", *(f"{name} = :{name}" for name in asked)])
    statement = f"SELECT {_COLUMNS} FROM attendance_edit WHERE {narrowed} ORDER BY id LIMIT :limit"
    rows = await connection.execute(text(statement), asked | {"after": after, "limit": limit})
    return [Edit(**row) for row in rows.mappings()]
