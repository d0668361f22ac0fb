"""A figure of an indicator that no fact feeds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from shared.kernel.refusals import Conflict, Invalid

KIND: Final = "figure"
"""The kind of the proposals by which a figure is entered."""

OPENING: Final = {"skilled": "opening_skilled", "high_skilled": "opening_high_skilled"}
"""What is entered of a plan's year besides indicators: the stocks at the end of the year before."""


class Figure(NamedTuple):
    """What an indicator had reached on a day, by whose word."""

    plan: str
    indicator: str
    value: Decimal
    as_of: date
    source: str
    proposed_by: str
    confirmed_by: str
    confirmed_at: datetime


class IndicatorIsCounted(Conflict):
    slug = "indicator-is-counted"
    title_en = "This indicator is counted from facts, so no figure is entered for it."
    title_zh = "该指标由业务数据自动统计，不能手工填报。"
    cure_en = "Correct the record that is counted."
    cure_zh = "如数据有误，请更正相应业务记录。"


class UnknownIndicator(Invalid):
    """Facts: `known`."""

    slug = "unknown-indicator"
    title_en = "The plan has no such indicator."
    title_zh = "计划中没有该指标。"
    cure_en = "Use one of these: {known}."
    cure_zh = "请使用以下取值之一：{known}。"
