"""Overlaps: a person is in at most one class on any day, across all institutions (C04)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.kernel.refusals import Conflict


class OverlappingClass(Conflict):
    """Facts: `first_on`, `last_on`, the days in the other class; its `local_id` if that class is the caller's own."""

    slug = "overlapping-class"
    title_en = "This person is in another class on some of these days."
    title_zh = "该人员在所涉日期已参加其他培训班，时间重叠。"
    cure_en = "Choose a class that does not overlap {first_on} to {last_on}, or end the other training first."
    cure_zh = "请选择不与 {first_on} 至 {last_on} 重叠的班级，或先为其办理另一培训的退学、休学。"
    check = "C04"


class OccupiedDays(NamedTuple):
    """The days that an enrolment occupies, both included; there are none if the last is before the first.

    `is_seated`: the enrolment was neither withdrawn nor transferred.
    """

    enrolment_id: UUID
    class_id: UUID
    institution_id: UUID
    person: UUID
    local_id: str
    from_on: date
    until_on: date
    is_seated: bool = True

    def overlaps(self, from_on: date, until_on: date) -> bool:
        """Whether any of these days is one from `from_on` to `until_on`."""
        return overlaps((self.from_on, self.until_on), (from_on, until_on))


def overlaps(one: tuple[date, date], other: tuple[date, date]) -> bool:
    """Whether two spans of days, both ends included, have a day in common; a span that ends before it starts has none.

    Source: domain rules §4.6 C04 (whole days, not lessons).
    """
    return one[0] <= one[1] and other[0] <= other[1] and one[0] <= other[1] and other[0] <= one[1]


def require_free(taken: Iterable[OccupiedDays], *, from_on: date, until_on: date, institution_id: UUID) -> None:
    """Raises OverlappingClass if any of the days `taken` lies in the period from `from_on` to `until_on`."""
    for each in taken:
        if each.overlaps(from_on, until_on):
            raise overlap_with(each, institution_id=institution_id)


def overlap_with(taken: OccupiedDays, *, institution_id: UUID, pointer: str | None = None) -> OverlappingClass:
    """The refusal for `institution_id` of an overlap with `taken`; of other institutions it shows the days only."""
    facts = {"first_on": taken.from_on.isoformat(), "last_on": taken.until_on.isoformat()}
    if taken.institution_id == institution_id:
        facts["local_id"] = taken.local_id
    return OverlappingClass(pointer=pointer, **facts)
