"""Marks, and the rule for passing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.kernel.awards import Award
from shared.kernel.refusals import Invalid

TENTHS_MAX: Final = 1000
"""The full mark of each part: 100 points."""

REVIEWED: Final = frozenset({Award.TECHNICIAN, Award.SENIOR_TECHNICIAN})
"""Awards with a comprehensive review as a third part: no region decides that. Source: domain rules §3.3."""


class PartMissing(Invalid):
    """Facts: `part`, `award`, `level` (None for an award without one)."""

    slug = "part-missing"
    title_en = "One part of the exam has no mark."
    title_zh = "缺少一个考核科目的成绩。"
    cure_en = "Enter the mark of {part}: technicians and senior technicians also need a comprehensive review."
    cure_zh = "请填写 {part} 的成绩：技师、高级技师另须综合评审。"


class PartNotHeld(Invalid):
    """Facts: `part`, `award`, `level` (None for an award without one)."""

    slug = "part-not-held"
    title_en = "Exams for this award do not have this part."
    title_zh = "该等级（证书种类）没有此考核科目。"
    cure_en = "Leave {part} out; only technicians and senior technicians have a comprehensive review."
    cure_zh = "请删除 {part}；仅技师、高级技师进行综合评审。"


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of each part, in tenths of a point, 0 to 1000; `review` is None below technician."""

    theory: int
    skills: int
    review: int | None = None

    @classmethod
    def of_points(cls, points: Mapping[str, float | None]) -> Marks:
        """The marks that `points` gave."""
        return cls(**{part: None if mark is None else round(mark * 10) for part, mark in points.items()})  # type: ignore[arg-type]

    @property
    def points(self) -> dict[str, float | None]:
        """The marks in points, by part."""
        review = None if self.review is None else self.review / 10
        return {"theory": self.theory / 10, "skills": self.skills / 10, "review": review}


def passes(marks: Marks, award: Award, *, part_tenths_min: int) -> bool:
    """Whether each part of an exam for `award` reaches the pass mark; nothing is averaged.

    Raises PartMissing, PartNotHeld. Source: domain rules §3.3.
    """
    needs_review = award in REVIEWED
    if needs_review and marks.review is None:
        raise PartMissing(pointer="/review", part="review", **award.codes)
    if not needs_review and marks.review is not None:
        raise PartNotHeld(pointer="/review", part="review", **award.codes)
    parts = (marks.theory, marks.skills) if marks.review is None else (marks.theory, marks.skills, marks.review)
    return min(parts) >= part_tenths_min
