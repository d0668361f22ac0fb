"""Closings and their steps in the database."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Date, Dialect, Integer, MetaData, Table, Text, TypeDecorator, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.store.classes import CLASS
from services.registry.closings.rules import Carried, Closing, ClosingEvent, ClosingKind, ClosingStatus
from services.registry.directory.store.institutions import within
from shared import tables
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.refusals import NotFound
from shared.reach import Reach
from shared.tables import Choice, Instant, Json, fixed


class _Carried(TypeDecorator[Carried]):
    """{"listings": {…}, "engagements": {…}, "opened_listings": […], "imposed_sanctions": […]}"""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Carried | None, _: Dialect) -> dict[str, Any]:
        return (value or Carried()).as_json()

    def process_result_value(self, value: dict[str, Any] | None, _: Dialect) -> Carried:
        return Carried(**(value or {}))


CLOSING: Final = Table(
    "closing",
    MetaData(),
    fixed("id", Uuid),
    fixed("institution_id", Uuid),
    fixed("successor_id", Uuid),
    fixed("kind", Choice(ClosingKind)),
    fixed("from_on", Date),
    fixed("reason", Text),
    Column("proposed_by", Text),
    Column("status", Choice(ClosingStatus)),
    Column("carried", _Carried),
    Column("version", Integer),
)
CLOSING_EVENT: Final = Table(
    "closing_event",
    MetaData(),
    fixed("id", Uuid),
    fixed("closing_id", Uuid),
    fixed("version", Integer),
    fixed("verb", Text),
    fixed("done_by", Text),
    fixed("done_at", Instant),
    fixed("said", Text),
)
_STANDING: Final = (ClosingStatus.PROPOSED, ClosingStatus.CLOSED, ClosingStatus.REVERSAL_PROPOSED)
_ENDED: Final = (ClassStatus.COMPLETED, ClassStatus.CANCELLED)
_NAMED_MAX: Final = 20
"""Ids that a refusal names."""
_STEPS_MAX: Final = 500
_BY_ID: Final = select(CLOSING).where(CLOSING.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()


async def add(connection: AsyncConnection, closing: Closing) -> None:
    await tables.add(connection, CLOSING, closing)


async def save(connection: AsyncConnection, closing: Closing) -> None:
    """Store the next version of `closing`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, CLOSING, closing, expected=closing.version - 1)


async def load(connection: AsyncConnection, closing_id: UUID, *, lock: bool = False) -> Closing:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Closing, id=closing_id)
    if found is None:
        raise NotFound(what="closing", id=closing_id)
    return found


async def standing(connection: AsyncConnection, institution_id: UUID) -> Closing | None:
    """The closing of the institution that is proposed or holds."""
    asked = [CLOSING.c.institution_id == institution_id, CLOSING.c.status.in_(_STANDING)]
    return await tables.fetch_one(connection, select(CLOSING).where(*asked), Closing)


async def page(
    connection: AsyncConnection, reach: Reach, *, status: ClosingStatus | None, after: UUID, limit: int
) -> list[Closing]:
    """Closings of institutions within reach, in the order of their ids, after `after`."""
    asked = [*tables.matches(CLOSING, status=status), *within(reach, CLOSING.c.institution_id)]
    return await tables.fetch_page(connection, CLOSING, Closing, asked, after=after, limit=limit)


async def open_classes(connection: AsyncConnection, institution_id: UUID) -> list[UUID]:
    """Some of the institution's classes that are neither completed nor cancelled."""
    asked = [CLASS.c.institution_id == institution_id, CLASS.c.status.not_in(_ENDED)]
    return list(await connection.scalars(select(CLASS.c.id).where(*asked).order_by(CLASS.c.id).limit(_NAMED_MAX)))


async def add_event(connection: AsyncConnection, event: ClosingEvent) -> None:
    await tables.add(connection, CLOSING_EVENT, event)


async def events(connection: AsyncConnection, closing_id: UUID) -> list[ClosingEvent]:
    """The steps of the closing, oldest first."""
    theirs = CLOSING_EVENT.c.closing_id == closing_id
    statement = select(CLOSING_EVENT).where(theirs).order_by(CLOSING_EVENT.c.version).limit(_STEPS_MAX)
    return await tables.fetch_all(connection, statement, ClosingEvent)
