"""The history of enrolments in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Date, Integer, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.rules.history import EnrolmentEvent, EntryRecord
from shared import tables
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.database import driver
from shared.tables import Choice, Instant, Json, fixed

ENROLMENT_EVENT: Final = Table(
    "enrolment_event",
    MetaData(),
    fixed("enrolment_id", Uuid),
    fixed("version", Integer),
    fixed("verb", Text),
    fixed("done_by", Text),
    fixed("done_at", Instant),
    fixed("reason", Text),
    fixed("status", Choice(EnrolmentStatus)),
    fixed("from_on", Date),
    fixed("until_on", Date),
    fixed("changed", Json),
    fixed("grounds", Json),
)
_SINCE_MAX: Final = 500
_IN_CLASS: Final = "SELECT id FROM enrolment WHERE class_id = $1 AND status = 'withdrawn' ORDER BY id"
_ENTERED: Final = "SELECT enrolled_by, enrolled_at FROM enrolment WHERE id = $1 AND enrolled_by IS NOT NULL"


async def add_all(connection: AsyncConnection, events: Sequence[EnrolmentEvent]) -> None:
    if events:
        rows = [
            tables.values_of(ENROLMENT_EVENT, each, changed=_json(each.changed), grounds=_json(each.grounds))
            for each in events
        ]
        await (await driver(connection)).copy_records_to_table(
            "enrolment_event",
            columns=[column.name for column in ENROLMENT_EVENT.c],
            records=[tuple(row.values()) for row in rows],
        )


async def of_enrolment(connection: AsyncConnection, enrolment_id: UUID, *, limit: int) -> list[EnrolmentEvent]:
    """The enrolment's steps, oldest first."""
    its_own = ENROLMENT_EVENT.c.enrolment_id == enrolment_id
    statement = select(ENROLMENT_EVENT).where(its_own).order_by(ENROLMENT_EVENT.c.version).limit(limit)
    return await tables.fetch_all(connection, statement, _event)


async def since(connection: AsyncConnection, enrolment_id: UUID, version: int) -> list[EnrolmentEvent]:
    """The step to `version` and all that followed, oldest first."""
    its_own = [ENROLMENT_EVENT.c.enrolment_id == enrolment_id, ENROLMENT_EVENT.c.version >= version]
    statement = select(ENROLMENT_EVENT).where(*its_own).order_by(ENROLMENT_EVENT.c.version).limit(_SINCE_MAX)
    return await tables.fetch_all(connection, statement, _event)


async def withdrawals(connection: AsyncConnection, class_id: UUID, *, at: datetime) -> list[EnrolmentEvent]:
    """The withdrawals from a class that were made at the moment `at`, of trainees who are still withdrawn."""
    ids = [row["id"] for row in await (await driver(connection)).fetch(_IN_CLASS, class_id)]
    made = [ENROLMENT_EVENT.c.verb == "withdraw", ENROLMENT_EVENT.c.done_at == at]
    statement = select(ENROLMENT_EVENT).where(tables.one_of(ENROLMENT_EVENT.c.enrolment_id, ids), *made)
    return await tables.fetch_all(connection, statement.order_by(ENROLMENT_EVENT.c.enrolment_id), _event)


async def entered_by(connection: AsyncConnection, enrolment_id: UUID) -> EntryRecord | None:
    """Who enrolled the trainee; None for an enrolment from before this was stored."""
    row = await (await driver(connection)).fetchrow(_ENTERED, enrolment_id)
    return None if row is None else EntryRecord(*row)


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _event(*, changed: dict[str, Any] | None, **columns: Any) -> EnrolmentEvent:
    return EnrolmentEvent(changed=changed or {}, **columns)
