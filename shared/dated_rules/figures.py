"""Figures: rows of a key, a value as text and a region, of which the nearest region's decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from shared.dated_rules.rules import DatedValue, holding
from shared.kernel.refusals import Conflict, Invalid


class PolicyUnset(Conflict):
    """No row gives a figure that a rule needs for a day and a place. Facts: `key`, `day`."""

    slug = "policy-unset"
    title_en = "No policy row is valid on that day."
    title_zh = "所涉日期没有生效的政策参数。"
    cure_en = "Ask the province to enter a row for {key} that is valid on {day}."
    cure_zh = "请由省级管理人员补充 {key} 在 {day} 有效的政策参数。"


class UnknownPolicyKey(Invalid):
    """Facts: `known`."""

    slug = "unknown-policy-key"
    title_en = "No rule uses this key."
    title_zh = "没有规则使用该政策参数。"
    cure_en = "Use one of the keys in use: {known}."
    cure_zh = "规则所使用的参数名：{known}。"


class WrongPolicyValue(Invalid):
    """Facts: `key`, `expected`."""

    slug = "wrong-policy-value"
    title_en = "The value has the wrong format for this key."
    title_zh = "参数值的格式与该参数不符。"
    cure_en = "Write the value of {key} like this: {expected}."
    cure_zh = "请按以下格式填写 {key}：{expected}。"


@dataclass(frozen=True, kw_only=True)
class FigureRow(DatedValue):
    """One figure: `value` as text, valid on the days of `validity` in `region` and below; None: none holds there."""

    key: str
    value: str | None
    region: str
    status: str
    source: str
    note: str | None = None
    """What it is about, where the key does not say it: the name of a holiday."""

    @property
    def subject(self) -> tuple[str, str]:
        return self.key, self.region

    @property
    def rule(self) -> str:
        return self.key

    @property
    def is_end(self) -> bool:
        return self.value is None


def nearest(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> dict[str, FigureRow]:
    """The row of each key that decides on `day` at the first of `region_and_above`: that of the nearest region."""
    found: dict[str, FigureRow] = {}
    places = {code: distance for distance, code in enumerate(region_and_above)}
    for row in holding((each for each in rows if each.region in places), on=day).values():
        found[row.key] = min(row, found.get(row.key, row), key=lambda each: places[each.region])
    return found


class Form(NamedTuple):
    read: Callable[[str], object]
    expected: str


class Forms:
    """How the value of each key is written: by the types of the fields that the keys fill, and of further keys."""

    def __init__(self, fields: Mapping[str, object], further: Mapping[str, object] | None = None) -> None:
        types = {name.replace("_", ".", 1): type_ for name, type_ in fields.items()} | dict(further or {})
        self._forms: Final = {key: _OF_TYPE[type_] for key, type_ in types.items()}

    def read_figure(self, key: str, value: str) -> object:
        """`value` as the type that `key` has. Raises UnknownPolicyKey, WrongPolicyValue."""
        form = self._forms.get(key)
        if form is None:
            raise UnknownPolicyKey(pointer="/key", known=sorted(self._forms))
        try:
            return form.read(value)
        except (ValueError, KeyError, InvalidOperation):
            pass
        raise WrongPolicyValue(pointer="/value", key=key, expected=form.expected)

    def fill(self, keys: Mapping[str, str], figures: Mapping[str, str | None], *, day: date) -> dict[str, Any]:
        """The values of the fields that `keys` names, from the text of each key on `day`. Raises PolicyUnset."""
        values: dict[str, Any] = {}
        for key, name in keys.items():
            figure = figures.get(key)
            if figure is None:
                raise PolicyUnset(key=key, day=day.isoformat())
            values[name] = self.read_figure(key, figure)
        return values


def _share(value: str) -> Decimal:
    share = Decimal(value)
    if not 0 <= share <= 1:
        raise ValueError
    return share


def _count(value: str) -> int:
    count = int(value)
    if count < 0:
        raise ValueError
    return count


_OF_TYPE: Final[Mapping[object, Form]] = {
    Decimal: Form(_share, "a fraction from 0 to 1, such as 0.80"),
    bool: Form(lambda value: {"yes": True, "no": False}[value], "yes or no"),
    date: Form(date.fromisoformat, "a day, such as 2000-01-01"),
    time: Form(time.fromisoformat, "a time of day, such as 06:00"),
    int: Form(_count, "a whole number, 0 or more"),
    int | None: Form(lambda value: _count(value) if value else None, "a whole number, 0 or more, or nothing"),
}
