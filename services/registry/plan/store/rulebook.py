"""The rulebook, kept in memory and asked before each use whether it is still the one that stands in the database.

Why no request decides by an old one: docs/decisions/0032-rulebook-by-revision.md.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import plan, policy, projects

_REVISION: Final = "SELECT array_agg(revision ORDER BY source) FROM rulebook_revision"

Revision = tuple[UUID, ...]


class _Entry(NamedTuple):
    revision: Revision
    rulebook: Rulebook


class _Memory:
    """The one that was loaded last, of whichever database: no two states of any of them have the same revision."""

    latest: _Entry | None = None


_MEMORY: Final = _Memory()


async def current(connection: AsyncConnection) -> Rulebook:
    """The rulebook as this transaction sees it now: one small statement, and five after something changed in it."""
    revision = await _revision(connection)
    kept = _MEMORY.latest
    if kept is not None and kept.revision == revision:
        return kept.rulebook
    rulebook = await _load(connection)
    # Each statement sees what is committed when it begins. With the same revision after as before, all saw the same.
    while (after := await _revision(connection)) != revision:
        revision, rulebook = after, await _load(connection)
    _MEMORY.latest = _Entry(revision, rulebook)
    return rulebook


async def _revision(connection: AsyncConnection) -> Revision:
    return tuple(await connection.scalar(text(_REVISION)) or ())


async def _load(connection: AsyncConnection) -> Rulebook:
    return Rulebook(
        plan=await plan.load(connection),
        policy_rows=tuple(await policy.POLICY_ROW.entered_rows(connection)),
        terms=tuple(await projects.TERM.entered_rows(connection)),
    )
