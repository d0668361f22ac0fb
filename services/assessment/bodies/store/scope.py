"""What bodies are filed for, in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.scope import ScopeEntry
from shared import tables
from shared.dated_entries import columns as dated
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.tables import Choice, fixed

SCOPE_ENTRY: Final = Table(
    "scope_entry",
    MetaData(),
    *dated.columns(opened="opened", ended="ended", ending="ending"),
    fixed("body_id", Uuid),
    fixed("occupation", Text),
    fixed("level", Choice(Award), key="award"),
)
_IN_ORDER: Final = (SCOPE_ENTRY.c.occupation, SCOPE_ENTRY.c.award, SCOPE_ENTRY.c.first_on)


async def add_all(connection: AsyncConnection, entries: Collection[ScopeEntry]) -> None:
    await tables.add_all(connection, SCOPE_ENTRY, list(entries))


async def load(connection: AsyncConnection, body_id: UUID, entry_id: UUID) -> ScopeEntry:
    """Raises NotFound."""
    asked = tables.matches(SCOPE_ENTRY, body_id=body_id, id=entry_id)
    entry = await tables.fetch_one(connection, select(SCOPE_ENTRY).where(*asked), ScopeEntry)
    if entry is None:
        raise NotFound(what="scope entry", id=entry_id)
    return entry


async def save_all(connection: AsyncConnection, entries: Collection[ScopeEntry]) -> None:
    """Store the next version of each of `entries`. Raises Stale if a stored version is not the one before."""
    for entry in entries:
        await tables.save(connection, SCOPE_ENTRY, entry, expected=entry.version - 1)


async def ever(connection: AsyncConnection, body_id: UUID) -> list[ScopeEntry]:
    """Everything that the body is, was or will be filed for, by occupation, award and first day."""
    asked = tables.matches(SCOPE_ENTRY, body_id=body_id)
    return await tables.fetch_all(connection, select(SCOPE_ENTRY).where(*asked).order_by(*_IN_ORDER), ScopeEntry)


async def since(connection: AsyncConnection, bodies: Collection[UUID], day: date) -> dict[UUID, list[ScopeEntry]]:
    """What each of `bodies` may examine on `day` or on a later day, by occupation, award and first day."""
    asked = [tables.one_of(SCOPE_ENTRY.c.body_id, bodies), dated.stand_since(SCOPE_ENTRY, day)]
    found: dict[UUID, list[ScopeEntry]] = {each: [] for each in bodies}
    statement = select(SCOPE_ENTRY).where(*asked).order_by(*_IN_ORDER)
    for entry in await tables.fetch_all(connection, statement, ScopeEntry):
        found[entry.body_id].append(entry)
    return found


async def page(connection: AsyncConnection, body_id: UUID, *, after: UUID, limit: int) -> list[ScopeEntry]:
    """The body's entries, past ones too, in the order of their ids, after `after`."""
    asked = tables.matches(SCOPE_ENTRY, body_id=body_id)
    return await tables.fetch_page(connection, SCOPE_ENTRY, ScopeEntry, asked, after=after, limit=limit)
