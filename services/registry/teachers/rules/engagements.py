"""Engagements: where a teacher works, on which days, and whether full time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from shared.contracts.registry.teachers import EngagementCorrected, EngagementEnded, EngagementState, TeacherEngaged
from shared.dated_entries.endings import Ending, NotEnded
from shared.kernel.periods import Period
from shared.kernel.refusals import Conflict

F = TypeVar("F", bound=EngagementState)


class TooManyInstitutions(Conflict):
    """Facts: `institutions_max`."""

    slug = "teacher-at-too-many-institutions"
    title_en = "The teacher would be engaged at too many institutions on some of these days."
    title_zh = "该教师在所涉期间任教的培训机构数量超过规定上限。"
    cure_en = "A teacher can be engaged at {institutions_max} institutions at most; end another engagement first."
    cure_zh = "一名教师同一时间最多在 {institutions_max} 家机构任教，请先结束其他机构的聘用。"
    check = "C06"


class FullTimeElsewhere(Conflict):
    slug = "teacher-full-time-elsewhere"
    title_en = "The teacher already works full time for another institution on some of these days."
    title_zh = "该教师在所涉期间已登记为其他机构的专职教师。"
    cure_en = (
        "Engage the teacher part time, or ask the other institution to end or correct its engagement first; a teacher "
        "can work full time for only one institution at a time. Officers of the county see all engagements."
    )
    cure_zh = (
        "一名教师同一时间只能在一家机构专职任教。请登记为兼职，或由其他机构先结束或更正其聘用记录；"
        "县区工作人员可查询该教师的全部聘用记录。"
    )
    check = "C06"


class EngagedAlready(Conflict):
    """Facts: `engagement`, the existing one."""

    slug = "teacher-engaged-already"
    title_en = "The teacher is already engaged at your institution on some of these days."
    title_zh = "该教师在所涉期间已受聘于本机构。"
    cure_en = "Use engagement {engagement}, or end it first and begin the new engagement on a later day."
    cure_zh = "请沿用聘用记录 {engagement}；如需变更，请先结束原聘用，再自次日起新增。"


class EngagementOver(Conflict):
    """Facts: `last_on`."""

    slug = "engagement-over"
    title_en = "The engagement has already ended, on an earlier day."
    title_zh = "该聘用已在更早的日期结束。"
    cure_en = "It ended on {last_on}; if the teacher has returned, register a new engagement."
    cure_zh = "该聘用已于 {last_on} 结束；教师再次任教的，请重新登记聘用。"


class LessonsLeft(Conflict):
    """Facts: `classes` with lessons of the teacher after that day, and `lessons`, their number."""

    slug = "lessons-left"
    title_en = "The teacher has lessons at your institution after that day."
    title_zh = "该教师在该日期之后仍有已排定的课程。"
    cure_en = "First assign the teacher's {lessons} lessons in these classes to other teachers: {classes}."
    cure_zh = "请先将以下班级的 {lessons} 节后续课程改由其他教师承担：{classes}。"


@dataclass(frozen=True)
class Engagement:
    id: UUID
    teacher_id: UUID
    institution_id: UUID
    local_id: str
    full_time: bool
    engaged: Period
    version: int = 1

    def same_as(self, other: Engagement) -> bool:
        """Whether `other` describes the same engagement."""
        return replace(other, id=self.id, version=self.version) == self


def require_possible(engagement: Engagement, others: Collection[Engagement], *, institutions_max: int) -> None:
    """Check a new `engagement` against the teacher's `others`.

    Raises EngagedAlready, TooManyInstitutions (C06), FullTimeElsewhere (C06). Source: domain rules §5.2 [28].
    """
    meeting = [each for each in others if each.engaged.overlaps(engagement.engaged)]
    for each in meeting:
        if each.institution_id == engagement.institution_id:
            raise EngagedAlready(pointer="/first_on", engagement=each.id)
    # The number of concurrent engagements is highest on a day when one of them begins.
    days = [engagement.engaged.first, *(max(each.engaged.first, engagement.engaged.first) for each in meeting)]
    if any(1 + sum(each.engaged.contains(day) for each in meeting) > institutions_max for day in days):
        raise TooManyInstitutions(institutions_max=institutions_max)
    _require_one_full_time(engagement, meeting)


def engage(engagement: Engagement, *, at: datetime) -> TeacherEngaged:
    """The fact that a new `engagement` begins."""
    return _fact(TeacherEngaged, engagement, at=at)


def end(engagement: Engagement, *, last_on: date, at: datetime) -> tuple[Engagement, EngagementEnded]:
    """End an engagement on `last_on`. Raises EngagementOver, PeriodEndsBeforeStart."""
    ended = engagement.engaged.last
    if ended is not None and ended <= last_on:
        raise EngagementOver(pointer="/last_on", last_on=ended.isoformat())
    period = Period(engagement.engaged.first, last_on)
    after = replace(engagement, engaged=period, version=engagement.version + 1)
    return after, _fact(EngagementEnded, after, at=at)


def reinstate(
    engagement: Engagement,
    ending: Ending | None,
    others: Collection[Engagement],
    *,
    institutions_max: int,
    at: datetime,
) -> tuple[Engagement, EngagementCorrected]:
    """Take back the `ending` of an engagement: it lasts to its former last day.

    Raises NotEnded, EngagedAlready, TooManyInstitutions (C06), FullTimeElsewhere (C06).
    """
    if ending is None:
        raise NotEnded
    period = Period(engagement.engaged.first, ending.former_last_on)
    after = replace(engagement, engaged=period, version=engagement.version + 1)
    require_possible(after, [each for each in others if each.id != after.id], institutions_max=institutions_max)
    return after, _fact(EngagementCorrected, after, at=at)


def correct(
    engagement: Engagement, others: Collection[Engagement], *, full_time: bool, at: datetime
) -> tuple[Engagement, EngagementCorrected]:
    """Correct whether the teacher works full time. Raises FullTimeElsewhere (C06)."""
    after = replace(engagement, full_time=full_time, version=engagement.version + 1)
    _require_one_full_time(after, [each for each in others if each.engaged.overlaps(after.engaged)])
    return after, _fact(EngagementCorrected, after, at=at)


def give_to(engagement: Engagement, teacher_id: UUID, *, at: datetime) -> tuple[Engagement, EngagementCorrected]:
    """The engagement as one of another entry of the pool, which is the same person."""
    after = replace(engagement, teacher_id=teacher_id, version=engagement.version + 1)
    return after, _fact(EngagementCorrected, after, at=at)


def restore(
    engagement: Engagement, others: Collection[Engagement], *, last_on: date | None, at: datetime
) -> tuple[Engagement, EngagementCorrected] | None:
    """The engagement with its former last day; None if another of `others` at the institution, or a full-time one
    elsewhere beside a full-time one, stands on the days that it would get back.
    """
    after = replace(engagement, engaged=Period(engagement.engaged.first, last_on), version=engagement.version + 1)
    meeting = [each for each in others if each.id != after.id and each.engaged.overlaps(after.engaged)]
    for each in meeting:
        if each.institution_id == after.institution_id or (each.full_time and after.full_time):
            return None
    return after, _fact(EngagementCorrected, after, at=at)


def changed(before: Engagement, after: Engagement) -> dict[str, object]:
    """The old values that a correction stores of the engagement."""
    if before.full_time is after.full_time:
        return {}
    return {"full_time": {"from": before.full_time, "to": after.full_time}}


def _require_one_full_time(engagement: Engagement, meeting: Iterable[Engagement]) -> None:
    foreign = (each for each in meeting if each.institution_id != engagement.institution_id)
    if engagement.full_time and any(each.full_time for each in foreign):
        raise FullTimeElsewhere(pointer="/full_time")


def _fact(fact: type[F], engagement: Engagement, *, at: datetime) -> F:
    return fact(
        subject=f"engagements/{engagement.id}",
        version=engagement.version,
        at=at,
        engagement_id=engagement.id,
        teacher_id=engagement.teacher_id,
        institution_id=engagement.institution_id,
        full_time=engagement.full_time,
        first_on=engagement.engaged.first,
        last_on=engagement.engaged.last,
    )
