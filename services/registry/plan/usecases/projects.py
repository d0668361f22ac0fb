"""Propose terms of projects of the first catalogue, and decide about proposals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules import projects as rules
from services.registry.plan.rules.projects import Project
from services.registry.plan.store import projects as store
from services.registry.plan.store.projects import TERM
from services.registry.plan.usecases import visibility
from shared.backbone import outbox
from shared.dated_rules import usecases
from shared.kernel.callers import Caller
from shared.kernel.refusals import Stale


async def propose(connection: AsyncConnection, term: Project, *, caller: Caller) -> Project:
    """A new proposal of the province: `term` as it is to stand in the catalogue. The same again changes nothing.

    One with the first day of an existing term replaces it; a later one ends the term in which it begins. The version of
    `term` follows the one that the caller saw. Raises ForeignRegion, Stale, ReasonMissing,
    ProjectTermOverlaps.
    """
    await visibility.require_province(connection, caller)
    await store.add(connection, term.code)
    return await usecases.propose(connection, TERM, term, check=_check)


async def approve(connection: AsyncConnection, row_id: str, *, caller: Caller, at: datetime) -> Project:
    """Make a proposed term decide, as another person of the province, and tell it.

    Raises ForeignRegion, NotFound, IllegalMove, SamePerson, ProjectTermOverlaps, or Stale if another term of
    the project was approved since it was proposed.
    """
    await visibility.require_province(connection, caller)
    before = await TERM.load_row(connection, row_id)
    term = await usecases.approve(connection, TERM, row_id, check=_check, caller=caller, at=at)
    if term != before:
        await tell(connection, term, at=at)
    return term


async def reject(connection: AsyncConnection, row_id: str, *, reason: str, caller: Caller, at: datetime) -> Project:
    """Refuse a proposal, or withdraw one's own. Raises ForeignRegion, NotFound, IllegalMove."""
    await visibility.require_province(connection, caller)
    return await usecases.reject(connection, TERM, row_id, reason=reason, caller=caller, at=at)


async def tell(connection: AsyncConnection, term: Project, *, at: datetime) -> None:
    """Give the project the version of `term`, which was approved, and record the fact."""
    await store.set_version(connection, term)
    await outbox.record(connection, rules.list_(term, at=at))


def _check(term: Project, others: Sequence[Project]) -> None:
    if term.version != rules.latest_version(term.code, others) + 1:
        raise Stale
    rules.require_sound(term, others)
