"""A sheet of targets: one axis of one plan, with its own sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from services.metrics.measures.rules.measures import Measure
from shared.kernel.refusals import Conflict, Invalid

KIND: Final = "targets"
"""The kind of the proposals by which a sheet is loaded."""
TOTAL: Final = "total"
"""What stands in place of a region or department in a row with the sheet's own sum."""


class Axis(StrEnum):
    """By what a sheet divides the plan. Each axis sums to its own total, and no target is a sum over both."""

    REGION = "region"
    DEPARTMENT = "department"


class Aim(StrEnum):
    """The measures that have targets."""

    TRAININGS = Measure.TRAININGS
    SUBSIDISED_TRAININGS = Measure.SUBSIDISED_TRAININGS
    HIGH_SKILLED_PERSONS = Measure.HIGH_SKILLED_PERSONS


class Line(NamedTuple):
    """A row of a sheet: what `key` (a region, a department, several that share one, or TOTAL) is to reach.

    Without a programme in all of them, without a month in the year. None is unset, and is not 0.
    """

    key: str
    measure: Aim
    programme: str | None
    month: int | None
    target: int | None

    @property
    def about(self) -> tuple[Aim, str | None, int | None]:
        """What lines are summed over keys by."""
        return self.measure, self.programme, self.month


class Sheet(NamedTuple):
    """The lines of one axis of a plan."""

    plan: str
    axis: Axis
    lines: Sequence[Line]

    @property
    def subject(self) -> str:
        return f"targets/{self.plan}-{self.axis}"


class SeveralSheets(Conflict):
    slug = "several-sheets"
    title_en = "The rows are for more than one plan or axis."
    title_zh = "文件中包含多个计划或多种口径的行。"
    cure_en = "Post a file for each plan and axis."
    cure_zh = "请按计划和口径分别提交文件。"


class TargetsDoNotSum(Invalid):
    """Facts: `sum`, `total`."""

    slug = "targets-do-not-sum"
    title_en = "The targets sum to {sum}, and the row of the total says {total}."
    title_zh = "各行目标之和为 {sum}，与合计行的 {total} 不一致。"
    cure_en = "Correct the rows or the total; the two have to agree."
    cure_zh = "请更正各行或合计行，使两者一致。"


class TargetRepeated(Invalid):
    slug = "target-repeated"
    title_en = "There is another row for the same region or department, measure, programme and month."
    title_zh = "同一地区或部门、同一指标、专项和月份有重复的行。"
    cure_en = "Keep one of the rows."
    cure_zh = "请只保留其中一行。"


class UnknownRegionOrProgramme(Invalid):
    slug = "target-for-nothing"
    title_en = "This region is no reporting region, or the plan has no such programme."
    title_zh = "该地区不是统计地区，或计划中没有该专项。"
    cure_en = "Use codes of reporting regions and of the programmes of the plan."
    cure_zh = "请使用统计地区代码和该计划的专项代码。"
    reference = "GET /v1/names"


class Sum(NamedTuple):
    """What the lines of a measure, programme and month come to; `unset` of them have no target."""

    measure: Aim
    programme: str | None
    month: int | None
    sum: int
    unset: int
    total: int | None
    """What the sheet says itself."""


def sums(lines: Iterable[Line]) -> list[Sum]:
    """The sums of a sheet over its keys, each beside the sheet's own total where it has one."""
    found: defaultdict[tuple[Aim, str | None, int | None], list[Line]] = defaultdict(list)
    totals = {}
    for line in lines:
        if line.key == TOTAL:
            totals[line.about] = line.target
        else:
            found[line.about].append(line)
    return [
        Sum(
            *about,
            sum=sum(line.target or 0 for line in of),
            unset=sum(line.target is None for line in of),
            total=totals.get(about),
        )
        for about, of in found.items()
    ]


def faults(lines: Sequence[Line]) -> dict[int, Invalid]:
    """What is wrong with lines of a sheet, by their places: a second one for the same, a total that is not the sum."""
    found: dict[int, Invalid] = {}
    seen: set[Line] = set()
    for place, line in enumerate(lines):
        same = line._replace(target=None)
        if same in seen:
            found[place] = TargetRepeated(pointer="/key")
        seen.add(same)
    by_about = {each[:3]: each for each in sums(lines)}
    for place, line in enumerate(lines):
        if line.key == TOTAL and line.target is not None and place not in found:
            come_to = by_about.get(line.about)
            if come_to is None or come_to.sum != line.target:
                found[place] = TargetsDoNotSum(
                    pointer="/target", sum=0 if come_to is None else come_to.sum, total=line.target
                )
    return found
