"""Read what lies behind a number: the subjects whose contributions add up to it, or whose work they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.contributions import PERSONS
from services.metrics.measures.rules.measures import FLOWS, Measure
from services.metrics.totals.store import IS_ASKED, Cut, Narrowing
from shared.reach import Scope

FIGURES: Final = (*FLOWS, Measure.IN_TRAINING)
"""What there is of each organisation."""


class Subject(NamedTuple):
    """A record with what it adds to the number, and how many of its parts do: a claim has several lines."""

    id: UUID
    amount: int
    parts: int


# The places of a reach are those of the records, whatever map the question is about: rights do not follow from it.
_PLACED: Final = """
asked AS (
    SELECT * FROM combination WHERE {is_asked}
      AND (CAST(:own_region AS text) IS NULL OR region = :own_region OR region = ANY(:came_to))
      AND (CAST(:own_reporting_region AS text) IS NULL OR reporting_region = :own_reporting_region
        OR region = ANY(:came_to))
), placed AS (
    SELECT asked.id, asked.plan_year FROM asked {placed} WHERE {is_placed} AND {is_of_plan}
)
"""
_OF_ORGANISATION: Final = "(CAST(:owners AS uuid[]) IS NULL OR organisation = ANY(:owners))"
_OF_KIND: Final = "(CAST(:kind AS smallint) IS NULL OR kind = :kind)"
_IN_PERIOD: Final = """
(CAST(:first_day AS date) IS NULL OR day >= :first_day) AND (CAST(:last_day AS date) IS NULL OR day <= :last_day)
"""
_COUNTED: Final = f"""
SELECT subject AS id, amount FROM contribution JOIN placed ON placed.id = combination
WHERE measure = :measure AND {_IN_PERIOD} AND {_OF_KIND} AND {_OF_ORGANISATION}
"""
# Who has an outcome was in training until the day before it.
_IS_IN_TRAINING: Final = """
from_on IS NOT NULL AND waits_for IS NULL AND (CAST(:last_day AS date) IS NULL OR from_on <= :last_day)
AND (until IS NULL OR until > CAST(:last_day AS date))
"""
_IN_TRAINING: Final = f"""
SELECT subject AS id, 1 AS amount FROM contribution JOIN placed ON placed.id = combination
WHERE {_IS_IN_TRAINING} AND {_OF_KIND} AND {_OF_ORGANISATION}
"""
# A person is shown by the certificate with which they count: the first by day and then by id, as where they are
# counted. No key of a person leaves metrics.
_PERSONS: Final = f"""
SELECT first.id, counted.amount FROM (
    SELECT subject AS person, combination, day, amount FROM contribution JOIN placed ON placed.id = combination
    WHERE measure = :measure AND {_IN_PERIOD} AND {_OF_KIND} AND {_OF_ORGANISATION}
) AS counted CROSS JOIN LATERAL (
    SELECT certificate AS id FROM holding
    WHERE valid AND issued_on = counted.day AND holding.combination = counted.combination AND (
        person = counted.person OR person IN (SELECT alias.person FROM alias WHERE into_person = counted.person)
    ) ORDER BY certificate LIMIT 1
) AS first
"""
_OF_YEAR: Final = "(CAST(:year AS smallint) IS NULL OR {of}.plan_year = :year)"
_FIGURES: Final = ", ".join(
    f"coalesce(sum(amount) FILTER (WHERE measure = '{measure}' AND {_OF_YEAR.format(of='placed')} AND {_IN_PERIOD}), 0)"
    f"::bigint AS {measure}"
    for measure in FLOWS
)
_ORGANISATIONS: Final = f"""
WITH {{placed}}, counted AS (
    SELECT organisation AS id, {_FIGURES}, count(*) FILTER (WHERE {_IS_IN_TRAINING}) AS {Measure.IN_TRAINING}
    FROM contribution JOIN placed ON placed.id = combination
    WHERE organisation > :after AND {_OF_KIND} AND {_OF_ORGANISATION}
    GROUP BY organisation
)
SELECT counted.*, name FROM counted LEFT JOIN organisation USING (id)
WHERE num_nonnulls({", ".join(f"nullif({each}, 0)" for each in FIGURES)}) > 0
ORDER BY id LIMIT :limit
"""
_PAGE: Final = """
WITH {placed} SELECT id, sum(amount)::bigint AS amount, count(*) AS parts FROM ({counted}) AS counted
WHERE id > :after GROUP BY id ORDER BY id LIMIT :limit
"""


async def page(
    connection: AsyncConnection,
    cut: Cut,
    measure: Measure,
    *,
    narrowing: Narrowing,
    scope: Scope,
    is_stock: bool,
    after: UUID,
    limit: int,
) -> list[Subject]:
    """The subjects behind the amount of `measure` in `cut`, inside `scope`; of a stock those at its end."""
    placed = _placed(narrowing, is_of_every_year=is_stock and cut.plan is None)
    first_day = None if is_stock else cut.first_day
    values = {**narrowing.values, **_reached(scope), "first_day": first_day, "measure": measure, "after": after}
    statement = _PAGE.format(placed=placed, counted=_counted(measure))
    rows = await connection.execute(text(statement), values | {"limit": limit})
    return [Subject(*row) for row in rows]


async def organisations(
    connection: AsyncConnection, cut: Cut, *, narrowing: Narrowing, scope: Scope, after: UUID, limit: int
) -> list[dict[str, Any]]:
    """The institutions and bodies whose work counts in `cut`, inside `scope`: id, name if it was told, and FIGURES."""
    statement = _ORGANISATIONS.format(placed=_placed(narrowing, is_of_every_year=cut.plan is None))
    values = {**narrowing.values, **_reached(scope), "first_day": cut.first_day, "after": after, "limit": limit}
    return [dict(row) for row in (await connection.execute(text(statement), values)).mappings()]


def _placed(narrowing: Narrowing, *, is_of_every_year: bool) -> str:
    """The combinations asked for. A stock goes on from year to year, unless a plan is named."""
    return _PLACED.format(
        is_asked=IS_ASKED,
        placed=narrowing.joins,
        is_placed=narrowing.condition,
        is_of_plan="true" if is_of_every_year else _OF_YEAR.format(of="asked"),
    )


def _counted(measure: Measure) -> str:
    if measure is Measure.IN_TRAINING:
        return _IN_TRAINING
    return _PERSONS if measure in PERSONS else _COUNTED


def _reached(scope: Scope) -> Mapping[str, Any]:
    owners: Sequence[UUID] | None = scope.owners
    return {
        "own_region": scope.reach.region,
        "own_reporting_region": scope.reach.reporting_region,
        "came_to": sorted(scope.reach.came_to),
        "owners": owners,
    }
