"""Look up plans by code and by day."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.store import plan as store
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.store.plan import EntryChange
from shared.plan import UnknownPlan

CHANGES_MAX: Final = 500


class YearPlan(NamedTuple):
    """The plan of a year, from its first to its last day."""

    code: str
    year: int
    name_zh: str
    name_en: str
    first_on: date
    last_on: date


async def plans(connection: AsyncConnection) -> list[YearPlan]:
    """The loaded plans, by year."""
    found = [
        YearPlan(each["code"], year, each["name_zh"], each["name_en"], date(year, 1, 1), date(year, 12, 31))
        for each in await store.entries(connection, "programmes")
        if each["parent"] is None and (year := each["year"])
    ]
    return sorted(found, key=lambda each: each.year)


async def year_of(connection: AsyncConnection, code: str | None, *, today: date) -> int | None:
    """The year of the plan `code`, by default of the one that holds `today`; None if none is loaded.

    Raises UnknownPlan.
    """
    if code is None:
        return (await rulebook_store.current(connection)).plan.year_of(today)
    years = await store.plans(connection)
    if code not in years:
        raise UnknownPlan(pointer="/plan", known=sorted(years))
    return years[code]


async def changes(connection: AsyncConnection, code: str) -> list[EntryChange]:
    """What later loads changed in entries of the plan `code`, the latest first. Raises UnknownPlan."""
    year = await year_of(connection, code, today=date.min)
    assert year is not None, "a plan that is known has a year"
    return await store.changes(connection, year, limit=CHANGES_MAX)
