"""Put projects into the first catalogue, change their terms, end them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules import projects as rules
from services.registry.plan.rules.projects import Project
from services.registry.plan.store import projects as store
from services.registry.plan.usecases import visibility
from shared.backbone import outbox
from shared.kernel.callers import Caller
from shared.kernel.refusals import Stale


async def put(
    connection: AsyncConnection, term: Project, *, expected: int | None, caller: Caller, at: datetime
) -> Project:
    """`term` as it is to stand in the catalogue, as the province; the same again changes nothing.

    One with the first day of an existing term corrects it; a later one ends the term in which it begins.
    `expected` is the version of the project that the caller saw, None for a new one. Raises Stale,
    ProjectTermOverlaps.
    """
    await visibility.require_province(connection, caller)
    version = await store.lock(connection, term.code)
    terms = await store.terms(connection, term.code)
    for each in terms:
        if each.same_as(term):
            return each
    if version != (expected or 0):
        raise Stale
    return await save(connection, replace(term, version=version + 1, put_by=caller.person), terms, at=at)


async def save(connection: AsyncConnection, term: Project, terms: list[Project], *, at: datetime) -> Project:
    """Store and tell `term`, the next version of a locked project with these `terms`. Raises ProjectTermOverlaps."""
    await store.save(connection, term.code, version=term.version, terms=rules.put(term, terms))
    await outbox.record(connection, rules.list_(term, at=at))
    return term
