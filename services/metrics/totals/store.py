"""Read totals: sums of cells by the dimensions asked for, with how far the log has been applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.measures import Measure
from services.metrics.plan import store as plan
from shared.kernel.awards import Award
from shared.kernel.levels import Level
from shared.plan import UnknownProgramme


class Dimension(StrEnum):
    """What totals can be cut by. `region` is the reporting region, `county` the place itself.

    `level` is a rank; what leads to an award without one has none. `award` tells all apart.
    """

    PROGRAMME = "programme"
    REGION = "region"
    COUNTY = "county"
    LEVEL = "level"
    AWARD = "award"
    DAY = "day"


@dataclass(frozen=True)
class Cut:
    """Which totals: the dimensions, and what they are narrowed to. Days are inclusive."""

    by: tuple[Dimension, ...]
    programme: str | None = None
    region: str | None = None
    award: Award | None = None
    first_day: date | None = None
    last_day: date | None = None


class Applied(NamedTuple):
    """How many facts of a topic are applied, and when the last of them was."""

    topic: str
    facts: int
    at: datetime


_CODES = " ".join(f"WHEN {award.value} THEN '{award.code}'" for award in Award)
_COLUMNS: Mapping[Dimension, str] = {
    Dimension.PROGRAMME: "programme",
    # A place that no one has listed yet still counts, under its own code: totals must not depend on arrival order.
    Dimension.REGION: "coalesce(listed.content->>'reporting_region', place)",
    Dimension.COUNTY: "place",
    # A cell's level is the number of its award, which is a rank where the award is a level.
    Dimension.LEVEL: f"CASE WHEN level <= {Level.CHIEF_TECHNICIAN.value} THEN level END",
    Dimension.AWARD: f"CASE level {_CODES} END",
    Dimension.DAY: "day",
}
_OF_CELL = {
    Dimension.PROGRAMME: "programme",
    Dimension.LEVEL: "level",
    Dimension.AWARD: "level",
    Dimension.DAY: "day",
}
_AMOUNTS = ", ".join(
    f"coalesce(sum(amount) FILTER (WHERE measure = '{measure}'), 0)::bigint AS {measure}" for measure in Measure
)
# Summed per place first, so that the many cells are read once and only the few sums are rolled up and laid out.
_TOTALS = """
WITH summed AS (
    SELECT measure, region AS place, {of_cell} sum(amount) AS amount FROM cell
    WHERE (CAST(:programmes AS text[]) IS NULL OR programme = ANY(:programmes))
      AND (CAST(:award AS smallint) IS NULL OR level = :award)
      AND (CAST(:first_day AS date) IS NULL OR day >= :first_day)
      AND (CAST(:last_day AS date) IS NULL OR day <= :last_day)
    GROUP BY {places_of_cell}
)
SELECT {columns} {amounts} FROM summed LEFT JOIN listed ON listed.subject = 'regions/' || place
WHERE CAST(:region AS text) IS NULL OR place = :region OR listed.content->>'reporting_region' = :region
{group}
"""
_APPLIED = """
SELECT topic, sum(next_offset)::bigint AS facts, max(applied_at) AS at FROM position GROUP BY topic ORDER BY topic
"""
_REVISION = "SELECT sum(next_offset)::bigint AS facts, max(applied_at) AS at FROM position"


async def totals(connection: AsyncConnection, cut: Cut) -> list[dict[str, Any]]:
    """A row per combination of the cut's dimensions that has ever counted something: dimensions, then measures.

    A programme stands for its parts, too. Raises UnknownProgramme or UnknownRegion for what was never listed.
    """
    of_cell = list(dict.fromkeys(_OF_CELL[dimension] for dimension in cut.by if dimension in _OF_CELL))
    statement = _TOTALS.format(
        of_cell="".join(f"{column}, " for column in of_cell),
        places_of_cell=_places(2 + len(of_cell)),
        columns="".join(f"{_COLUMNS[dimension]} AS {dimension}, " for dimension in cut.by),
        amounts=_AMOUNTS,
        group=f"GROUP BY {_places(len(cut.by))} ORDER BY {_places(len(cut.by))}" if cut.by else "",
    )
    everywhere = cut.region is None or await plan.is_province(connection, cut.region)
    values = {
        "programmes": None if cut.programme is None else await _parts(connection, cut.programme),
        "region": None if everywhere else cut.region,
        "award": cut.award,
        "first_day": cut.first_day,
        "last_day": cut.last_day,
    }
    return [dict(row) for row in (await connection.execute(text(statement), values)).mappings()]


async def _parts(connection: AsyncConnection, programme: str) -> list[str]:
    if parts := await plan.parts(connection, programme):
        return parts
    raise UnknownProgramme(pointer="/programme")


def _places(count: int) -> str:
    """ "1, 2, 3": the first columns of a statement, by place."""
    return ", ".join(str(place) for place in range(1, count + 1))


async def applied(connection: AsyncConnection) -> list[Applied]:
    """How far each topic has been applied."""
    return [Applied(*row) for row in await connection.execute(text(_APPLIED))]


async def revision(connection: AsyncConnection) -> object:
    """Something that differs whenever totals may have changed."""
    return tuple((await connection.execute(text(_REVISION))).one())
