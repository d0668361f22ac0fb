"""The history of enrolments in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.rules.history import EnrolmentEvent, EnteredBy
from shared.contracts.registry import EnrolmentStatus
from shared.database import driver

_COLUMNS: Final = EnrolmentEvent._fields
_LIST: Final = f"""
SELECT {", ".join(_COLUMNS)} FROM enrolment_event
WHERE enrolment_id = $1 ORDER BY version LIMIT $2
"""
_ENTERED: Final = "SELECT enrolled_by, enrolled_at FROM enrolment WHERE id = $1 AND enrolled_by IS NOT NULL"


async def add_all(connection: AsyncConnection, events: Sequence[EnrolmentEvent]) -> None:
    if events:
        records = [(*each[:-1], orjson.dumps(each.changed).decode()) for each in events]
        await (await driver(connection)).copy_records_to_table("enrolment_event", columns=_COLUMNS, records=records)


async def of_enrolment(connection: AsyncConnection, enrolment_id: UUID, *, limit: int) -> list[EnrolmentEvent]:
    """The enrolment's steps, oldest first."""
    rows = await (await driver(connection)).fetch(_LIST, enrolment_id, limit)
    return [_event(row) for row in rows]


async def entered_by(connection: AsyncConnection, enrolment_id: UUID) -> EnteredBy | None:
    """Who enrolled the trainee; None if that was not kept yet."""
    row = await (await driver(connection)).fetchrow(_ENTERED, enrolment_id)
    return None if row is None else EnteredBy(*row)


def _event(row: Any) -> EnrolmentEvent:
    status, changed = EnrolmentStatus(row["status"]), row["changed"] or {}
    return EnrolmentEvent(**dict(row) | {"status": status, "changed": changed})
