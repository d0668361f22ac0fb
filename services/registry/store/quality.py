"""Counts for the quality rates, reckoned by the database in one statement."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.reach import Reach


class By(StrEnum):
    REGION = "region"
    OCCUPATION = "occupation"
    INSTITUTION = "institution"


_KEYS: Final = {By.REGION: "c.region", By.OCCUPATION: "c.occupation", By.INSTITUTION: "c.institution_id::text"}
# People with no known state at entry are in neither part of the employment rate.
_COUNT: Final = """
WITH training AS (
    SELECT {key} AS key, c.is_needed,
        e.employment IN ('unemployed', 'student', 'retired') AS without_work,
        e.effective_on + make_interval(months => :months) AS until, f.employed_on,
        floor((f.pay_after_fen - f.pay_before_fen) * 1000::numeric / f.pay_before_fen)::bigint AS change
    FROM enrolment AS e JOIN class AS c ON c.id = e.class_id LEFT JOIN follow_up AS f ON f.enrolment_id = e.id
    WHERE {conditions}
)
SELECT key, count(*) AS completed, count(*) FILTER (WHERE is_needed) AS needed,
    count(*) FILTER (WHERE without_work AND until < :today) AS without_work,
    count(*) FILTER (WHERE without_work AND until < :today AND employed_on <= until) AS employed,
    count(*) FILTER (WHERE without_work AND until >= :today) AS waiting,
    count(change) AS paid, percentile_disc(0.5) WITHIN GROUP (ORDER BY change) AS median_permille
FROM training WHERE key > :after GROUP BY key ORDER BY key LIMIT :limit
"""


class Asked(NamedTuple):
    """Completed trainings from `first_on` to `last_on`, both included; work counts within `months`."""

    reach: Reach
    programme: str | None
    first_on: date
    last_on: date
    by: By
    months: int
    today: date


class Counts(NamedTuple):
    """What the rates of one group are made of; `waiting`: without work, and their time is not over yet."""

    key: str
    completed: int
    needed: int
    without_work: int
    employed: int
    waiting: int
    paid: int
    median_permille: int | None


async def count(connection: AsyncConnection, asked: Asked, *, after: str, limit: int) -> list[Counts]:
    """The groups in the order of their keys, from behind `after`."""
    conditions = ["e.status = 'completed'", "e.effective_on BETWEEN :first_on AND :last_on"]
    values: dict[str, Any] = asked._asdict() | asked.reach._asdict() | {"after": after, "limit": limit}
    for name, column in (
        ("region", "c.region"),
        ("reporting_region", "c.reporting_region"),
        ("programme", "e.programme"),
    ):
        if values[name] is not None:
            conditions.append(f"{column} = :{name}")
    statement = text(_COUNT.format(key=_KEYS[asked.by], conditions=" AND ".join(conditions)))
    used = {name: values[name] for name in statement.compile().params}
    return [Counts(*row) for row in await connection.execute(statement, used)]
