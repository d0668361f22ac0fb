"""Closings of bodies in the database."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Date, Dialect, Integer, MetaData, Table, TypeDecorator, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.closings.rules import Carried, Closing
from services.assessment.exams.store.sessions import SESSION
from shared import tables
from shared.contracts.assessment import SessionStatus
from shared.tables import Json, fixed

_NAMED_MAX: Final = 20
"""Ids that a refusal names."""


class _Carried(TypeDecorator[Carried]):
    """{"ended": […], "opened": […], "imposed": […]}"""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Carried | None, _: Dialect) -> dict[str, Any]:
        return (value or Carried()).as_json()

    def process_result_value(self, value: dict[str, Any] | None, _: Dialect) -> Carried:
        return Carried(**(value or {}))


_CLOSING: Final = Table(
    "body_closing",
    MetaData(),
    fixed("id", Uuid),
    fixed("body_id", Uuid),
    fixed("successor_id", Uuid),
    fixed("from_on", Date),
    fixed("carried", _Carried()),
    Column("reversed_by", Uuid),
    Column("version", Integer),
)


async def add(connection: AsyncConnection, closing: Closing) -> None:
    await tables.add(connection, _CLOSING, closing)


async def save(connection: AsyncConnection, closing: Closing) -> None:
    """Store the next version. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, _CLOSING, closing, expected=closing.version - 1)


async def standing(connection: AsyncConnection, body_id: UUID) -> Closing | None:
    """The closing of the body that holds."""
    asked = [_CLOSING.c.body_id == body_id, _CLOSING.c.reversed_by.is_(None)]
    return await tables.fetch_one(connection, select(_CLOSING).where(*asked), Closing)


async def open_sessions(connection: AsyncConnection, body_id: UUID) -> list[UUID]:
    """Some of the body's sessions that are neither concluded nor cancelled."""
    asked = [SESSION.c.body_id == body_id, SESSION.c.status.not_in([SessionStatus.CONCLUDED, SessionStatus.CANCELLED])]
    return list(await connection.scalars(select(SESSION.c.id).where(*asked).order_by(SESSION.c.id).limit(_NAMED_MAX)))
