"""Read totals: sums of cells by the dimensions asked for, with how far the log has been applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.measures import FLOWS, Stock
from services.metrics.measures.rules.traits import (
    FUND,
    GROUP,
    IS_SUBSIDISED_SQL,
    KIND_SQL,
    SUBSIDY_KIND,
    Group,
    OrganisationKind,
    kind_of,
)
from services.metrics.plan import store as plan
from services.metrics.plan.rules import Lead, Placement, RegionMap, UnknownDepartment
from shared.backbone.log import TopicPartition
from shared.contracts.subsidy import SubsidyKind
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.levels import Level
from shared.plan import UnknownProgramme


class Dimension(StrEnum):
    """What totals can be cut by. `region` is the reporting region, `county` the place itself.

    `level` is a rank; what leads to an award without one has none. `award` tells all apart. A programme's department
    is the first of those that lead it, so that what several lead is counted once.
    """

    PROGRAMME = "programme"
    DEPARTMENT = "department"
    REGION = "region"
    COUNTY = "county"
    LEVEL = "level"
    AWARD = "award"
    GROUP = "group"
    KIND = "kind"
    FUND_SOURCE = "fund_source"
    SUBSIDY_KIND = "subsidy_kind"
    SUBSIDISED = "subsidised"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


PERIODS: Final = frozenset({Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.YEAR})


@dataclass(frozen=True)
class Cut:
    """Which totals: the dimensions, and what they are narrowed to. Days are inclusive.

    Without a plan they are those of the plan of the first day asked for, by default of today; of all plans if that one
    was not told. Stocks are those at the end of the last day, whatever the plan, unless one is named.
    """

    by: tuple[Dimension, ...]
    programme: str | None = None
    department: str | None = None
    region: str | None = None
    award: Award | None = None
    group: Group | None = None
    kind: OrganisationKind | None = None
    fund_source: str | None = None
    subsidy_kind: SubsidyKind | None = None
    subsidised: bool | None = None
    first_day: date | None = None
    last_day: date | None = None
    plan: str | None = None
    region_map: RegionMap = RegionMap.THEN

    def plan_day(self, today: date) -> date:
        """The day whose plan is meant if none is named."""
        return self.first_day or self.last_day or today


class Narrowing(NamedTuple):
    """What combinations, called `asked`, are joined with to know their places, the condition by which those asked for
    are found, and the values of both and of IS_ASKED."""

    joins: str
    condition: str
    values: dict[str, Any]


class Applied(NamedTuple):
    """How many facts of a topic are applied, when the last of them was, and how many there were when last looked."""

    topic: str
    facts: int
    at: datetime | None
    ends: int
    seen_at: datetime | None


# A place that no one has listed yet still counts, under its own code: totals must not depend on arrival order.
_REPORTING_REGION: Mapping[RegionMap, str] = {
    RegionMap.THEN: "coalesce(nullif(asked.reporting_region, ''), placement.reporting_region, asked.region)",
    RegionMap.NOW: "coalesce(placement.reporting_region, asked.region)",
}
_CODES = " ".join(f"WHEN {award.value} THEN '{award.code}'" for award in Award)
_COLUMNS: Mapping[Dimension, str] = {
    Dimension.PROGRAMME: "asked.programme",
    Dimension.DEPARTMENT: "lead.department",
    Dimension.REGION: "{reporting_region}",
    Dimension.COUNTY: "coalesce(placement.county, asked.region)",
    # The number of an award is a rank where the award is a level.
    Dimension.LEVEL: f"CASE WHEN award <= {Level.CHIEF_TECHNICIAN.value} THEN award END",
    Dimension.AWARD: f"CASE award {_CODES} END",
    Dimension.GROUP: GROUP.code_sql,
    Dimension.KIND: KIND_SQL,
    Dimension.FUND_SOURCE: FUND.code_sql,
    Dimension.SUBSIDY_KIND: SUBSIDY_KIND.code_sql,
    Dimension.SUBSIDISED: IS_SUBSIDISED_SQL,
    Dimension.DAY: "day",
    # Periods bear the name of their first day; a week begins on Monday.
    Dimension.WEEK: "day",
    Dimension.MONTH: "day",
    Dimension.YEAR: "day",
}
_DAY_OF_PERIOD: Mapping[Dimension, str] = {
    Dimension.DAY: "day",
    Dimension.WEEK: "date_trunc('week', day)::date AS day",
    Dimension.MONTH: "date_trunc('month', day)::date AS day",
    Dimension.YEAR: "date_trunc('year', day)::date AS day",
}
_FLOWS = ", ".join(
    f"coalesce(sum(flow) FILTER (WHERE measure = '{measure}'), 0)::bigint AS {measure}" for measure in FLOWS
)
_STOCKS = ", ".join(
    f"coalesce({{opened}}sum(stock) FILTER (WHERE measure = '{stock.of}'){{closed}}, 0)::bigint AS {stock}"
    for stock in Stock
)
IS_ASKED: Final = f"""
(CAST(:programmes AS text[]) IS NULL OR programme = ANY(:programmes))
AND (CAST(:award AS smallint) IS NULL OR award = :award)
AND traits & :traits_mask = :traits
AND (CAST(:subsidised AS boolean) IS NULL OR ({IS_SUBSIDISED_SQL}) = :subsidised)
"""
"""Whether a combination is of what was asked for, but for its place and department."""
_PLACED: Final = """
LEFT JOIN unnest(CAST(:places AS text[]), CAST(:counties AS text[]), CAST(:reporting_regions AS text[]))
    AS placement (place, county, reporting_region) ON placement.place = asked.region
