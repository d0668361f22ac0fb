"""Statements: which month can be frozen, and what one says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.subsidy.ledger.rules import PostingVerb
from shared.kernel.money import Fen
from shared.kernel.periods import months_after
from shared.kernel.refusals import Invalid


class StatementKind(StrEnum):
    INSTITUTION = "institution"
    FUND = "fund"


class MonthNotOver(Invalid):
    """Facts: `from_day`, the first day on which it can be frozen."""

    slug = "month-not-over"
    title_en = "The month is not over yet."
    title_zh = "该月份尚未结束。"
    cure_en = "Freeze its statements on {from_day} or later."
    cure_zh = "请于 {from_day} 及以后生成该月对账单。"


@dataclass(frozen=True)
class Statement:
    """What was booked of an institution, or in a budget, until the end of `month` and in no statement before.

    Number 2 and further ones of a month hold what was booked for it later.
    """

    id: UUID
    kind: StatementKind
    institution_id: UUID | None
    budget_id: UUID | None
    region: str
    reporting_region: str
    month: date
    number: int
    postings: int
    sums: Mapping[PostingVerb, Fen]
    """The amounts by what was posted."""
    digest: str
    """SHA-256 of its postings, in hexadecimal."""
    frozen_by: str
    frozen_at: datetime


def end_of(month: date, *, today: date) -> date:
    """The first day after `month`, which is named by its first day. Raises MonthNotOver."""
    after = months_after(month, 1)
    if today < after:
        raise MonthNotOver(pointer="/month", from_day=after.isoformat())
    return after
