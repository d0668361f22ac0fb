"""Sittings: which part of an exam is held in which room, from when to when, and who examines there.

Source: domain rules §3.3, §3.7, §4.6 (C04, C06).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from services.assessment.exams.rules.marks import REVIEWED
from services.assessment.session_rules.rules import Figures
from services.assessment.standards.rules import Exam, Part, PartRule
from shared.kernel.awards import Award
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict, Invalid


class SittingEndsFirst(Invalid):
    slug = "sitting-ends-first"
    title_en = "The sitting ends before it begins."
    title_zh = "考试结束时间早于开始时间。"
    cure_en = "Give an ends_at that is later than begins_at."
    cure_zh = "ends_at 应晚于 begins_at。"


class SittingOnAnotherDay(Invalid):
    """Facts: `held_on`."""

    slug = "sitting-on-another-day"
    title_en = "The sitting is not on the day of the session."
    title_zh = "该场次不在本场考试当日。"
    cure_en = "Plan it on {held_on}, or file a session for the other day."
    cure_zh = "请安排在 {held_on}，其他日期请另行报备一场考试。"


class SittingTooShort(Invalid):
    """Facts: `part`, `minutes`."""

    slug = "sitting-too-short"
    title_en = "The sitting is shorter than its part takes by the occupation's standard."
    title_zh = "考试时间少于职业标准规定的时长。"
    cure_en = "Plan at least {minutes} minutes for {part}."
    cure_zh = "{part} 至少安排 {minutes} 分钟。"


class RoomTwice(Invalid):
    """Facts: `room`."""

    slug = "exam-room-taken"
    title_en = "Two sittings of the session are in one room at the same time."
    title_zh = "同一考场同一时间安排了两个场次。"
    cure_en = "Give one of the sittings in {room} another room or another time."
    cure_zh = "请为 {room} 的其中一个场次更换考场或时间。"


class PartNotPlanned(Invalid):
    """Facts: `part`, `award`, `level` (None for an award without one)."""

    slug = "part-not-planned"
    title_en = "A part of the exam has no sitting."
    title_zh = "有考核科目未安排场次。"
    cure_en = "Plan a sitting for {part}: it is held for {award}."
    cure_zh = "请安排 {part} 的场次：{award} 须考核该科目。"


class SittingNotHeld(Invalid):
    """Facts: `part`, `award`, `level` (None for an award without one)."""

    slug = "sitting-not-held"
    title_en = "A sitting is planned for a part that exams for this award do not have."
    title_zh = "为该等级（证书种类）不考核的科目安排了场次。"
    cure_en = "Leave the sitting of {part} out: it is not held for {award}."
    cure_zh = "请删除 {part} 的场次：{award} 不考核该科目。"


class GroupTooSmall(Invalid):
    """Facts: `part`, `room`, `size_min`."""

    slug = "examiners-too-few"
    title_en = "Too few examiners are assigned to a room."
    title_zh = "考场配备的考评人员不足。"
    cure_en = "Assign at least {size_min} examiners to {part} in {room}."
    cure_zh = "{room} 的 {part} 至少配备 {size_min} 名考评人员。"


class PanelEven(Invalid):
    """Facts: `room`."""

    slug = "review-panel-even"
    title_en = "A review panel needs an odd number of examiners."
    title_zh = "综合评审组人数应为单数。"
    cure_en = "Add an examiner to the panel in {room}, or take one out."
    cure_zh = "请为 {room} 的评审组增加或减少一名考评人员。"


class SupervisorsTooFew(Invalid):
    """Facts: `supervisors_min`."""

    slug = "supervisors-too-few"
    title_en = "Too few quality supervisors are assigned to the session."
    title_zh = "本场考试配备的质量督导员不足。"
    cure_en = "Assign at least {supervisors_min}."
    cure_zh = "至少配备 {supervisors_min} 名质量督导员。"


class SeatsTooFew(Conflict):
    """Facts: `part`, `seats`, `candidates`."""

    slug = "exam-seats-too-few"
    title_en = "The rooms have fewer seats than the session has candidates."
    title_zh = "考场座位数少于考生人数。"
    cure_en = "Plan more seats for {part}: {candidates} candidates, {seats} seats."
    cure_zh = "请增加 {part} 的座位：考生 {candidates} 人，座位 {seats} 个。"


@dataclass(frozen=True, slots=True)
class Sitting:
    """One part in one room. `examiners` are ids of the topic examiners, in the order given."""

    part: Part
    room: str
    begins_at: datetime
    ends_at: datetime
    seats: int
    examiners: tuple[UUID, ...]

    def meets(self, begins_at: datetime, ends_at: datetime) -> bool:
        """Whether it shares any time with the given hours; adjacent ones do not meet."""
        return self.begins_at < ends_at and begins_at < self.ends_at


class Hours(NamedTuple):
    """When a person is taken."""

    begins_at: datetime
    ends_at: datetime


_DEFAULT: Final = (Part.THEORY, Part.SKILLS)


def parts_of(exam: Exam | None, award: Award) -> dict[Part, PartRule | None]:
    """The parts of an exam for `award` by the occupation's standard, or else those that every exam has."""
    if exam is not None:
        return {each.part: each for each in exam.level.parts}
    return dict.fromkeys((*_DEFAULT, Part.REVIEW) if award in REVIEWED else _DEFAULT)


