"""The history of enrolments in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.enrolment_events import EnrolmentEvent
from shared.contracts.registry import EnrolmentStatus
from shared.database import driver

_COLUMNS: Final = EnrolmentEvent._fields
_LIST: Final = f"""
SELECT {", ".join(_COLUMNS)} FROM enrolment_event
WHERE enrolment_id = $1 ORDER BY version LIMIT $2
"""


async def add_all(connection: AsyncConnection, events: Sequence[EnrolmentEvent]) -> None:
    if events:
        await (await driver(connection)).copy_records_to_table("enrolment_event", columns=_COLUMNS, records=events)


async def of_enrolment(connection: AsyncConnection, enrolment_id: UUID, *, limit: int) -> list[EnrolmentEvent]:
    """The enrolment's steps, oldest first."""
    rows = await (await driver(connection)).fetch(_LIST, enrolment_id, limit)
    return [EnrolmentEvent(**dict(row) | {"status": EnrolmentStatus(row["status"])}) for row in rows]
