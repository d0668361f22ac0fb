"""Lists of classes in the database, in the order of a day and then of their ids."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store.classes import COLUMNS, class_of
from services.registry.plan.rules.reach import Reach
from shared.contracts.registry import ClassStatus
from shared.kernel.keyset import KeysetPosition

# Only what is asked for stands in the statement, so that each question finds the index made for it.
_NARROWED: Final = {
    "institution_id": "institution_id = :institution_id",
    "region": "region = :region",
    "reporting_region": "reporting_region = :reporting_region",
    "status": "status = :status",
    "starts_from": "starts_on >= :starts_from",
    "starts_to": "starts_on <= :starts_to",
}
_DUE: Final = "coalesce(answer_due_on, 'infinity')"


class Narrowing(NamedTuple):
    """Which classes are asked for; what is None does not matter. Both days are included."""

    reach: Reach = Reach()
    institution_id: UUID | None = None
    status: ClassStatus | None = None
    starts_from: date | None = None
    starts_to: date | None = None


async def page(
    connection: AsyncConnection, narrowing: Narrowing, *, after: KeysetPosition, limit: int
) -> list[TrainingClass]:
    """Classes in the order of their first days, from behind `after`."""
    asked = narrowing._asdict() | narrowing.reach._asdict()
    conditions, values = _narrowed({name: asked[name] for name in _NARROWED})
    statement = f"""
    SELECT {COLUMNS} FROM class WHERE {" AND ".join([*conditions, "(starts_on, id) > (:day, :id)"])}
    ORDER BY starts_on, id LIMIT :limit
    """
    rows = await connection.execute(text(statement), values | after._asdict() | {"limit": limit})
    return [class_of(row) for row in rows.mappings()]


async def waiting(
    connection: AsyncConnection, reach: Reach, *, after: KeysetPosition, limit: int
) -> list[TrainingClass]:
    """Filed classes in the order in which answers are due, from behind `after`; last those without a day."""
    conditions, values = _narrowed(reach._asdict())
    conditions += ["status = 'filed'", f"({_DUE}, id) > (:day, :id)"]
    statement = f"""
    SELECT {COLUMNS} FROM class WHERE {" AND ".join(conditions)} ORDER BY {_DUE}, id LIMIT :limit
    """
    rows = await connection.execute(text(statement), values | after._asdict() | {"limit": limit})
    return [class_of(row) for row in rows.mappings()]


def _narrowed(asked: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    values = {name: value for name, value in asked.items() if value is not None}
    return [_NARROWED[name] for name in values], values