"""
_IS_PLACED: Final = "(CAST(:region AS text) IS NULL OR {county} = :region OR {reporting_region} = :region)"
# Summed per combination first, so that the many cells are read once and only the few sums are rolled up and laid out. A
# flow is what was counted in the period and to the plan; a stock is all that was counted until the end of the period,
# so its cells of other years are read as well. By period, a stock goes on from one row to the next.
_TOTALS = """
WITH asked AS (
    SELECT * FROM combination WHERE {is_asked}
), summed AS (
    SELECT measure, id, kind, {period}
        sum(amount) FILTER (WHERE {is_flow}) AS flow, sum(amount) FILTER (WHERE {is_stock}) AS stock
    FROM cell JOIN asked ON asked.id = cell.combination
    WHERE (CAST(:kind AS smallint) IS NULL OR kind = :kind)
      AND (CAST(:last_day AS date) IS NULL OR day <= :last_day)
      AND (measure = ANY(:stocks) AND {is_stock} OR {is_flow})
    GROUP BY {places_of_summed}
), laid_out AS (
    SELECT {columns} {flows}, {stocks} FROM summed JOIN asked USING (id) {joins} WHERE {is_placed}
    {group}
)
SELECT * FROM laid_out {since} {order}
"""
COUNTED: Final = tuple(each.value for each in (*FLOWS, *Stock))
"""What each row of totals has: flows of the period, and stocks at its end."""
_IS_OF_YEAR = "(CAST(:year AS smallint) IS NULL OR plan_year = :year)"
_IS_FLOW = f"({_IS_OF_YEAR} AND (CAST(:first_day AS date) IS NULL OR day >= :first_day))"
_LEADS = """
LEFT JOIN unnest(CAST(:lead_years AS smallint[]), CAST(:lead_programmes AS text[]), CAST(:lead_departments AS text[]))
    AS lead (plan_year, programme, department) ON (lead.plan_year, lead.programme) = (asked.plan_year, asked.programme)
"""
_APPLIED = """
SELECT topic, coalesce(applied.facts, 0) AS facts, applied.at, coalesce(ends.facts, 0) AS ends, ends.seen_at
FROM (
    SELECT topic, sum(next_offset)::bigint AS facts, max(applied_at) AS at FROM position GROUP BY topic
) AS applied
FULL JOIN (
    SELECT topic, sum(next_offset)::bigint AS facts, max(seen_at) AS seen_at FROM log_end GROUP BY topic
) AS ends USING (topic)
ORDER BY topic
"""
_KEEP_ENDS = """
INSERT INTO log_end (topic, partition, next_offset, seen_at)
SELECT topic, partition, next_offset, now()
FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS seen (topic, partition, next_offset)
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset, seen_at = excluded.seen_at
"""
# Targets and figures that people entered change answers, too.
_REVISION = """
SELECT sum(next_offset)::bigint AS facts, max(applied_at) AS at,
    (SELECT count(*) FROM target_sheet) AS sheets, (SELECT count(*) FROM figure) AS figures,
    (SELECT sum(next_offset)::bigint FROM log_end) AS ends,
    (SELECT max(seen_at) < now() - interval '10 seconds' FROM log_end) AS is_stale
