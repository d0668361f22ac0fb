"""Read totals: sums of cells by the dimensions asked for, with how far the log has been applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.domain.measures import Measure
from shared.contracts.registry import IndicatorListed, ProgrammeListed


class Dimension(StrEnum):
    """What totals can be cut by. `region` is the reporting region, `county` the place itself."""

    PROGRAMME = "programme"
    REGION = "region"
    COUNTY = "county"
    LEVEL = "level"
    DAY = "day"


@dataclass(frozen=True)
class Cut:
    """Which totals: the dimensions, and what they are narrowed to. Days are inclusive."""

    by: tuple[Dimension, ...]
    programme: str | None = None
    region: str | None = None
    level: int | None = None
    first_day: date | None = None
    last_day: date | None = None


class Applied(NamedTuple):
    """How many facts of a topic are applied, and when the last of them was."""

    topic: str
    facts: int
    at: datetime


_COLUMNS: Mapping[Dimension, str] = {
    Dimension.PROGRAMME: "cell.programme",
    # A place that no one has listed yet still counts, under its own code: totals must not depend on arrival order.
    Dimension.REGION: "coalesce(region.content->>'reporting_region', cell.region)",
    Dimension.COUNTY: "cell.region",
    Dimension.LEVEL: "cell.level",
    Dimension.DAY: "cell.day",
}
_AMOUNTS = ", ".join(
    f"coalesce(sum(amount) FILTER (WHERE measure = '{measure}'), 0)::bigint AS {measure}" for measure in Measure
)
_TOTALS = """
SELECT {columns} {amounts}
FROM cell LEFT JOIN listed AS region ON region.subject = 'regions/' || cell.region
WHERE (CAST(:programme AS text) IS NULL OR cell.programme = :programme)
  AND (CAST(:region AS text) IS NULL OR cell.region = :region OR region.content->>'reporting_region' = :region)
  AND (CAST(:level AS smallint) IS NULL OR cell.level = :level)
  AND (CAST(:first_day AS date) IS NULL OR cell.day >= :first_day)
  AND (CAST(:last_day AS date) IS NULL OR cell.day <= :last_day)
{group}
"""
_APPLIED = """
SELECT topic, sum(next_offset)::bigint AS facts, max(applied_at) AS at FROM position GROUP BY topic ORDER BY topic
"""
_REVISION = "SELECT sum(next_offset)::bigint AS facts, max(applied_at) AS at FROM position"
_LISTED = "SELECT content FROM listed WHERE starts_with(subject, :kind) ORDER BY subject"


async def totals(connection: AsyncConnection, cut: Cut) -> list[dict[str, Any]]:
    """A row per combination of the cut's dimensions that has ever counted something: dimensions, then measures."""
    columns = "".join(f"{_COLUMNS[dimension]} AS {dimension}, " for dimension in cut.by)
    places = ", ".join(str(place) for place in range(1, len(cut.by) + 1))
    group = f"GROUP BY {places} ORDER BY {places}" if cut.by else ""
    statement = _TOTALS.format(columns=columns, amounts=_AMOUNTS, group=group)
    values = {
        "programme": cut.programme,
        "region": cut.region,
        "level": cut.level,
        "first_day": cut.first_day,
        "last_day": cut.last_day,
    }
    return [dict(row) for row in (await connection.execute(text(statement), values)).mappings()]


async def applied(connection: AsyncConnection) -> list[Applied]:
    """How far each topic has been applied."""
    return [Applied(*row) for row in await connection.execute(text(_APPLIED))]


async def revision(connection: AsyncConnection) -> object:
    """Something that differs whenever totals may have changed."""
    return tuple((await connection.execute(text(_REVISION))).one())


async def programmes(connection: AsyncConnection) -> dict[str, ProgrammeListed]:
    """The programmes that were told, by code."""
    listed = [ProgrammeListed.model_validate(each) for each in await _listed(connection, "programmes/")]
    return {each.code: each for each in listed}


async def indicators(connection: AsyncConnection) -> dict[str, IndicatorListed]:
    """The indicators that were told, by code."""
    listed = [IndicatorListed.model_validate(each) for each in await _listed(connection, "indicators/")]
    return {each.code: each for each in listed}


async def names(connection: AsyncConnection, kind: str) -> Mapping[str, tuple[str, str]]:
    """Chinese and English names by code, of "programmes" or "regions"."""
    return {each["code"]: (each["name_zh"], each["name_en"]) for each in await _listed(connection, f"{kind}/")}


async def _listed(connection: AsyncConnection, kind: str) -> Sequence[Any]:
    return list(await connection.scalars(text(_LISTED), {"kind": kind}))
