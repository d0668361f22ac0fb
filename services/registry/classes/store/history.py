"""The history of classes in the database."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Integer, MetaData, Table, Text, Uuid, bindparam, insert, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.history import ClassEvent, ReportedChange
from services.registry.classes.store.classes import CLASS
from shared import tables
from shared.located import lies_in
from shared.reach import Reach
from shared.tables import Instant, Json, Texts, fixed

CLASS_EVENT: Final = Table(
    "class_event",
    MetaData(),
    fixed("id", Uuid),
    fixed("class_id", Uuid),
    fixed("version", Integer),
    fixed("verb", Text),
    fixed("done_by", Text),
    fixed("done_at", Instant),
    fixed("reasons", Texts),
    fixed("change", Json),
    fixed("region", Text),
    fixed("reporting_region", Text),
)
_EVENT: Final = [CLASS_EVENT.c[name] for name in ClassEvent._fields]
_OF_CLASS: Final = CLASS.c.id == bindparam("of_class")
# With the place of the class at that step, by which lists of what was reported are narrowed.
_ADD: Final = insert(CLASS_EVENT).values(
    region=select(CLASS.c.region).where(_OF_CLASS).scalar_subquery(),
    reporting_region=select(CLASS.c.reporting_region).where(_OF_CLASS).scalar_subquery(),
)
# As the indexes of these lists say it.
_REPORTED: Final = (
    CLASS_EVENT.c.verb.in_([literal_column("'change'"), literal_column("'plan'")]),
    CLASS_EVENT.c.reasons != literal_column("'{}'"),
)
_OF_ITS_CLASS: Final = [CLASS.c.institution_id, CLASS.c.local_id]
_REPORTED_CHANGES: Final = (
    select(*(CLASS_EVENT.c[name] for name in ReportedChange._fields if name in CLASS_EVENT.c), *_OF_ITS_CLASS)
    .join_from(CLASS_EVENT, CLASS, CLASS.c.id == CLASS_EVENT.c.class_id)
    .where(*_REPORTED)
)


async def add(connection: AsyncConnection, event: ClassEvent) -> None:
    await connection.execute(_ADD, event._asdict() | {"of_class": event.class_id})


async def latest(connection: AsyncConnection, class_id: UUID) -> ClassEvent | None:
    """The last step of the class; None if it has no history yet."""
    statement = select(*_EVENT).where(CLASS_EVENT.c.class_id == class_id).order_by(CLASS_EVENT.c.id.desc()).limit(1)
    return await tables.fetch_one(connection, statement, ClassEvent)


async def latest_change(connection: AsyncConnection, class_id: UUID, verb: str) -> dict[str, Any] | None:
    """What the latest `verb` of the class filed, found or changed; None if there was none."""
    asked = tables.matches(CLASS_EVENT, class_id=class_id, verb=verb)
    statement = select(CLASS_EVENT.c.change).where(*asked).order_by(CLASS_EVENT.c.id.desc()).limit(1)
    change: dict[str, Any] | None = await connection.scalar(statement)
    return change


async def page(connection: AsyncConnection, class_id: UUID, *, after: UUID, limit: int) -> list[ClassEvent]:
    """The class's history from the first step on, from above `after`."""
    asked = [CLASS_EVENT.c.class_id == class_id, CLASS_EVENT.c.id > after]
    statement = select(*_EVENT).where(*asked).order_by(CLASS_EVENT.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, ClassEvent)


async def reported(connection: AsyncConnection, reach: Reach, *, before: UUID, limit: int) -> list[ReportedChange]:
    """What institutions reported of classes within `reach`, the newest first, from below `before`."""
    asked = [CLASS_EVENT.c.id < before, *lies_in(CLASS_EVENT, reach)]
    statement = _REPORTED_CHANGES.where(*asked).order_by(CLASS_EVENT.c.id.desc()).limit(limit)
    return await tables.fetch_all(connection, statement, ReportedChange)
