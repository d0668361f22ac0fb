"""Policy rows and the calendar in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.policy import Policy, PolicyRow, PolicyUnset, policy_on
from services.registry.plan.rules.working_days import WorkingDays
from services.registry.plan.store import plan as plan_store
from shared.plan import Plan

# Days of a range that is closed below and open above, as its first and its last day.
_FIRST_AND_LAST: Final = "lower(validity), upper(validity) - 1"
_LIST: Final = f"SELECT key, value, region, {_FIRST_AND_LAST}, status, source FROM policy_row"
_ON_DAY: Final = f"{_LIST} WHERE validity @> CAST(:day AS date)"
_PAGE: Final = f"{_LIST} ORDER BY key, region, validity"
_REPLACE: Final = """
DELETE FROM policy_row
WHERE key = :key AND region = :region AND lower(validity) = CAST(:first_on AS date)
"""
_CUT: Final = """
UPDATE policy_row SET validity = daterange(lower(validity), CAST(:first_on AS date))
WHERE key = :key AND region = :region AND validity @> CAST(:first_on AS date) AND upper_inf(validity)
"""
# Readers go on; who else wants to write waits until this transaction ends.
_LOCK: Final = "LOCK TABLE policy_row IN SHARE ROW EXCLUSIVE MODE"
_ADD: Final = """
INSERT INTO policy_row (key, region, validity, value, status, source)
VALUES (:key, :region, daterange(CAST(:first_on AS date), CAST(:last_on AS date), '[]'), :value, :status, :source)
"""
_CALENDAR: Final = """
SELECT CAST(content->>'day' AS date), CAST(content->>'working' AS boolean)
FROM plan_entry WHERE starts_with(subject, 'calendar/')
"""


async def on(connection: AsyncConnection, *, day: date, region: str) -> Policy:
    """What holds on `day` in `region`. Raises PolicyUnset."""
    rows = [PolicyRow(*row) for row in await connection.execute(text(_ON_DAY), {"day": day})]
    plan = await plan_store.load(connection)
    return policy_on(rows, day=day, region_and_above=plan.region_and_above(region))


async def for_places(
    connection: AsyncConnection, places: Collection[tuple[date, str]], plan: Plan
) -> dict[tuple[date, str], Policy | PolicyUnset]:
    """What holds on each day in each region of `places`; or why nothing can be said."""
    known = await rows(connection)
    return {place: _policy(known, place[0], plan.region_and_above(place[1])) for place in set(places)}


def _policy(known: Sequence[PolicyRow], day: date, region_and_above: Sequence[str]) -> Policy | PolicyUnset:
    try:
        return policy_on(known, day=day, region_and_above=region_and_above)
    except PolicyUnset as unset:
        return unset


async def rows(connection: AsyncConnection) -> list[PolicyRow]:
    """Every row, by key, region and days."""
    return [PolicyRow(*row) for row in await connection.execute(text(_PAGE))]


async def lock(connection: AsyncConnection) -> None:
    """Until the end of this transaction nobody else writes a row, so that what was read stays true."""
    await connection.execute(text(_LOCK))


async def save(connection: AsyncConnection, row: PolicyRow) -> None:
    """Store `row`: one that begins on the same day is replaced, one without an end before it ends the day before.

    Raises the database's exclusion violation where it would overlap another.
    """
    values = row._asdict()
    await connection.execute(text(_REPLACE), values)
    await connection.execute(text(_CUT), values)
    await connection.execute(text(_ADD), values)


async def working_days(connection: AsyncConnection) -> WorkingDays:
    return WorkingDays({row[0]: row[1] for row in await connection.execute(text(_CALENDAR))})
