"""Endings of listings, sanctions and engagements in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Date, Integer, MetaData, Table, Text, Uuid, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.dated_entries.endings import Ending
from shared.tables import Instant, fixed

_ENDING: Final = Table(
    "ending",
    MetaData(),
    fixed("entry_id", Uuid),
    fixed("version", Integer),
    fixed("former_last_on", Date),
    fixed("ended_by", Text),
    fixed("ended_at", Instant),
    fixed("reason", Text),
)
_TAKING_BACK: Final = Table(
    "ending",
    MetaData(),
    fixed("entry_id", Uuid),
    fixed("version", Integer),
    fixed("taken_back_by", Text),
    fixed("taken_back_at", Instant),
    fixed("taking_back_reason", Text),
)
"""The same table, for what only a taking back fills in."""


async def add(connection: AsyncConnection, ending: Ending) -> None:
    await tables.add(connection, _ENDING, ending)


async def latest(connection: AsyncConnection, entry_id: UUID) -> Ending | None:
    """The latest ending of the entry that was not taken back; None if there is none."""
    asked = [_TAKING_BACK.c.entry_id == entry_id, _TAKING_BACK.c.taken_back_at.is_(None)]
    versions = select(_TAKING_BACK.c.version).where(*asked).order_by(_TAKING_BACK.c.version.desc()).limit(1)
    its_own = [_ENDING.c.entry_id == entry_id, _ENDING.c.version == versions.scalar_subquery()]
    return await tables.fetch_one(connection, select(_ENDING).where(*its_own), Ending)


async def take_back(connection: AsyncConnection, ending: Ending, *, by: str, reason: str, at: datetime) -> None:
    """Store that the ending was taken back."""
    asked = tables.matches(_TAKING_BACK, entry_id=ending.entry_id, version=ending.version)
    taken_back = {"taken_back_by": by, "taken_back_at": at, "taking_back_reason": reason}
    await connection.execute(update(_TAKING_BACK).where(*asked).values(taken_back))
