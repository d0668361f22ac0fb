"""The history of classes in the database."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.history import ClassEvent, ReportedChange
from services.registry.plan.rules.reach import Reach

_COLUMNS: Final = "id, class_id, version, verb, done_by, done_at, reasons, change"
_ADD: Final = f"""
INSERT INTO class_event ({_COLUMNS}, region, reporting_region)
VALUES (:id, :class_id, :version, :verb, :done_by, :done_at, :reasons, CAST(:change AS jsonb),
    (SELECT region FROM class WHERE id = :class_id), (SELECT reporting_region FROM class WHERE id = :class_id))
"""
_LIST: Final = f"""
SELECT {_COLUMNS} FROM class_event WHERE class_id = :class_id AND id > :after ORDER BY id LIMIT :limit
"""
# Only what is asked for stands in the statement, so that each question finds the index made for it.
_REPORTED: Final = """
SELECT e.id, e.class_id, c.institution_id, c.local_id, e.region, e.version, e.verb, e.done_by, e.done_at, e.reasons,
    e.change
FROM class_event e JOIN class c ON c.id = e.class_id
WHERE e.verb IN ('change', 'plan') AND e.reasons <> '{{}}' AND e.id < :before {narrowed}
ORDER BY e.id DESC LIMIT :limit
"""
_LATEST: Final = f"SELECT {_COLUMNS} FROM class_event WHERE class_id = :class_id ORDER BY id DESC LIMIT 1"
_LATEST_CHANGE: Final = """
SELECT change FROM class_event WHERE class_id = :class_id AND verb = :verb ORDER BY id DESC LIMIT 1
"""


async def add(connection: AsyncConnection, event: ClassEvent) -> None:
    change = None if event.change is None else orjson.dumps(event.change).decode()
    values = event._asdict() | {"reasons": list(event.reasons), "change": change}
    await connection.execute(text(_ADD), values)


async def latest(connection: AsyncConnection, class_id: UUID) -> ClassEvent | None:
    """The last step of the class; None if it has no history yet."""
    row = (await connection.execute(text(_LATEST), {"class_id": class_id})).mappings().one_or_none()
    return None if row is None else _event(row)


async def latest_change(connection: AsyncConnection, class_id: UUID, verb: str) -> dict[str, Any] | None:
    """What the latest `verb` of the class filed, found or changed; None if there was none."""
    change: dict[str, Any] | None = await connection.scalar(text(_LATEST_CHANGE), {"class_id": class_id, "verb": verb})
    return change


async def page(connection: AsyncConnection, class_id: UUID, *, after: UUID, limit: int) -> list[ClassEvent]:
    """The class's history from the first step on, from above `after`."""
    values = {"class_id": class_id, "after": after, "limit": limit}
    return [_event(row) for row in (await connection.execute(text(_LIST), values)).mappings()]


async def reported(connection: AsyncConnection, reach: Reach, *, before: UUID, limit: int) -> list[ReportedChange]:
    """What institutions reported of classes within `reach`, the newest first, from below `before`."""
    values = {name: value for name, value in reach._asdict().items() if value is not None}
    statement = _REPORTED.format(narrowed=" ".join(f"AND e.{name} = :{name}" for name in values))
    rows = await connection.execute(text(statement), values | {"before": before, "limit": limit})
    return [ReportedChange(**dict(row) | {"reasons": tuple(row["reasons"])}) for row in rows.mappings()]


def _event(row: RowMapping) -> ClassEvent:
    return ClassEvent(**dict(row) | {"reasons": tuple(row["reasons"])})
