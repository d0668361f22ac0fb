"""Marks, and the rule for passing."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Final, NamedTuple

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


class PartKept(Invalid):
    """Facts: `part`, `until`."""

    slug = "part-kept"
    title_en = "The candidate has passed this part before, and it is kept."
    title_zh = "该考生此科目以前已合格，成绩在保留期内。"
    cure_en = "Leave {part} out: the mark of the earlier exam counts until {until}."
    cure_zh = "请不填 {part}：原合格成绩保留至 {until}，本场无需再考。"


class Marks(NamedTuple):
    """The marks of each part, in tenths of a point, 0 to 1000; None for a part without one."""

    theory: int | None = None
    skills: int | None = None
    review: int | None = None

    @classmethod
    def of_points(cls, points: Mapping[str, float | None]) -> Marks:
        """The marks that `points` gave."""
        return cls(**{part: None if mark is None else round(mark * 10) for part, mark in points.items()})

    @property
    def points(self) -> dict[str, float | None]:
        """The marks in points, by part."""
        return {part: None if mark is None else mark / 10 for part, mark in self._all()}

    @property
    def given(self) -> dict[str, int]:
        """The parts that have a mark, with it."""
        given = {}
        if self.theory is not None:
            given["theory"] = self.theory
        if self.skills is not None:
            given["skills"] = self.skills
        if self.review is not None:
            given["review"] = self.review
        return given

    def _all(self) -> tuple[tuple[str, int | None], ...]:
        return (("theory", self.theory), ("skills", self.skills), ("review", self.review))


def parts_of(award: Award, *, part_tenths_min: int, of_standard: Mapping[str, int] | None = None) -> dict[str, int]:
    """The parts of an exam for `award`, with the mark that each needs.

    `of_standard` are those of the occupation's standard with their marks; without a standard each part needs
    `part_tenths_min`. Source: domain rules §3.3.
    """
    if of_standard is not None:
        return dict(of_standard)
    held = ("theory", "skills", "review") if award in REVIEWED else ("theory", "skills")
    return dict.fromkeys(held, part_tenths_min)


def passes(marks: Marks, award: Award, *, part_tenths_min: int, of_standard: Mapping[str, int] | None = None) -> bool:
    """Whether each part of an exam for `award` reaches its mark; nothing is averaged.

    Raises PartMissing, PartNotHeld. Source: domain rules §3.3.
    """
    parts, given = parts_of(award, part_tenths_min=part_tenths_min, of_standard=of_standard), marks.given
    for part in parts:
        if part not in given:
            raise PartMissing(pointer=f"/{part}", part=part, **award.codes)
    for part in given:
        require_held(part, parts, award)
    return all(given[part] >= needed for part, needed in parts.items())


def require_held(part: str, parts: Container[str], award: Award) -> None:
    """Raises PartNotHeld."""
    if part not in parts:
        raise PartNotHeld(pointer=f"/{part}", part=part, **award.codes)
