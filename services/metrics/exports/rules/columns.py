"""The columns of an export, and what each of them means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from services.metrics.measures.rules.about import ABOUT
from shared.kernel.refusals import Invalid

ROWS_MAX: Final = 100_000


class ExportTooLarge(Invalid):
    """Facts: `rows_max`."""

    slug = "export-too-large"
    title_en = "The file would have more than {rows_max} rows."
    title_zh = "导出结果超过 {rows_max} 行。"
    cure_en = "Ask for fewer dimensions, a shorter period, or one region at a time."
    cure_zh = "请减少维度、缩短时段，或按地区分别导出。"


class Column(NamedTuple):
    """A column of the dictionary: `type` is text, date, boolean or integer."""

    code: str
    type: str
    unit: str
    name_zh: str
    name_en: str
    rule_zh: str
    rule_en: str


NAMED: Final = {"programme": "programmes", "region": "regions", "county": "regions"}
"""Dimensions beside whose code stands its Chinese name, and what kind of name that is."""
_DIMENSIONS: Final = (
    Column("programme", "text", "", "专项", "Programme", "计划中的编码", "Its code in the plan"),
    Column(
        "department", "text", "", "部门", "Department", "该专项的首要责任部门", "The first that leads the programme"
    ),
    Column("region", "text", "", "上报地区", "Reporting region", "行政区划代码", "Its code"),
    Column("county", "text", "", "县（市、区）", "County", "行政区划代码", "Its code"),
    Column(
        "level",
        "integer",
        "",
        "等级序",
        "Level",
        "1 至 8，高者为大；无等级的为空",
        "Its rank, 1 to 8; empty without one",
    ),
    Column("award", "text", "", "证书种类", "Award", "等级或其他证书的编码", "The code of the level or other award"),
    Column(
        "group", "text", "", "重点群体", "Priority group", "priority 或 other；未说明的为空", "Empty where not said"
    ),
    Column("kind", "text", "", "机构类别", "Kind", "培训或评价机构的类别", "Of the institution or assessment body"),
    Column("fund_source", "text", "", "资金来源", "Source of funds", "none 表示无补贴资金", "none: nobody's subsidy"),
    Column("subsidy_kind", "text", "", "补贴种类", "Kind of subsidy", "只用于资金", "of money alone"),
    Column("subsidised", "boolean", "", "补贴性", "Subsidised", "班级有无资金来源", "Whether the class has a source"),
    Column("day", "date", "", "日", "Day", "", ""),
    Column("week", "date", "", "周", "Week", "所在周的星期一", "The Monday with which it begins"),
    Column("month", "date", "", "月", "Month", "该月第一天", "Its first day"),
    Column("year", "date", "", "年", "Year", "该年第一天", "Its first day"),
)
_MEASURES: Final = tuple(
    Column(code, "integer", each.unit, each.name_zh, each.name_en, each.rule_zh, each.rule_en)
    for code, each in ABOUT.items()
)


def dictionary() -> list[Column]:
    """Every column that an export may have, in the order of their places."""
    found: list[Column] = []
    for each in _DIMENSIONS:
        found.append(each)
        if each.code in NAMED:
            named = (f"{each.name_zh}名称", f"Name of the {each.name_en.lower()}")
            found.append(Column(f"{each.code}_name", "text", "", *named, "", ""))
    return [*found, *_MEASURES]


def columns(by: Sequence[str]) -> list[str]:
    """The columns of an export cut `by`: always in the same order, whatever the order in `by`."""
    asked = {*by, *(f"{each}_name" for each in by if each in NAMED), *ABOUT}
    return [each.code for each in dictionary() if each.code in asked]


def cells(row: Mapping[str, Any], of: Sequence[str], names: Mapping[str, Mapping[str, str]]) -> list[str | int]:
    """The cells of a row of totals; what is not known is empty."""
    return [_cell(row, column, names) for column in of]


def _cell(row: Mapping[str, Any], column: str, names: Mapping[str, Mapping[str, str]]) -> str | int:
    dimension = column.removesuffix("_name")
    if column != dimension:
        return names[NAMED[dimension]].get(row[dimension], "")
    value = row[column]
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, int) else str(value)