FROM position
"""


async def totals(
    connection: AsyncConnection,
    cut: Cut,
    *,
    year: int | None,
    placements: Sequence[Placement],
    leads: Sequence[Lead] = (),
) -> list[dict[str, Any]]:
    """A row per combination of the cut's dimensions that has ever counted something: dimensions, flows, stocks.

    Flows only of the plan of `year` if it is given. A programme stands for its parts, too. `leads` are needed by
    department only.

    Raises UnknownProgramme, UnknownRegion or UnknownDepartment for what was never listed.
    """
    narrowing = await narrow(connection, cut, year=year, placements=placements, leads=leads)
    reporting_region = _REPORTING_REGION[cut.region_map]
    period = next((each for each in cut.by if each in PERIODS), None)
    statement = _TOTALS.format(
        period="" if period is None else f"{_DAY_OF_PERIOD[period]},",
        places_of_summed=_places(3 if period is None else 4),
        is_flow=_IS_FLOW,
        is_stock=_IS_OF_YEAR if cut.plan is not None else "true",
        is_asked=IS_ASKED,
        columns="".join(f'{_COLUMNS[each]} AS "{each}", ' for each in cut.by).format(reporting_region=reporting_region),
        joins=narrowing.joins,
        is_placed=narrowing.condition,
        flows=_FLOWS,
        stocks=_stocks(cut, period),
        group=f"GROUP BY {_places(len(cut.by))}" if cut.by else "",
        since=f'WHERE CAST(:since AS date) IS NULL OR "{period}" >= :since' if period else "",
        order=f"ORDER BY {_places(len(cut.by))}" if cut.by else "",
    )
    values = narrowing.values | {"stocks": [stock.of.value for stock in Stock], "since": _since(cut, period, year)}
    return [dict(row) for row in (await connection.execute(text(statement), values)).mappings()]


async def narrow(
    connection: AsyncConnection,
    cut: Cut,
    *,
    year: int | None,
    placements: Sequence[Placement],
    leads: Sequence[Lead] = (),
) -> Narrowing:
    """How statements narrow combinations to `cut`.

    Raises UnknownProgramme, UnknownRegion or UnknownDepartment for what was never listed.
    """
    if cut.department is not None and all(each.department != cut.department for each in leads):
        known = {each.department for each in leads if each.department is not None}
        raise UnknownDepartment(pointer="/department", known=sorted(known))
    needs_leads = cut.department is not None or Dimension.DEPARTMENT in cut.by
    is_placed = _IS_PLACED.format(county=_COLUMNS[Dimension.COUNTY], reporting_region=_REPORTING_REGION[cut.region_map])
    of_department = "" if cut.department is None else " AND lead.department = :department"
    everywhere = cut.region is None or await plan.is_province(connection, cut.region)
    mask, traits = _traits(cut)
    values = {
        "programmes": None if cut.programme is None else await _parts(connection, cut.programme, year),
        "year": year,
        "places": [each.place for each in placements],
        "counties": [each.county for each in placements],
        "reporting_regions": [each.reporting_region for each in placements],
        "region": None if everywhere else cut.region,
        "award": cut.award,
        "traits_mask": mask,
        "traits": traits,
        "kind": None if cut.kind is None else kind_of(cut.kind),
        "subsidised": cut.subsidised,
        "first_day": cut.first_day,
        "last_day": cut.last_day,
        "lead_years": [each.year for each in leads],
        "lead_programmes": [each.programme for each in leads],
        "lead_departments": [each.department for each in leads],
        "department": cut.department,
    }
    return Narrowing(_PLACED + (_LEADS if needs_leads else ""), is_placed + of_department, values)


def _since(cut: Cut, period: Dimension | None, year: int | None) -> date | None:
    """The first day of the first period of the answer; what lies before it is only in stocks."""
    first_day = cut.first_day or (None if year is None else date(year, 1, 1))
    return None if period is None or first_day is None else period_of(period, first_day)


def period_of(period: Dimension, day: date) -> date:
    """The first day of the period in which `day` lies, by which it is called."""
    match period:
        case Dimension.WEEK:
            return day - timedelta(days=day.weekday())
        case Dimension.MONTH:
            return day.replace(day=1)
        case Dimension.YEAR:
            return day.replace(month=1, day=1)
        case _:
            return day


async def _parts(connection: AsyncConnection, programme: str, year: int | None) -> list[str]:
    if parts := await plan.parts(connection, programme, year=year):
        return parts
    raise UnknownProgramme(pointer="/programme")


def _stocks(cut: Cut, period: Dimension | None) -> str:
    """The stocks as columns; by `period`, of all periods up to each."""
    if period is None:
        return _STOCKS.format(opened="", closed="")
    others = ", ".join(_COLUMNS[each] for each in cut.by if each is not period)
    apart = f"PARTITION BY {others} " if others else ""
    columns = _STOCKS.format(opened="sum(", closed=f") OVER ({apart}ORDER BY {_COLUMNS[period]})")
    return columns.format(reporting_region=_REPORTING_REGION[cut.region_map])


def _traits(cut: Cut) -> tuple[int, int]:
    """The bits of the combinations' traits that are asked for, and what they have to be."""
    asked = [(GROUP, cut.group), (FUND, cut.fund_source), (SUBSIDY_KIND, cut.subsidy_kind)]
    narrowed = [(trait, code) for trait, code in asked if code is not None]
    mask = sum(trait.mask << trait.shift for trait, _ in narrowed)
    return mask, sum(trait.packed(code) for trait, code in narrowed)


def _places(count: int) -> str:
    """ "1, 2, 3": the first columns of a statement, by place."""
    return ", ".join(str(place) for place in range(1, count + 1))


async def applied(connection: AsyncConnection) -> list[Applied]:
    """How far each topic has been applied."""
    return [Applied(*row) for row in await connection.execute(text(_APPLIED))]


async def keep_ends(connection: AsyncConnection, ends: Mapping[TopicPartition, int]) -> None:
    """Keep where the log ended when it was looked at just now."""
    topics, partitions, offsets = zip(*((*each, end) for each, end in ends.items()), strict=True)
    await (await driver(connection)).execute(_KEEP_ENDS, topics, partitions, offsets)


async def revision(connection: AsyncConnection) -> object:
    """Something that differs whenever totals may have changed."""
    return tuple((await connection.execute(text(_REVISION))).one())
