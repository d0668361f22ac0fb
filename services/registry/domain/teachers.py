"""The teacher pool (师资库): what teachers may teach, by which papers, and at which institutions from when to when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from shared.contracts.registry import EngagementEnded, EngagementState, TeacherEngaged, TeacherListed
from shared.kernel.identity import IdentityDocument
from shared.kernel.periods import Period
from shared.kernel.refusals import Conflict, Invalid

F = TypeVar("F", bound=EngagementState)


class TeacherTooOld(Invalid):
    """Facts: `age_max`, on the day `on`. The age itself is not told."""

    slug = "teacher-too-old"
    title_en = "On that day the teacher is older than a teacher of the programme may be."
    title_zh = "该教师在所涉日期已超过规定的任教年龄上限。"
    cure_en = "Teachers are at most `age_max` years old on `on`; let somebody else teach."
    cure_zh = "教师在 `on` 当日的年龄不得超过 `age_max` 周岁，请另行安排教师。"


class TooManyInstitutions(Conflict):
    """Facts: `institutions_max`."""

    slug = "teacher-at-too-many-institutions"
    title_en = "On some of those days the teacher would teach at more institutions than one person may."
    title_zh = "该教师在所涉期间任教的培训机构数量超过规定上限。"
    cure_en = "A teacher is engaged at no more than `institutions_max` institutions at once; end another one first."
    cure_zh = "一名教师同一时间最多在 `institutions_max` 家机构任教，请先结束其他机构的聘用。"
    check = "C06"


class EngagedAlready(Conflict):
    """Facts: `engagement`, the one that stands."""

    slug = "teacher-engaged-already"
    title_en = "The teacher is engaged at your institution on some of those days already."
    title_zh = "该教师在所涉期间已受聘于本机构。"
    cure_en = "Use the engagement in `engagement`, or end it first and begin the new one on a later day."
    cure_zh = "请沿用 `engagement` 所示的聘用记录；如需变更，请先结束原聘用，再自次日起新增。"


class EngagementOver(Conflict):
    """Facts: `last_on`."""

    slug = "engagement-over"
    title_en = "The engagement has an earlier last day already."
    title_zh = "该聘用已在更早的日期结束。"
    cure_en = "It ended on `last_on`; a teacher who comes back is engaged anew."
    cure_zh = "该聘用已于 `last_on` 结束；教师再次任教的，请重新登记聘用。"


class LessonsLeft(Conflict):
    """Facts: `classes`, in which the teacher has lessons after that day, and `lessons`, how many."""

    slug = "lessons-left"
    title_en = "The teacher has lessons at your institution after that day."
    title_zh = "该教师在该日期之后仍有已排定的课程。"
    cure_en = "Give the lessons of the classes in `classes` to other teachers first."
    cure_zh = "请先将 `classes` 所示班级的后续课程改由其他教师承担。"


@dataclass(frozen=True)
class Qualification:
    """A paper that shows what a teacher can. Its number is sealed to `id` and recognised by `mark`."""

    id: UUID
    name: str
    mark: UUID
    sealed: bytes
    held: Period


@dataclass(frozen=True)
class Teacher:
    """`projects` are the codes of the projects that they may teach, in order."""

    id: UUID
    person: UUID
    document_kind: str
    sealed: bytes
    projects: tuple[str, ...]
    qualifications: tuple[Qualification, ...]
    version: int

    def is_qualified_on(self, day: date) -> bool:
        return any(each.held.contains(day) for each in self.qualifications)


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
        """Whether `other` says the same of the teacher's work there."""
        return replace(other, id=self.id, version=self.version) == self


def list_(teacher: Teacher, *, at: datetime) -> TeacherListed:
    """The fact that `teacher` is in the pool as they are now."""
    return TeacherListed(
        subject=f"teachers/{teacher.id}",
        version=teacher.version,
        at=at,
        teacher_id=teacher.id,
        person=teacher.person,
        projects=teacher.projects,
        qualifications=len(teacher.qualifications),
    )


def learn(teacher: Teacher, projects: Iterable[str], qualifications: Iterable[Qualification]) -> Teacher:
    """`teacher` who may teach `projects` too and holds `qualifications` too; one that is held longer is the same paper.

    The very same teacher if nothing of it is news.
    """
    held = {(each.name, each.mark): each for each in teacher.qualifications}
    for each in qualifications:
        known = held.get((each.name, each.mark))
        held[each.name, each.mark] = each if known is None else replace(known, held=each.held)
    after = replace(
        teacher, projects=tuple(sorted({*teacher.projects, *projects})), qualifications=tuple(held.values())
    )
    return teacher if after == teacher else replace(after, version=teacher.version + 1)


def require_age(document: IdentityDocument, *, on: date, age_max: int) -> None:
    """Who does not show a date of birth passes. Raises TeacherTooOld. Source: domain rules §5.2 [28]."""
    age = document.age_on(on)
    if age is not None and age > age_max:
        raise TeacherTooOld(pointer="/document_number", age_max=age_max, on=on.isoformat())


def require_possible(engagement: Engagement, others: Collection[Engagement], *, institutions_max: int) -> None:
    """`engagement` beside the teacher's `others`. Raises EngagedAlready, TooManyInstitutions (C06).

    Source: domain rules §5.2 [28].
    """
    meeting = [each for each in others if each.engaged.overlaps(engagement.engaged)]
    for each in meeting:
        if each.institution_id == engagement.institution_id:
            raise EngagedAlready(pointer="/first_on", engagement=each.id)
    # Engagements are most where one of them begins.
    days = [engagement.engaged.first, *(max(each.engaged.first, engagement.engaged.first) for each in meeting)]
    if any(1 + sum(each.engaged.contains(day) for each in meeting) > institutions_max for day in days):
        raise TooManyInstitutions(institutions_max=institutions_max)


def engage(engagement: Engagement, *, at: datetime) -> TeacherEngaged:
    """The fact that a new `engagement` begins."""
    return _fact(TeacherEngaged, engagement, at=at)


def end(engagement: Engagement, *, last_on: date, at: datetime) -> tuple[Engagement, EngagementEnded]:
    """Let an engagement end with `last_on`. Raises EngagementOver, PeriodEndsBeforeStart."""
    ended = engagement.engaged.last
    if ended is not None and ended <= last_on:
        raise EngagementOver(pointer="/last_on", last_on=ended.isoformat())
    period = Period(engagement.engaged.first, last_on)
    after = replace(engagement, engaged=period, version=engagement.version + 1)
    return after, _fact(EngagementEnded, after, at=at)


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
