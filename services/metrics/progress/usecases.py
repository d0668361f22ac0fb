"""Progress against the plan, from totals."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.figures import store as figure_store
from services.metrics.figures.rules import Figure
from services.metrics.history.rules import Known
from services.metrics.history.usecases import read_as_known
from services.metrics.measures.rules.measures import FLOWS, Measure
from services.metrics.plan import store as plan
from services.metrics.plan.rules import RegionMap, YearPlan
from services.metrics.plan.usecases import plan_or_latest
from services.metrics.progress import rules
from services.metrics.targets.rules import Aim, Axis
from services.metrics.targets.usecases import sheets
from services.metrics.targets.usecases.sheets import Asked
from services.metrics.technicians import rules as technicians
from services.metrics.technicians import store as technician_store
from services.metrics.technicians.rules import Reached
from services.metrics.totals.rules.cuts import Cut, Dimension
from services.metrics.totals.usecases import sums
from services.metrics.totals.usecases.freshness import as_of
from services.metrics.totals.usecases.sums import KeptCells
from services.metrics.totals.usecases.totals import one_snapshot


async def plan_progress(
    connection: AsyncConnection, kept: KeptCells, cut: Cut, *, today: date, known_on: date | None = None
) -> dict[str, object]:
    """Progress of every programme and indicator of a plan, narrowed to the days, the region and the level of `cut`.

    What began in the plan's year counts, also if it ends in the next. With `known_on` figures, targets and what was
    entered are those known at the end of that day, and by default of the plan of that day.

    Raises UnknownPlan, UnknownRegion, UnknownDepartment, DayNotKnown.
    """
    await one_snapshot(connection)
    known = None if known_on is None else await read_as_known(connection, known_on, cut.region_map, today=today)
    meant = await plan_or_latest(connection, cut.plan, day=cut.plan_day(known_on or today))
    programmes = {} if meant is None else await plan.programmes(connection, meant.year)
    by_programme = replace(cut, by=(Dimension.PROGRAMME,), programme=None)
    question = await sums.question(connection, by_programme, year=None if meant is None else meant.year, today=today)
    rows = await sums.rows(await kept.seen_by(connection, known), question)
    reached: dict[str, dict[Measure, int]] = {
        row["programme"]: {measure: row[measure] for measure in FLOWS} for row in rows
    }
    total: dict[Measure, int] = {measure: sum(row[measure] for row in rows) for measure in FLOWS}
    aims: Mapping[tuple[Aim, str | None], int | None] = {}
    figures: Mapping[str, Figure] = {}
    counted: Mapping[str, Reached] = {}
    asked = None if meant is None else await _asked(connection, cut, meant)
    is_whole = asked == Asked()
    if meant is not None and asked is not None:
        aims = await sheets.aims_of(connection, meant, asked)
    if meant is not None and is_whole:
        figures = await figure_store.newest(connection, meant.code, day=cut.last_day)
        counted = await _technicians(connection, meant.year, known)
    return {
        "as_of": await as_of(connection, at=None if known is None else known.taken_at),
        "known": None if known is None else known._asdict(),
        "plan": None if meant is None else meant._asdict(),
        "as": cut.region_map,
        **_days(cut, meant),
        "programmes": rules.by_programme(programmes, reached, aims),
        "indicators": rules.by_indicator(
            {} if meant is None else await plan.indicators(connection, meant.year),
            total,
            figures,
            None if is_whole else aims,
            counted,
        ),
    }


async def _technicians(connection: AsyncConnection, year: int, known: Known | None) -> Mapping[str, Reached]:
    """The indicators that count technicians; none for a day that was closed before they were kept."""
    if known is None or not known.is_final:
        return technicians.indicators(await technician_store.counts(connection, year))
    counts = await technician_store.known_counts(connection, year, day=known.on)
    return {} if counts is None else technicians.indicators(counts)


async def _asked(connection: AsyncConnection, cut: Cut, meant: YearPlan) -> Asked | None:
    """The targets that what was asked for is held against; None: it has none.

    Levels, groups, kinds, counties and other periods than the plan's year or a month of it have no targets.
    """
    others = (cut.award, cut.group, cut.kind, cut.fund_source, cut.subsidy_kind, cut.subsidised)
    if any(each is not None for each in others) or cut.region_map is RegionMap.NOW:
        return None
    month = _month(cut, meant)
    if month is None:
        return None
    of = Asked(month=month or None)
    if cut.region is not None and not await plan.is_province(connection, cut.region):
        return None if cut.department is not None else of._replace(axis=Axis.REGION, key=cut.region)
    return of if cut.department is None else of._replace(axis=Axis.DEPARTMENT, key=cut.department)


def _month(cut: Cut, plan: YearPlan) -> int | None:
    """The month that was asked for; 0 for the year of the plan, None for any other period."""
    days = _days(cut, plan)
    first, last = days["first_day"], days["last_day"]
    if (first, last) == (date(plan.year, 1, 1), date(plan.year, 12, 31)):
        return 0
    if first is None or last is None or first.day != 1 or first.year != plan.year:
        return None
    return first.month if last == date(first.year, first.month, monthrange(first.year, first.month)[1]) else None


def _days(cut: Cut, plan: YearPlan | None) -> dict[str, date | None]:
    """The days that were asked for; the plan's year if none were."""
    if plan is None or cut.first_day is not None or cut.last_day is not None:
        return {"first_day": cut.first_day, "last_day": cut.last_day}
    return {"first_day": date(plan.year, 1, 1), "last_day": date(plan.year, 12, 31)}
