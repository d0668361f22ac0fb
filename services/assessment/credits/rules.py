"""Conversion of credits, both ways, by dated rows of each school; a use can be taken back. Source: rules §5.5."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.assessment.pass_rules.rules import NATIONAL
from shared.dated_rules.rules import DatedValue, holding, require_room
from shared.kernel.awards import Award
from shared.kernel.refusals import Conflict


class Direction(StrEnum):
    TO_CREDITS = "to_credits"
    """A certificate counts as courses of the school."""
    TO_AWARD = "to_award"
    """Courses of the school count towards an award."""


class NoConversion(Conflict):
    """Facts: `occupation`, `award`, `level` (None for an award without one), `day`."""

    slug = "no-credit-conversion"
    title_en = "No rule of this school converts that on this day."
    title_zh = "该校在所涉日期没有相应的学分互认规则。"
    cure_en = "Look at the school's rules for {occupation}, {award}; the province enters them."
    cure_zh = "请查询该校关于 {occupation}、{award} 的学分互认规则；规则由省级录入。"
    reference = "GET /v1/credit-rules"


class CreditsUsed(Conflict):
    """Facts: `use_id`."""

    slug = "credits-already-used"
    title_en = "The school has converted this for the person once already."
    title_zh = "该校已为该人办理过同一项学分互认，不能重复使用。"
    cure_en = "See use {use_id}; one that was a mistake is taken back first."
    cure_zh = "见记录 {use_id}；办理有误的，请先撤回。"
    reference = "POST /v1/credit-uses/{use_id}/withdrawal"


class UseWithdrawn(Conflict):
    slug = "credit-use-withdrawn"
    title_en = "The use was taken back already."
    title_zh = "该互认记录已撤回。"
    cure_en = "Record it again if it is right after all."
    cure_zh = "如确应互认，请重新办理。"


@dataclass(frozen=True, kw_only=True)
class CreditRow(DatedValue):
    """One course of a school that an award stands for, or that counts towards it. `tenths` 0: nothing holds."""

    direction: Direction
    school_id: UUID
    occupation: str
    award: Award
    course: str
    tenths: int
    status: str
    source: str

    @property
    def region(self) -> str:
        """Where it holds: in the school, wherever that lies."""
        return NATIONAL

    @property
    def subject(self) -> tuple[Direction, UUID, str, Award, str]:
        return self.direction, self.school_id, self.occupation, self.award, self.course

    @property
    def rule(self) -> str:
        return f"credits.{self.direction}"

    @property
    def is_end(self) -> bool:
        return self.tenths == 0


class Course(NamedTuple):
    """A course with its credits, in tenths, and the row that says so."""

    course: str
    tenths: int
    rule: str


@dataclass(frozen=True)
class CreditUse:
    id: UUID
    direction: Direction
    school_id: UUID
    person: UUID
    certificate_id: UUID | None
    occupation: str
    award: Award
    courses: tuple[Course, ...]
    used_by: str
    used_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawal_reason: str | None = None
    version: int = 1


def require_sound(row: CreditRow, others: Iterable[CreditRow]) -> None:
    """Raises RowOverlaps."""
    require_room(row, others)


def courses_on(
    rows: Iterable[CreditRow],
    direction: Direction,
    school_id: UUID,
    *,
    occupation: str,
    award: Award,
    taken: Sequence[str] | None,
    day: date,
) -> tuple[Course, ...]:
    """The courses of the school that the rows of `day` name; with `taken`, only these. Raises NoConversion."""
    found = [
        Course(row.course, row.tenths, row.id)
        for row in holding(rows, on=day).values()
        if (row.direction, row.school_id, row.occupation, row.award) == (direction, school_id, occupation, award)
        and (taken is None or row.course in taken)
    ]
    if not found or (taken is not None and len(found) < len(set(taken))):
        raise NoConversion(occupation=occupation, day=day.isoformat(), **award.codes)
    return tuple(sorted(found))


def withdraw(use: CreditUse, *, by: str, reason: str, at: datetime) -> CreditUse:
    """Take a use back, so that it can be made again. Raises UseWithdrawn."""
    if use.withdrawn_at is not None:
        raise UseWithdrawn
    return replace(use, withdrawn_by=by, withdrawn_at=at, withdrawal_reason=reason, version=use.version + 1)
