"""What was received about allowances, in the database: groups and days arrive as facts of different subjects."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.allowances.rules import Allowance
from shared.database import driver


class Group(NamedTuple):
    """Whether a trainee is in a priority group, and the latest date on the documents that prove it."""

    priority: bool
    evidence_on: date | None


# In one order always, so that two batches do not wait for each other.
_KEEP_GROUPS: Final = """
INSERT INTO allowance (enrolment_id, priority, evidence_on)
SELECT * FROM unnest($1::uuid[], $2::boolean[], $3::date[]) AS g (enrolment_id, priority, evidence_on)
ORDER BY enrolment_id
ON CONFLICT (enrolment_id) DO UPDATE SET priority = excluded.priority, evidence_on = excluded.evidence_on
"""
_KEEP_DAYS: Final = """
INSERT INTO allowance (enrolment_id, days)
SELECT * FROM unnest($1::uuid[], $2::integer[]) AS d (enrolment_id, days) ORDER BY enrolment_id
ON CONFLICT (enrolment_id) DO UPDATE SET days = excluded.days
"""
_FIND: Final = "SELECT enrolment_id, priority, evidence_on, days FROM allowance WHERE enrolment_id = ANY($1)"


async def keep_groups(connection: AsyncConnection, groups: Mapping[UUID, Group]) -> None:
    """Store whether each enrolment is of a priority group."""
    if groups:
        priority, evidence_on = zip(*groups.values(), strict=True)
        await (await driver(connection)).execute(_KEEP_GROUPS, list(groups), list(priority), list(evidence_on))


async def keep_days(connection: AsyncConnection, days: Mapping[UUID, int]) -> None:
    """Store on how many days each enrolment attended."""
    if days:
        await (await driver(connection)).execute(_KEEP_DAYS, list(days), list(days.values()))


async def of_enrolments(connection: AsyncConnection, enrolments: Collection[UUID]) -> dict[UUID, Allowance]:
    """What was received of `enrolments`."""
    rows = await (await driver(connection)).fetch(_FIND, list(enrolments))
    return {row["enrolment_id"]: Allowance(*row) for row in rows}
