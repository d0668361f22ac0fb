"""Marks, and the rule for passing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from shared.kernel.awards import Award
from shared.kernel.refusals import Invalid

TENTHS_MAX: Final = 1000
"""The full mark of each part: 100 points."""

REVIEWED: Final = frozenset({Award.TECHNICIAN, Award.SENIOR_TECHNICIAN})
"""Awards with a comprehensive review as a third part, where no standard says otherwise. Source: domain rules §3.3."""


class PartMissing(Invalid):
    """Facts: `part`, `award`, `level` (None for an award without one)."""

    slug = "part-missing"
    title_en = "One part of the exam has no mark."
    title_zh = "缺少一个考核科目的成绩。"
    cure_en = "Enter the mark of {part}: it is held for {award} by the occupation's standard or the pass rules."
    cure_zh = "请填写 {part} 的成绩：按职业标准或合格规则，{award} 须考核该科目。"


class PartNotHeld(Invalid):
    """Facts: `part`, `award`, `level` (None for an award without one)."""

    slug = "part-not-held"
    title_en = "Exams for this award do not have this part."
    title_zh = "该等级（证书种类）没有此考核科目。"
    cure_en = "Leave {part} out: neither the occupation's standard nor the pass rules hold it for {award}."
    cure_zh = "请删除 {part}：按职业标准和合格规则，{award} 不考核该科目。"


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


def passes(marks: Marks, award: Award, *, part_tenths_min: int, of_standard: Mapping[str, int] | None = None) -> bool:
    """Whether each part of an exam for `award` reaches its mark; nothing is averaged.

    `of_standard` are the parts of the occupation's standard with their marks; without a standard each part needs
    `part_tenths_min`. Raises PartMissing, PartNotHeld. Source: domain rules §3.3.
    """
    needs_review = award in REVIEWED if of_standard is None else "review" in of_standard
    if needs_review and marks.review is None:
        raise PartMissing(pointer="/review", part="review", **award.codes)
    if not needs_review and marks.review is not None:
        raise PartNotHeld(pointer="/review", part="review", **award.codes)
    parts = {part: mark for part, mark in asdict(marks).items() if mark is not None}
    return all(mark >= (of_standard or {}).get(part, part_tenths_min) for part, mark in parts.items())
