"""Read totals: sums of cells by the dimensions asked for, with how far the log has been applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.measures import Measure
from services.metrics.plan import store as plan
from services.metrics.plan.rules import Placement, RegionMap
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
    """Which totals: the dimensions, and what they are narrowed to. Days are inclusive.

    Without a plan they are those of the plan of the first day asked for, by default of today; of all plans if that one
    was not told.
    """

    by: tuple[Dimension, ...]
    programme: str | None = None
    region: str | None = None
    award: Award | None = None
    first_day: date | None = None
    last_day: date | None = None
    plan: str | None = None
    region_map: RegionMap = RegionMap.THEN

    def plan_day(self, today: date) -> date:
        """The day whose plan is meant if none is named."""
        return self.first_day or self.last_day or today


class Applied(NamedTuple):
    """How many facts of a topic are applied, and when the last of them was."""

    topic: str
    facts: int
    at: datetime


# A place that no one has listed yet still counts, under its own code: totals must not depend on arrival order.
_REPORTING_REGION: Mapping[RegionMap, str] = {
    RegionMap.THEN: "coalesce(nullif(reported_by, ''), placement.reporting_region, place)",
    RegionMap.NOW: "coalesce(placement.reporting_region, place)",
}
_CODES = " ".join(f"WHEN {award.value} THEN '{award.code}'" for award in Award)
_COLUMNS: Mapping[Dimension, str] = {
    Dimension.PROGRAMME: "programme",
    Dimension.REGION: "{reporting_region}",
    Dimension.COUNTY: "coalesce(placement.county, place)",
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
    SELECT measure, region AS place, reporting_region AS reported_by, {of_cell} sum(amount) AS amount FROM cell
    WHERE (CAST(:programmes AS text[]) IS NULL OR programme = ANY(:programmes))
      AND (CAST(:year AS smallint) IS NULL OR plan_year = :year OR plan_year = 0 AND extract(year FROM day) = :year)
      AND (CAST(:award AS smallint) IS NULL OR level = :award)
      AND (CAST(:first_day AS date) IS NULL OR day >= :first_day)
      AND (CAST(:last_day AS date) IS NULL OR day <= :last_day)
    GROUP BY {places_of_cell}
)
SELECT {columns} {amounts} FROM summed LEFT JOIN unnest(
    CAST(:places AS text[]), CAST(:counties AS text[]), CAST(:reporting_regions AS text[])
) AS placement (place, county, reporting_region) USING (place)
WHERE CAST(:region AS text) IS NULL OR {county} = :region OR {reporting_region} = :region
{group}
"""
_APPLIED = """
SELECT topic, sum(next_offset)::bigint AS facts, max(applied_at) AS at FROM position GROUP BY topic ORDER BY topic
"""
_REVISION = "SELECT sum(next_offset)::bigint AS facts, max(applied_at) AS at FROM position"


async def totals(
    connection: AsyncConnection, cut: Cut, *, year: int | None, placements: Sequence[Placement]
) -> list[dict[str, Any]]:
    """A row per combination of the cut's dimensions that has ever counted something: dimensions, then measures.

    Only of the plan of `year` if it is given. A programme stands for its parts, too.

    Raises UnknownProgramme or UnknownRegion for what was never listed.
    """
    of_cell = list(dict.fromkeys(_OF_CELL[dimension] for dimension in cut.by if dimension in _OF_CELL))
    reporting_region = _REPORTING_REGION[cut.region_map]
    statement = _TOTALS.format(
        of_cell="".join(f"{column}, " for column in of_cell),
        places_of_cell=_places(3 + len(of_cell)),
        columns="".join(f"{_COLUMNS[dimension]} AS {dimension}, " for dimension in cut.by).format(
            reporting_region=reporting_region
        ),
        county=_COLUMNS[Dimension.COUNTY],
        reporting_region=reporting_region,
        amounts=_AMOUNTS,
        group=f"GROUP BY {_places(len(cut.by))} ORDER BY {_places(len(cut.by))}" if cut.by else "",
    )
    everywhere = cut.region is None or await plan.is_province(connection, cut.region)
    values = {
        "programmes": None if cut.programme is None else await _parts(connection, cut.programme, year),
        "year": year,
        "places": [each.place for each in placements],
        "counties": [each.county for each in placements],
        "reporting_regions": [each.reporting_region for each in placements],
        "region": None if everywhere else cut.region,
        "award": cut.award,
        "first_day": cut.first_day,
        "last_day": cut.last_day,
    }
    return [dict(row) for row in (await connection.execute(text(statement), values)).mappings()]


async def _parts(connection: AsyncConnection, programme: str, year: int | None) -> list[str]:
    if parts := await plan.parts(connection, programme, year=year):
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
