"""Courses that a process assessment names: training classes of the registry, and conversions of a school's courses.

They are compared with what the registry told and with the conversions on record. Source: domain rules §3.1, §5.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.assessment.conferrals.rules.evidence import Process
from services.assessment.credits.rules import CreditUse, Direction
from services.assessment.trainings.rules import RegistryClass
from shared.kernel.awards import Award
from shared.kernel.refusals import Conflict, NotYetReceived


class CourseOfAnotherOccupation(Conflict):
    """Facts: `class_id`, `occupation`, that of the class."""

    slug = "course-of-another-occupation"
    title_en = "The training class is of another occupation than the award."
    title_zh = "所填培训班的职业与认定的职业不一致。"
    cure_en = "Class {class_id} trains for {occupation}: name the class that the process assessment was about."
    cure_zh = "培训班 {class_id} 的职业为 {occupation}；请填写本次过程化考核所对应的培训班。"


class CourseCancelled(Conflict):
    """Facts: `class_id`."""

    slug = "course-cancelled"
    title_en = "The training class was cancelled."
    title_zh = "所填培训班已取消。"
    cure_en = "Class {class_id} did not take place: leave it out, or name the one that did."
    cure_zh = "培训班 {class_id} 未开班；请删除，或填写实际开办的培训班。"


class CourseNotTaken(Conflict):
    """Facts: `class_id`."""

    slug = "course-not-taken"
    title_en = "The person is not a trainee of the class, or has left it."
    title_zh = "该人员不是所填培训班的学员，或已退出该班。"
    cure_en = "Compare class {class_id} and the document number with the training institution's roster."
    cure_zh = "请与培训机构核对培训班 {class_id} 的名册和证件号码。"


class CourseNotCompleted(Conflict):
    """Facts: `class_id`."""

    slug = "course-not-completed"
    title_en = "The person has not completed the training."
    title_zh = "该人员尚未完成所填培训班的培训。"
    cure_en = "Post the person again once the institution has completed the training in class {class_id}."
    cure_zh = "待培训机构办理培训班 {class_id} 结业后再登记。"


class CourseAfterProcess(Conflict):
    """Facts: `class_id`, `starts_on`, its first day; `last_on`, that of the process assessment."""

    slug = "course-after-process"
    title_en = "The training began after the process assessment had ended."
    title_zh = "所填培训班开班日期晚于过程化考核结束日期。"
    cure_en = "Class {class_id} began on {starts_on}, the assessment ended on {last_on}: correct the days or the class."
    cure_zh = "培训班 {class_id} 于 {starts_on} 开班，考核于 {last_on} 结束；请更正日期或培训班。"


class CreditUseDoesNotCount(Conflict):
    """Facts: `credit_use`."""

    slug = "credit-use-does-not-count"
    title_en = "The conversion of credits does not count for this person and award, or was taken back."
    title_zh = "该学分互认记录不适用于此人或此职业等级，或已撤回。"
    cure_en = "Ask the school for the id of its conversion towards this award; {credit_use} is not one for this person."
    cure_zh = "请向学校索取该人员此项认定的互认记录编号；{credit_use} 不适用。"
    reference = "GET /v1/credit-uses"


class CoursesNoLongerCount(Conflict):
    """Facts: `people`, their number; `local_ids` of some of them."""

    slug = "courses-no-longer-count"
    title_en = "Courses that some people's awards rest on do not count any more."
    title_zh = "部分人员所依据的培训或学分互认已不再有效。"
    cure_en = "A training or a conversion was changed since. Strike these {people} people off: {local_ids}."
    cure_zh = "登记后培训或互认记录有变更；请剔除下列 {people} 人：{local_ids}。"


@dataclass(frozen=True, slots=True)
class Courses:
    """What is known of the courses that the people of some rows name."""

    classes: Mapping[UUID, RegistryClass]
    taken: Mapping[tuple[UUID, UUID], bool | None]
    """By human and class: whether the training was completed; None where that is not known."""
    uses: Mapping[UUID, CreditUse]
    humans: Mapping[UUID, UUID]
    """The human behind each key."""


def classes_named(process: Process) -> Sequence[UUID]:
    return [UUID(each) for each in process.classes]


def uses_named(process: Process) -> Sequence[UUID]:
    """The conversion that the row names, and the one whose id is the reference of its record."""
    named = [] if process.credit_use is None else [UUID(process.credit_use)]
    try:
        return [*named, UUID(process.reference)]
    except ValueError:
        return named


def require_courses(process: Process, human: UUID, known: Courses, *, occupation: str, award: Award) -> None:
    """Check that the courses count for the human. Raises NotYetReceived, CourseOfAnotherOccupation, CourseCancelled,
    CourseNotTaken, CourseNotCompleted, CourseAfterProcess, CreditUseDoesNotCount.
    """
    for place, class_id in enumerate(classes_named(process)):
        _require_class(process, class_id, human, known, occupation=occupation, pointer=f"/process/classes/{place}")
    for use_id in uses_named(process):
        use = known.uses.get(use_id)
        stated = str(use_id) == process.credit_use
        if use is None and not stated:
            continue
        if use is None or not _counts(use, human, known, occupation=occupation, award=award):
            pointer = "/process/credit_use" if stated else "/process/reference"
            raise CreditUseDoesNotCount(pointer=pointer, credit_use=str(use_id))


def _require_class(
    process: Process, class_id: UUID, human: UUID, known: Courses, *, occupation: str, pointer: str
) -> None:
    class_, named = known.classes.get(class_id), {"pointer": pointer, "class_id": str(class_id)}
    if class_ is None:
        raise NotYetReceived(pointer=pointer, what="class")
    if class_.occupation != occupation:
        raise CourseOfAnotherOccupation(**named, occupation=class_.occupation)
    if class_.cancelled:
        raise CourseCancelled(**named)
    if (human, class_id) not in known.taken:
        raise CourseNotTaken(**named)
    if known.taken[human, class_id] is False:
        raise CourseNotCompleted(**named)
    if class_.starts_on is not None and class_.starts_on > process.last_on:
        days = {"starts_on": class_.starts_on.isoformat(), "last_on": process.last_on.isoformat()}
        raise CourseAfterProcess(**named, **days)


def _counts(use: CreditUse, human: UUID, known: Courses, *, occupation: str, award: Award) -> bool:
    same = (use.direction, use.occupation, use.award) == (Direction.TO_AWARD, occupation, award)
    return same and use.withdrawn_at is None and known.humans.get(use.person) == human
