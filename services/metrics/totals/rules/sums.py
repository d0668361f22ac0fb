"""Totals of a cut, from cells. Loads pyarrow, as `cells` does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial, reduce
from typing import Any, Final

import pyarrow
from pyarrow import compute

from services.metrics.measures.rules.measures import FLOWS, Measure, Stock
from services.metrics.measures.rules.traits import FUND, GROUP, KINDS, SUBSIDY_KIND, is_subsidised, kind_of
from services.metrics.plan.rules import Placement, RegionMap
from services.metrics.totals.rules.cells import MEASURES, Cells, Column, Combinations, Days
from services.metrics.totals.rules.cuts import COUNTED, PERIODS, Cut, Dimension, period_of
from shared.kernel.awards import Award
from shared.kernel.levels import Level

_STOCK_MEASURES: Final = pyarrow.array([MEASURES.index(stock.of) for stock in Stock], pyarrow.int32())


@dataclass(frozen=True)
class Question:
    """A cut, and what its words stand for: the year of its plan, the programme with its parts, and where places lie.

    `programmes` and `region` are None where all are meant. `departments` lead a programme of a year; they are
    needed where they are asked for.
    """

    cut: Cut
    year: int | None
    programmes: Collection[str] | None
    region: str | None
    placements: Mapping[str, Placement]
    departments: Mapping[tuple[int, str], str | None]

    def asked(self, combinations: Combinations) -> Any:
        """Whether each combination is one of those asked for."""
        cut, programmes = self.cut, self.programmes
        narrowed: Mapping[Dimension, object] = {
            Dimension.DEPARTMENT: cut.department,
            Dimension.AWARD: None if cut.award is None else cut.award.code,
            Dimension.GROUP: cut.group,
            Dimension.FUND_SOURCE: cut.fund_source,
            Dimension.SUBSIDY_KIND: cut.subsidy_kind,
            Dimension.SUBSIDISED: cut.subsidised,
        }
        conditions = [combinations.where(lambda: True)]
        if programmes is not None:
            conditions.append(combinations.where(lambda programme: programme in programmes, "programme"))
        if self.region is not None:
            conditions.append(combinations.where(self._of_region, "reporting_region", "region"))
        for dimension, value in narrowed.items():
            if value is not None:
                of, names = self.way(dimension)
                conditions.append(combinations.where(partial(_is, of, value), *names))
        return reduce(compute.and_, conditions)

    def way(self, dimension: Dimension) -> tuple[Callable[..., Any], tuple[str, ...]]:
        """How a dimension of combinations is worked out, and from which columns."""
        ways: Mapping[Dimension, tuple[Callable[..., Any], tuple[str, ...]]] = {
            Dimension.PROGRAMME: (lambda programme: programme, ("programme",)),
            Dimension.DEPARTMENT: (lambda *of: self.departments.get(of), ("plan_year", "programme")),
            Dimension.REGION: (self._reporting_region, ("reporting_region", "region")),
            Dimension.COUNTY: (self._county, ("region",)),
            # The number of an award is a rank where the award is a level.
            Dimension.LEVEL: (lambda award: award if award <= Level.CHIEF_TECHNICIAN else None, ("award",)),
            Dimension.AWARD: (lambda award: Award(award).code, ("award",)),
            Dimension.GROUP: (GROUP.of, ("traits",)),
            Dimension.FUND_SOURCE: (FUND.of, ("traits",)),
            Dimension.SUBSIDY_KIND: (SUBSIDY_KIND.of, ("traits",)),
            Dimension.SUBSIDISED: (is_subsidised, ("traits",)),
        }
        return ways[dimension]

    # A place that no one has listed yet still counts, under its own code: totals must not depend on arrival order.
    def _county(self, place: str) -> str:
        return self.placements[place].county if place in self.placements else place

    def _reporting_region(self, reported_by: str, place: str) -> str:
        if reported_by and self.cut.region_map is RegionMap.THEN:
            return reported_by
        placement = self.placements.get(place)
        return place if placement is None or placement.reporting_region is None else placement.reporting_region

    def _of_region(self, reported_by: str, place: str) -> bool:
        return self.region in (self._county(place), self._reporting_region(reported_by, place))


def _is(of: Callable[..., object], value: object, *values: object) -> bool:
    return of(*values) == value


def ids(combinations: Combinations, question: Question) -> list[int]:
    """The numbers of the combinations asked for."""
    found: list[int] = combinations.ids.filter(question.asked(combinations)).to_pylist()
    return found


def sums(cells: Cells, question: Question) -> list[dict[str, Any]]:
    """A row per combination of the cut's dimensions that has ever counted something: dimensions, flows, stocks.

    Flows are what was counted in the period and to the plan; a stock is all that was counted until the end of the
    period, so it has cells of other years as well. By period, a stock goes on from one row to the next.
    """
    cut = question.cut
    days = cells.by_year if cut.is_of_whole_years else cells.by_day
    axes = [_axis(cells.combinations, days, question, dimension) for dimension in cut.by]
    # The key of a row has a digit for each dimension, so that rows in the order of their keys are in that of the cut.
    key = pyarrow.array([0], pyarrow.int64()).take(compute.multiply(days.kind, 0))
    for axis in axes:
        key = compute.add(compute.multiply(key, len(axis.values)), axis.places)

    flows, stocks = (
        pyarrow.table({"key": key, "measure": days.measure, "amount": days.amount})
        .filter(condition)
        .group_by(["key", "measure"])
        .aggregate([("amount", "sum")])
        for condition in _conditions(cells.combinations, days, question)
    )
    keys = compute.unique(pyarrow.chunked_array([*flows["key"].chunks, *stocks["key"].chunks], pyarrow.int64())).sort()
    if not cut.by:
        keys = pyarrow.array([0], pyarrow.int64())  # one row, also of nothing
    columns = [
        *_dimensions(keys, axes),
        *(_amounts(flows, measure, keys) for measure in FLOWS),
        *(_amounts(stocks, stock.of, keys) for stock in Stock),
    ]
    names = (*(each.value for each in cut.by), *COUNTED)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return rows if cut.period is None else _going_on(rows, question, cut.period)


def _axis(combinations: Combinations, days: Days, question: Question, dimension: Dimension) -> Column:
    """The value of a dimension of each cell; the values are in order, what has none last."""
    if dimension in PERIODS:
        return days.periods(dimension)
    if dimension is Dimension.KIND:
        column = Column(days.kind, [None, *KINDS])
    else:
        of, names = question.way(dimension)
        of_combinations = combinations.each(of, *names)
        column = of_combinations._replace(places=of_combinations.places.take(days.combination))
    ordered = sorted(column.values, key=lambda value: (value is None, value))
    ranks = pyarrow.array([ordered.index(value) for value in column.values], pyarrow.int32())
    return Column(ranks.take(column.places), ordered)


def _conditions(combinations: Combinations, days: Days, question: Question) -> tuple[Any, Any]:
    """Whether each cell is in the flows asked for, and whether it is in the stocks."""
    cut = question.cut
    until = [question.asked(combinations).take(days.combination)]
    if cut.kind is not None:
        until.append(compute.equal(days.kind, kind_of(cut.kind)))
    if cut.last_day is not None:
        until.append(compute.less_equal(days.day, cut.last_day.toordinal()))
    of_plan = combinations.where(lambda year: question.year in (None, year), "plan_year").take(days.combination)
    flows = [of_plan]
    if cut.first_day is not None:
        flows.append(compute.greater_equal(days.day, cut.first_day.toordinal()))
    stocks = [compute.is_in(days.measure, value_set=_STOCK_MEASURES)]
    if cut.plan is not None:
        stocks.append(of_plan)
    return reduce(compute.and_, [*until, *flows]), reduce(compute.and_, [*until, *stocks])


def _dimensions(keys: Any, axes: list[Column]) -> list[list[Any]]:
    """The values of each dimension at `keys`."""
    found = []
    for axis in reversed(axes):
        size = len(axis.values)
        rest = compute.divide(keys, size) if size else keys
        places = compute.subtract(keys, compute.multiply(rest, size)).to_pylist()
        found.append([axis.values[place] for place in places])
        keys = rest
    return found[::-1]


def _amounts(summed: Any, measure: Measure, keys: Any) -> list[int]:
    """The sums of `measure` at `keys`; 0 where there is none."""
    of_measure = summed.filter(compute.equal(summed["measure"], MEASURES.index(measure))).combine_chunks()
    at = compute.index_in(keys, value_set=of_measure["key"])
    found: list[int] = compute.fill_null(of_measure["amount_sum"].take(at), 0).to_pylist()
    return found


def _going_on(rows: list[dict[str, Any]], question: Question, period: Dimension) -> list[dict[str, Any]]:
    """With the stocks at the end of each period: all that came and went until then. `rows` are in order."""
    first_day = question.cut.first_day or (None if question.year is None else date(question.year, 1, 1))
    # What lies before the first period of the answer is only in stocks.
    since = None if first_day is None else period_of(period, first_day)
    others, stocks = [each.value for each in question.cut.by if each is not period], [each.value for each in Stock]
    so_far: defaultdict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: dict.fromkeys(stocks, 0))
    for row in rows:
        before = so_far[tuple(row[each] for each in others)]
        for stock in stocks:
            row[stock] = before[stock] = before[stock] + row[stock]
    return [row for row in rows if since is None or row[period.value] >= since]
