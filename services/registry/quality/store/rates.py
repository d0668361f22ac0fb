"""Counts for the quality rates, added up over the sums of classes in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.quality.rules import Counts


class Grouping(StrEnum):
    REGION = "region"
    REPORTING_REGION = "reporting_region"
    PROGRAMME = "programme"
    OCCUPATION = "occupation"
    INSTITUTION = "institution"


_KEYS: Final = {by: by.value for by in Grouping} | {Grouping.INSTITUTION: "institution_id::text"}
_EQUAL: Final = ("region", "reporting_region")
_ONE_OF: Final = {"institutions": "institution_id", "programmes": "programme"}
"""By the name of the parameter, the column that has one of its values."""

_CUTS: Final = (-1001, -500, -200, -100, -50, 0, 25, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 2000, 10**13)
"""Changes of pay in thousandths: the first is below all possible values, the last above."""

# The median of millions without sorting them: how many lie up to each cut (`up_to`) says between which two the middle
# ones are, and only these are counted one by one. `width_bucket` halves its way, because each array is in order.
_COUNT: Final = """
WITH part AS NOT MATERIALIZED (
    SELECT {key} AS key, * FROM quality_sum WHERE day BETWEEN :first_on AND :last_on{narrowed}
),
summed AS MATERIALIZED (
    SELECT key, sum(started) AS started, sum(tested) AS tested, sum(passed) AS passed, sum(completed) AS completed,
        sum(in_demand) AS in_demand, sum(completed) FILTER (WHERE rise_until < :today) AS rise_due,
        sum(risen) FILTER (WHERE rise_until < :today) AS risen,
        sum(completed) FILTER (WHERE rise_until >= :today) AS rise_waiting,
        sum(without_work) FILTER (WHERE work_until < :today) AS without_work,
        sum(employed) FILTER (WHERE work_until < :today) AS employed,
        sum(without_work) FILTER (WHERE work_until >= :today) AS work_waiting,
        sum(cardinality(pay_changes)) AS paid, ARRAY[{up_to}] AS up_to
    FROM part WHERE key > :after GROUP BY key ORDER BY key LIMIT :limit
),
narrow AS MATERIALIZED (
    SELECT key, (paid + 1) / 2 AS lower, paid / 2 + 1 AS upper, max(cut) FILTER (WHERE count < (paid + 1) / 2) AS above,
        max(count) FILTER (WHERE count < (paid + 1) / 2) AS below, min(cut) FILTER (WHERE count > paid / 2) AS up_to
    FROM summed, unnest(CAST(:cuts AS bigint[]), summed.up_to) AS at (cut, count) WHERE paid > 0 GROUP BY key, paid
),
near AS (
    SELECT key, unnest(pay_changes[width_bucket(above, pay_changes) + 1 : width_bucket(up_to, pay_changes)]) AS change
    FROM narrow JOIN part USING (key)
),
placed AS (
    SELECT key, change, sum(count(*)) OVER (PARTITION BY key ORDER BY change) AS place FROM near GROUP BY key, change
),
middle AS (
    SELECT key, min(change) FILTER (WHERE below + place >= lower) AS one,
        min(change) FILTER (WHERE below + place >= upper) AS other
    FROM placed JOIN narrow USING (key) GROUP BY key
)
SELECT key, started, tested, passed, completed, in_demand, coalesce(rise_due, 0), coalesce(risen, 0),
    coalesce(rise_waiting, 0), coalesce(without_work, 0), coalesce(employed, 0), coalesce(work_waiting, 0), paid,
    floor((one + other) / 2.0)::bigint
FROM summed LEFT JOIN middle USING (key) ORDER BY key
"""


class RatesQuery(NamedTuple):
    """Trainings that ended from `first_on` to `last_on`, both included; a field that is None does not filter."""

    first_on: date
    last_on: date
    today: date
    by: Grouping
    region: str | None = None
    reporting_region: str | None = None
    institutions: Sequence[UUID] | None = None
    programmes: Sequence[str] | None = None


async def count(connection: AsyncConnection, query: RatesQuery, *, after: str, limit: int) -> list[Counts]:
    """The groups with keys above `after`, ordered by key."""
    values: dict[str, Any] = {name: value for name, value in query._asdict().items() if value is not None}
    narrowed = "".join(f" AND {name} = :{name}" for name in _EQUAL if name in values)
    narrowed += "".join(f" AND {column} = ANY(:{name})" for name, column in _ONE_OF.items() if name in values)
    up_to = ", ".join(f"sum(width_bucket({cut}::bigint, pay_changes))" for cut in _CUTS)
    statement = text(_COUNT.format(key=_KEYS[values.pop("by")], narrowed=narrowed, up_to=up_to))
    rows = await connection.execute(statement, values | {"after": after, "limit": limit, "cuts": list(_CUTS)})
    return [Counts(*row) for row in rows]
