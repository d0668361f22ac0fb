"""Recognise owners, accounts and sites of blacklisted institutions, and accounts that two institutions share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.blacklist import Mark, MarkOf, borrowed_accounts, returned
from services.registry.directory.rules.institutions import Institution
from services.registry.directory.store import blacklist as store
from services.registry.directory.store import institutions as institution_store
from services.registry.directory.store.sanctions import SANCTIONS
from services.registry.flags import usecases as flag_usecases
from shared.contracts.dimensions import SanctionStep
from shared.kernel.periods import business_day


async def recognise(
    connection: AsyncConnection, institution: Institution, marks: Sequence[Mark], *, at: datetime
) -> None:
    """Flag `institution` by its new `marks`, which are already stored.

    It is flagged for marks that were blacklisted with others (C25) and for an account that another uses (C24). While
    it is blacklisted itself, its new marks are blacklisted too. The marks are locked until the transaction ends.
    """
    if not marks:
        return
    await institution_store.hold(connection, institution.id)
    await store.lock(connection, marks)
    blacklisted = await store.blacklisted(connection, marks, but=institution.id)
    bearers = await store.bearers(connection, marks, but=institution.id)
    seen = [*returned(institution, blacklisted), *borrowed_accounts(institution, bearers)]
    await flag_usecases.raise_all(connection, seen, at=at)
    standing = await SANCTIONS.since(connection, institution.id, business_day(at))
    if any(each.step is SanctionStep.BLACKLIST for each in standing):
        await _enter(connection, institution, marks, bearers, at=at)


async def enter(connection: AsyncConnection, institution: Institution, *, at: datetime) -> None:
    """Store all marks of a locked `institution` that is being blacklisted; flag others that have one (C25)."""
    marks = await store.of(connection, institution.id)
    await store.lock(connection, marks)
    bearers = await store.bearers(connection, marks, but=institution.id)
    await _enter(connection, institution, marks, bearers, at=at)


async def _enter(
    connection: AsyncConnection,
    institution: Institution,
    marks: Sequence[Mark],
    bearers: Sequence[MarkOf],
    *,
    at: datetime,
) -> None:
    await store.add(connection, institution.id, marks)
    others = await institution_store.by_ids(connection, {each.institution_id for each in bearers})
    seen = [
        flag
        for each in bearers
        for flag in returned(others[each.institution_id], [each._replace(institution_id=institution.id)])
    ]
    await flag_usecases.raise_all(connection, seen, at=at)
