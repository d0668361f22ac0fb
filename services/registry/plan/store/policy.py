"""Policy rows and the calendar in the database."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.policy import PolicyRow
from services.registry.plan.rules.working_days import WorkingDays

# Days of a range that is closed below and open above, as its first and its last day.
_FIRST_AND_LAST: Final = "lower(validity), upper(validity) - 1"
_LIST: Final = f"""
SELECT key, value, region, {_FIRST_AND_LAST}, status, source FROM policy_row ORDER BY key, region, validity
"""
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


async def rows(connection: AsyncConnection) -> list[PolicyRow]:
    """Every row, by key, region and days."""
    return [PolicyRow(*row) for row in await connection.execute(text(_LIST))]


async def lock(connection: AsyncConnection) -> None:
    """Lock the table against writes until the transaction ends, so that what was read stays true."""
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
