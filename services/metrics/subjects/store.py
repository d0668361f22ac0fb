"""Read what lies behind a number: the subjects whose contributions add up to it, or whose work they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.contributions import PERSONS
from services.metrics.measures.rules.measures import FLOWS, Measure
from services.metrics.measures.rules.traits import kind_of
from services.metrics.totals.rules.cuts import Cut
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
placed AS (
    SELECT id, plan_year FROM combination WHERE id = ANY(:combinations)
      AND (CAST(:own_region AS text) IS NULL OR region = :own_region OR region = ANY(:came_to))
      AND (CAST(:own_reporting_region AS text) IS NULL OR reporting_region = :own_reporting_region
        OR region = ANY(:came_to))
      AND {is_of_plan}
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
_OF_YEAR: Final = "(CAST(:year AS smallint) IS NULL OR plan_year = :year)"
_FIGURES: Final = ", ".join(
    f"coalesce(sum(amount) FILTER (WHERE measure = '{measure}' AND {_OF_YEAR} AND {_IN_PERIOD}), 0)"
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


class Asked(NamedTuple):
    """The combinations that a question is about, with the year of its plan, inside the reach of whoever asks."""

    cut: Cut
    year: int | None
    combinations: Sequence[int]
    scope: Scope

    def parameters(self) -> dict[str, Any]:
        """Those of the statements."""
        owners: Sequence[UUID] | None = self.scope.owners
        return {
            "year": self.year,
            "combinations": self.combinations,
            "kind": None if self.cut.kind is None else kind_of(self.cut.kind),
            "first_day": self.cut.first_day,
            "last_day": self.cut.last_day,
            "own_region": self.scope.reach.region,
            "own_reporting_region": self.scope.reach.reporting_region,
            "came_to": sorted(self.scope.reach.came_to),
            "owners": owners,
        }


async def page(
    connection: AsyncConnection, asked: Asked, measure: Measure, *, is_stock: bool, after: UUID, limit: int
) -> list[Subject]:
    """The subjects behind the amount of `measure`; of a stock those at its end."""
    placed = _placed(is_of_every_year=is_stock and asked.cut.plan is None)
    values = asked.parameters() | {"measure": measure, "after": after, "limit": limit}
    if is_stock:
        values["first_day"] = None
    statement = _PAGE.format(placed=placed, counted=_counted(measure))
    return [Subject(*row) for row in await connection.execute(text(statement), values)]


async def organisations(connection: AsyncConnection, asked: Asked, *, after: UUID, limit: int) -> list[dict[str, Any]]:
    """The institutions and bodies whose work counts: id, name if it was told, and FIGURES."""
    statement = _ORGANISATIONS.format(placed=_placed(is_of_every_year=asked.cut.plan is None))
    rows = await connection.execute(text(statement), asked.parameters() | {"after": after, "limit": limit})
    return [dict(row) for row in rows.mappings()]


def _placed(*, is_of_every_year: bool) -> str:
    """The combinations asked for. A stock goes on from year to year, unless a plan is named."""
    return _PLACED.format(is_of_plan="true" if is_of_every_year else _OF_YEAR)


def _counted(measure: Measure) -> str:
    if measure is Measure.IN_TRAINING:
        return _IN_TRAINING
    return _PERSONS if measure in PERSONS else _COUNTED
