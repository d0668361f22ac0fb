"""Pace of the programmes, regions or departments of a plan, those furthest behind first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.history.usecases import read_as_known
from services.metrics.pace import rules
from services.metrics.pace.rules import Pace, Shape
from services.metrics.plan import store as plan
from services.metrics.plan.rules import RegionMap, YearPlan
from services.metrics.plan.usecases import named_plan, plan_or_latest
from services.metrics.targets.rules import TOTAL, Aim, Axis
from services.metrics.targets.usecases import sheets
from services.metrics.totals.rules.cuts import Cut, Dimension
from services.metrics.totals.usecases import sums
from services.metrics.totals.usecases.freshness import as_of
from services.metrics.totals.usecases.sums import KeptCells
from services.metrics.totals.usecases.totals import one_snapshot

if TYPE_CHECKING:
    from services.metrics.totals.rules.cells import Cells


class Along(StrEnum):
    """What is compared."""

    PROGRAMME = Dimension.PROGRAMME
    REGION = Dimension.REGION
    DEPARTMENT = Dimension.DEPARTMENT


async def of_plan(
    connection: AsyncConnection,
    kept: KeptCells,
    code: str | None,
    along: Along,
    aim: Aim,
    *,
    day: date | None,
    today: date,
    known_on: date | None = None,
) -> dict[str, object]:
    """The pace of a plan at the end of `day`, by default of today.

    With `known_on` figures and targets are those known at the end of that day, which is then `day` by default.

    Raises UnknownPlan, DayNotKnown.
    """
    await one_snapshot(connection)
    known = None if known_on is None else await read_as_known(connection, known_on, RegionMap.THEN, today=today)
    day = day or known_on or today
    meant = await (
        plan_or_latest(connection, None, day=known_on or today) if code is None else named_plan(connection, code)
    )
    answer: dict[str, object] = {
        "as_of": await as_of(connection, at=None if known is None else known.taken_at),
        "known": None if known is None else known._asdict(),
        "plan": None,
        "day": day,
        "rows": [],
    }
    if meant is None:
        return answer | {"method": rules.Method.LINEAR, "share": None, "total": None}
    found = await paces(connection, await kept.seen_by(connection, known), meant, along, aim, day=day, today=today)
    return answer | {
        "plan": meant._asdict(),
        "day": found.day,
        "method": found.shape.method,
        "share": found.shape.on(found.day).quantize(Decimal("0.0001")),
        "total": asdict(found.total),
        "rows": [asdict(each) for each in found.rows],
    }


class Paces(NamedTuple):
    """The pace of each key at the end of `day`, those furthest behind first, and that of the whole plan."""

    day: date
    shape: Shape
    rows: list[Pace]
    total: Pace


async def paces(
    connection: AsyncConnection, cells: Cells, meant: YearPlan, along: Along, aim: Aim, *, day: date, today: date
) -> Paces:
    """The pace of the plan `meant` at the end of `day`, or of its year if that is over."""
    on = min(day, date(meant.year, 12, 31))
    reached = await _reached(connection, cells, along, aim, meant, today=today)
    targets = await _targets(connection, along, aim, meant)
    shape = rules.shape(meant.year, await _last_year(connection, cells, aim, meant.year - 1, today=today))
    keys = sorted(targets.keys() | {key for key in reached if key is not None})
    found = [rules.pace(key, targets.get(key), reached.get(key, {}), shape, day=on) for key in keys]
    found.sort(key=lambda each: (-(each.behind_by or 0), each.key))
    everything: defaultdict[date, int] = defaultdict(int)
    for by_day in reached.values():
        for when, amount in by_day.items():
            everything[when] += amount
    whole = (await sheets.aims(connection, meant)).get((aim, None))
    return Paces(on, shape, found, rules.pace(TOTAL, whole, everything, shape, day=on))


Reached = Mapping[str | None, Mapping[date, int]]


async def _reached(
    connection: AsyncConnection, cells: Cells, along: Along, aim: Aim, meant: YearPlan, *, today: date
) -> Reached:
    """What was reached on each day, by the key of `along`; a programme stands for its parts."""
    cut = Cut((Dimension(along), Dimension.DAY), plan=meant.code)
    rows = await _totals(connection, cells, cut, meant.year, today=today)
    found: defaultdict[str | None, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    programmes = await plan.programmes(connection, meant.year) if along is Along.PROGRAMME else {}
    for row in rows:
        key: str | None = row[along]
        while key is not None or along is not Along.PROGRAMME:
            found[key][row["day"]] += row[aim]
            programme = programmes.get(key or "")
            key = programme.parent if programme is not None else None
            if key is None or programmes[key].parent is None:
                break
    return found


async def _targets(connection: AsyncConnection, along: Along, aim: Aim, meant: YearPlan) -> dict[str, int | None]:
    if along is Along.PROGRAMME:
        aims = await sheets.aims(connection, meant)
        programmes = await plan.programmes(connection, meant.year)
        counts = {code for code, each in programmes.items() if each.high_skilled_counts or aim is Aim.TRAININGS}
        return {code: target for (of, code), target in aims.items() if of is aim and code in counts}
    _, lines = await sheets.sheet(connection, meant.code, Axis(along.value))
    return {
        line.key: line.target
        for line in lines
        if line.key != TOTAL and line.measure is aim and line.programme is None and line.month is None
    }


async def _last_year(connection: AsyncConnection, cells: Cells, aim: Aim, year: int, *, today: date) -> dict[date, int]:
    cut = Cut((Dimension.DAY,), first_day=date(year, 1, 1), last_day=date(year, 12, 31))
    rows = await _totals(connection, cells, cut, year, today=today)
    return {row["day"]: row[aim] for row in rows if row[aim]}


async def _totals(
    connection: AsyncConnection, cells: Cells, cut: Cut, year: int, *, today: date
) -> list[dict[str, Any]]:
    return await sums.rows(cells, await sums.question(connection, cut, year=year, today=today))
