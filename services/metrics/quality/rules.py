"""Quality rates of groups: which are shown, so that no small group can be worked out from the others and the total."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from shared.contracts.registry.quality import QualityCounted

GROUP_SIZE_MIN: Final = 10
"""The least size, whatever the registry's policy says: what is public is not less careful than what officers see."""


class About(NamedTuple):
    """A rate as published: whose it is, and what of them counts."""

    code: str
    name_zh: str
    name_en: str
    cohort_zh: str
    cohort_en: str


ABOUT: Final = (
    About(
        "demand_match", "需求匹配度", "Demand match",
        "当年完成培训的人次；其中职业在急需目录内或有订单的",
        "Trainings completed in the year; of these, those in an occupation on the list of needs or for a signed order",
    ),
    About(
        "passed_of_started", "培训合格率（按开班人数）", "Passed, of those who began",
        "当年结束的培训中的参训人员；其中测试合格或取得证书的",
        "Persons who began a training that ended in the year; of these, those who passed a test or hold a certificate",
    ),
    About(
        "passed_of_tested", "培训合格率（按参考人数）", "Passed, of those tested",
        "其中已有成绩的人员；其中合格或取得证书的",
        "Of the same, those whose result is known; of these, those who passed or hold the certificate",
    ),
    About(
        "level_rise", "等级提升率", "Level rise",
        "完成培训且观察期已满的人员；其中期内取得更高等级证书的",
        "Completers whose months are over; of these, those with a certificate of a higher level within them",
    ),
    About(
        "employment", "就业创业率", "Employment",
        "参训前未就业、完成培训且观察期已满的人员；其中期内就业或创业的",
        "Completers without work at entry whose months are over; of these, those in work within them",
    ),
    About(
        "pay", "薪资增长率", "Pay growth",
        "前后工资均已知的完成培训人员；变化的中位数",
        "Completers whose pay before and after is known; the median of the change",
    ),
)  # fmt: skip


@dataclass
class Sums:
    """What is added up over programmes and regions."""

    demand_match: tuple[int, int] = (0, 0)
    """Numerator and denominator, here as below."""
    passed_of_started: tuple[int, int] = (0, 0)
    passed_of_tested: tuple[int, int] = (0, 0)
    level_rise: tuple[int, int] = (0, 0)
    employment: tuple[int, int] = (0, 0)
    pay_changes: list[int] = field(default_factory=list)

    def add(self, told: QualityCounted) -> None:
        self.demand_match = _plus(self.demand_match, told.in_demand, told.completed)
        self.passed_of_started = _plus(self.passed_of_started, told.passed, told.started)
        self.passed_of_tested = _plus(self.passed_of_tested, told.passed, told.tested)
        self.level_rise = _plus(self.level_rise, told.risen, told.rise_due)
        self.employment = _plus(self.employment, told.employed, told.without_work)
        self.pay_changes += told.pay_changes


def _plus(sums: tuple[int, int], numerator: int, denominator: int) -> tuple[int, int]:
    return sums[0] + numerator, sums[1] + denominator


class Rate(NamedTuple):
    """A rate that is suppressed has neither numerator nor denominator."""

    numerator: int | None
    denominator: int | None
    percent: Decimal | None
    suppressed: bool


class Pay(NamedTuple):
    """The median change of pay of `n` people, in thousandths rounded down."""

    median_permille: int | None
    n: int | None
    suppressed: bool


class Rates(NamedTuple):
    key: str
    demand_match: Rate
    passed_of_started: Rate
    passed_of_tested: Rate
    level_rise: Rate
    employment: Rate
    pay: Pay


class Tables(NamedTuple):
    """The rates of each group along each axis, and those of all together."""

    total: Rates
    along: Mapping[str, Sequence[Rates]]


_RATES: Final = ("demand_match", "passed_of_started", "passed_of_tested", "level_rise", "employment")
TOTAL: Final = "total"


def tables(told: Sequence[QualityCounted], axes: Mapping[str, Callable[[QualityCounted], str]]) -> Tables:
    """The rates along all `axes`. They are hidden together, because the total is the same along each of them."""
    size_min = max([GROUP_SIZE_MIN, *(each.group_size_min for each in told)])
    whole = Sums()
    groups: dict[str, dict[str, Sums]] = {axis: {} for axis in axes}
    for each in told:
        whole.add(each)
        for axis, key in axes.items():
            groups[axis].setdefault(key(each), Sums()).add(each)
    hidden: dict[str, dict[str, set[str]]] = {axis: {} for axis in axes}
    hides_total: set[str] = set()
    for name in (*_RATES, "pay"):
        for axis, of_axis in groups.items():
            sizes = {key: _size(sums, name) for key, sums in of_axis.items()}
            hidden[axis][name] = small(sizes, size_min=size_min)
            if any(sizes[key] for key in hidden[axis][name]) and not _is_safe(hidden[axis][name], sizes, size_min):
                hides_total.add(name)
        if 0 < _size(whole, name) < size_min:
            hides_total.add(name)
    return Tables(
        _rates(TOTAL, whole, hides_total),
        {
            axis: [
                _rates(key, sums, {name for name, keys in hidden[axis].items() if key in keys})
                for key, sums in sorted(of_axis.items())
            ]
            for axis, of_axis in groups.items()
        },
    )


def small(sizes: Mapping[str, int], *, size_min: int) -> set[str]:
    """The groups to hide: those with fewer people than `size_min`, and as many more, the smallest first, as it takes
    until what is hidden cannot be worked out as the total without the others. Empty groups hide nobody.
    """
    hidden = {key for key, size in sizes.items() if 0 < size < size_min}
    shown = sorted((size, key) for key, size in sizes.items() if size >= size_min)
    while hidden and not _is_safe(hidden, sizes, size_min) and shown:
        hidden.add(shown.pop(0)[1])
    return hidden


def _is_safe(hidden: Iterable[str], sizes: Mapping[str, int], size_min: int) -> bool:
    """Whether the total without the shown groups tells of several groups, and of enough people together."""
    of_hidden = [sizes[key] for key in hidden]
    return len(of_hidden) > 1 and sum(of_hidden) >= size_min


def _size(sums: Sums, name: str) -> int:
    if name == "pay":
        return len(sums.pay_changes)
    size: int = getattr(sums, name)[1]
    return size


def _rates(key: str, sums: Sums, hidden: set[str]) -> Rates:
    rates = {name: _rate(*getattr(sums, name), is_hidden=name in hidden) for name in _RATES}
    changes = sorted(sums.pay_changes)
    pay = Pay(None, None, suppressed=True) if "pay" in hidden else Pay(median(changes), len(changes), suppressed=False)
    return Rates(key, **rates, pay=pay)


def _rate(numerator: int, denominator: int, *, is_hidden: bool) -> Rate:
    if is_hidden:
        return Rate(None, None, None, suppressed=True)
    percent = None
    if denominator:
        percent = (Decimal(numerator) * 100 / denominator).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Rate(numerator, denominator, percent, suppressed=False)


def median(changes: Sequence[int]) -> int | None:
    """The middle of `changes`, which are in order, or the mean of the two in the middle, rounded down."""
    if not changes:
        return None
    return (changes[(len(changes) - 1) // 2] + changes[len(changes) // 2]) // 2