def require_sound(
    sittings: Sequence[Sitting], *, held_on: date, award: Award, parts: Mapping[Part, PartRule | None]
) -> None:
    """Check that `sittings` hold each of `parts`, on the day, long enough, and one at a time in a room.

    Raises SittingEndsFirst, SittingOnAnotherDay, SittingNotHeld, SittingTooShort, PartNotPlanned, RoomTwice.
    """
    for place, each in enumerate(sittings):
        at = f"/sittings/{place}"
        if each.ends_at <= each.begins_at:
            raise SittingEndsFirst(pointer=f"{at}/ends_at")
        if {business_day(each.begins_at), business_day(each.ends_at)} != {held_on}:
            raise SittingOnAnotherDay(pointer=f"{at}/begins_at", held_on=held_on.isoformat())
        if each.part not in parts:
            raise SittingNotHeld(pointer=f"{at}/part", part=each.part.value, **award.codes)
        rule = parts[each.part]
        minutes = 0 if rule is None else rule.minutes or 0
        if each.ends_at - each.begins_at < timedelta(minutes=minutes):
            raise SittingTooShort(pointer=f"{at}/ends_at", part=each.part.value, minutes=minutes)
        if any(other.room == each.room and other.meets(each.begins_at, each.ends_at) for other in sittings[:place]):
            raise RoomTwice(pointer=f"{at}/room", room=each.room)
    for part in parts:
        if sittings and part not in {each.part for each in sittings}:
            raise PartNotPlanned(pointer="/sittings", part=part.value, **award.codes)


def group_size_min(part: Part, seats: int, figures: Figures) -> int:
    """The least number of examiners in a room with so many seats. Source: domain rules §3.3."""
    match part:
        case Part.THEORY:
            by_seats = -(-seats // max(1, figures.group_theory_seats_per_examiner_max))
            return max(figures.group_theory_size_min, by_seats)
        case Part.SKILLS:
            return figures.group_skills_size_min
        case Part.REVIEW:
            return figures.group_review_size_min


def require_groups(sittings: Sequence[Sitting], supervisors: Collection[UUID], figures: Figures) -> None:
    """Check the number of examiners in each room, and of supervisors.

    Raises GroupTooSmall, PanelEven, SupervisorsTooFew. Source: domain rules §3.3, §3.7.
    """
    for place, each in enumerate(sittings):
        size_min, at = group_size_min(each.part, each.seats, figures), f"/sittings/{place}/examiners"
        if len(set(each.examiners)) < size_min:
            raise GroupTooSmall(pointer=at, part=each.part.value, room=each.room, size_min=size_min)
        if each.part is Part.REVIEW and figures.group_review_odd and len(set(each.examiners)) % 2 == 0:
            raise PanelEven(pointer=at, room=each.room)
    if sittings and len(set(supervisors)) < figures.group_supervisors_min:
        raise SupervisorsTooFew(pointer="/supervisors", supervisors_min=figures.group_supervisors_min)


def require_seats(sittings: Iterable[Sitting], *, candidates: int) -> None:
    """Check that every part has a seat for each candidate. Raises SeatsTooFew."""
    seats: dict[Part, int] = {}
    for each in sittings:
        seats[each.part] = seats.get(each.part, 0) + each.seats
    for part, number in seats.items():
        if number < candidates:
            raise SeatsTooFew(part=part.value, seats=number, candidates=candidates)


def clash(sittings: Iterable[Sitting], taken: Iterable[Hours]) -> Hours | None:
    """The hours for which a person who sits every part cannot come: no sitting of some part is free of them.

    Of several sittings of a part a candidate sits one.
    """
    by_part: dict[Part, list[Sitting]] = {}
    for each in sittings:
        by_part.setdefault(each.part, []).append(each)
    taken = list(taken)
    for group in by_part.values():
        met = [next((hours for hours in taken if each.meets(*hours)), None) for each in group]
        if all(hours is not None for hours in met):
            return met[0]
    return None


def sure_hours(sittings: Sequence[Sitting]) -> list[Hours]:
    """The hours at which each candidate of a session sits: those of parts with one sitting only."""
    parts = [each.part for each in sittings]
    return [Hours(each.begins_at, each.ends_at) for each in sittings if parts.count(each.part) == 1]
