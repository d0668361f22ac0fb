"""What plans loaded from files say together: whose codes hold when, and where each region lies for which days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from shared.contracts.dimensions import RegionPeriod
from shared.contracts.registry.plan import IndicatorListed, ProgrammeListed
from shared.kernel.refusals import Conflict, Invalid

ONE_DAY = timedelta(days=1)


class RegionsUnsound(Invalid):
    """The rows of a region do not say for every day where it lies. Facts: `regions`."""

    slug = "regions-unsound"
    title_en = "The file of regions does not say for every day where a region lies."
    title_zh = "地区文件未能逐日说明各地区的隶属关系。"
    cure_en = (
        "Let the rows of one code follow each other without a gap, each below a parent that exists on all of its days. "
        "See: {regions}."
    )
    cure_zh = "同一编码各行的有效期须首尾相接，且上级地区在该期间内存在。请检查：{regions}。"


class PlanYearTaken(Conflict):
    """Facts: `plan`, `year`."""

    slug = "plan-year-taken"
    title_en = "Another plan is loaded for this year, or this plan for another year."
    title_zh = "该年度已导入其他计划，或该计划已导入为其他年度。"
    cure_en = "The plan {plan} is the plan of {year}. Give a new plan a code and a year of its own."
    cure_zh = "计划 {plan} 对应 {year} 年度。新计划请使用新的编码和年度。"


class PlanInUse(Conflict):
    """Facts: `plan`, `codes`."""

    slug = "plan-in-use"
    title_en = "The plan is in use: its programmes and indicators cannot be removed or placed elsewhere."
    title_zh = "计划已在使用，其专项和指标不能删除或改变隶属关系。"
    cure_en = "Restore these rows: {codes}. Names and targets can be changed, and programmes added."
    cure_zh = "请恢复以下各行：{codes}。名称和目标可以修改，也可以增加专项。"


class RegionRow(NamedTuple):
    """A row of the file of regions: to whom a code belongs, for a period. `reports`: it has figures of its own."""

    code: str
    parent: str | None
    reports: bool
    valid_from: date | None
    valid_to: date | None


PlanEntry = ProgrammeListed | IndicatorListed


def require_same_structure(plan: str, known: Sequence[PlanEntry], loaded: Sequence[PlanEntry]) -> None:
    """A `plan` that was loaded before keeps its programmes and indicators and what belongs to what.

    Classes were filed by them, and other services have counted by them. Raises PlanInUse.
    """
    after = {(type(each), each.code): _belongs_to(each) for each in loaded}
    broken = [each.code for each in known if after.get((type(each), each.code), "") != _belongs_to(each)]
    if broken:
        raise PlanInUse(plan=plan, codes=sorted(broken))


def _belongs_to(entry: PlanEntry) -> str | None:
    return entry.parent if isinstance(entry, ProgrammeListed) else entry.programme


def region_periods(rows: Sequence[RegionRow]) -> dict[str, tuple[RegionPeriod, ...]]:
    """For each code when it belongs to which parent and reporting region, the earliest first.

    A region reports to itself if it reports, else to the nearest above that does. Raises RegionsUnsound unless the rows
    of each code follow each other, and each parent exists while it is one.
    """
    of_code: dict[str, list[RegionRow]] = {}
    for row in rows:
        of_code.setdefault(row.code, []).append(row)
    return _Map({code: sorted(each, key=_begins) for code, each in of_code.items()}).periods()


@dataclass
class _Map:
    """Rows by code, in the order of their days."""

    rows: Mapping[str, Sequence[RegionRow]]

    def periods(self) -> dict[str, tuple[RegionPeriod, ...]]:
        gaps = [code for code, rows in self.rows.items() if any(not _follows(*each) for each in pairwise(rows))]
        if gaps:
            raise RegionsUnsound(regions=sorted(gaps))
        return {code: self._of(code, ()) for code in self.rows}

    def _of(self, code: str, below: tuple[str, ...]) -> tuple[RegionPeriod, ...]:
        if code not in self.rows or code in below:
            raise RegionsUnsound(regions=[*below, code])
        return _joined([period for row in self.rows[code] for period in self._within(row, (*below, code))])

    def _within(self, row: RegionRow, below: tuple[str, ...]) -> Iterator[RegionPeriod]:
        """The periods of a row: one for each reporting region that its parent has meanwhile."""
        if row.parent is None or row.reports:
            yield RegionPeriod(row.valid_from, row.valid_to, row.parent, row.code if row.reports else None)
        if row.parent is None:
            return
        first, last = _begins(row), row.valid_to or date.max
        above = [each for each in self._of(row.parent, below) if _first(each) <= last and _last(each) >= first]
        if not above or _first(above[0]) > first or _last(above[-1]) < last:
            raise RegionsUnsound(regions=[row.code, row.parent])
        if not row.reports:
            for each in above:
                days = (_or_none(max(first, _first(each)), date.min), _or_none(min(last, _last(each)), date.max))
                yield RegionPeriod(*days, row.parent, each.reporting_region)


def _joined(periods: Sequence[RegionPeriod]) -> tuple[RegionPeriod, ...]:
    """`periods` with those joined that follow each other and say the same."""
    joined: list[RegionPeriod] = []
    for each in periods:
        before = joined[-1] if joined else None
        if before and (before.parent, before.reporting_region) == (each.parent, each.reporting_region):
            joined[-1] = RegionPeriod(before.valid_from, each.valid_to, each.parent, each.reporting_region)
        else:
            joined.append(each)
    return tuple(joined)


def _follows(row: RegionRow, after: RegionRow) -> bool:
    return row.valid_to is not None and after.valid_from == row.valid_to + ONE_DAY


def _begins(row: RegionRow) -> date:
    return row.valid_from or date.min


def _first(period: RegionPeriod) -> date:
    return period.valid_from or date.min


def _last(period: RegionPeriod) -> date:
    return period.valid_to or date.max


def _or_none(day: date, bound: date) -> date | None:
    return None if day == bound else day
