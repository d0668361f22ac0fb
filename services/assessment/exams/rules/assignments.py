"""Who examines where: qualified, free, rotated, not overloaded, and never the trainer of those who are examined.

Source: domain rules §3.7, §4.6 (C06, C23).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from services.assessment.examiners.rules import Examiner, ExaminerKind, ExaminerStatus
from services.assessment.exams.rules.sittings import Hours, Sitting
from services.assessment.session_rules.rules import Figures
from services.assessment.standards.rules import Part
from shared.kernel.awards import Award
from shared.kernel.refusals import Conflict, Invalid


class ExaminerUnknown(Invalid):
    slug = "examiner-unknown"
    title_en = "The body has not registered this examiner."
    title_zh = "本机构未登记该考评人员。"
    cure_en = "Register the examiner with your body, and use the id of that entry."
    cure_zh = "请先在本机构登记该考评人员，并使用登记后的 id。"
    reference = "POST /v1/examiners"


class WrongExaminerKind(Invalid):
    """Facts: `local_id`, `kind`, which is needed."""

    slug = "wrong-examiner-kind"
    title_en = "Examiners examine, and quality supervisors supervise; this entry is of the other kind."
    title_zh = "考评员负责考评，质量督导员负责督导，该记录的类别不符。"
    cure_en = "Assign an entry of the kind {kind} in place of {local_id}."
    cure_zh = "请改派类别为 {kind} 的人员，替换 {local_id}。"


class ExaminerNotActive(Conflict):
    """Facts: `local_id`, `day`, `state`."""

    slug = "examiner-not-active"
    title_en = "The examiner is suspended, or the entry does not hold on the day of the exam."
    title_zh = "该考评人员已被暂停，或其登记在考试日期无效。"
    cure_en = "Assign another examiner than {local_id} for {day}, or have the entry resumed or reinstated."
    cure_zh = "{day} 请改派 {local_id} 以外的人员，或先恢复该记录。"


class ExaminerNotQualified(Conflict):
    """Facts: `local_id`, `occupation`, `award`, `level` (None for an award without one), `day`."""

    slug = "examiner-not-qualified"
    title_en = "The examiner is not qualified for this occupation and award on that day."
    title_zh = "该考评员在考试日期不具备该职业及等级（证书种类）的考评资格。"
    cure_en = "Assign another examiner than {local_id}, or enter the qualification for {occupation}, {award}."
    cure_zh = "请改派 {local_id} 以外的人员，或补充其 {occupation}、{award} 的考评资格。"


class TrainerExamines(Conflict):
    """Facts: `local_id`."""

    slug = "trainer-examines"
    title_en = "The examiner teaches the class that is examined."
    title_zh = "该考评员是参考班级的授课教师，考培须分离。"
    cure_en = "Assign an examiner other than {local_id}, who does not teach this class."
    cure_zh = "请改派 {local_id} 以外、未在该班授课的考评员。"
    check = "C23"


class ExaminerElsewhere(Conflict):
    """Facts: `local_id`, `begins_at`, `ends_at` of the other sitting."""

    slug = "examiner-in-two-rooms"
    title_en = "The examiner is in another room at that time."
    title_zh = "该考评人员同一时间已在另一考场。"
    cure_en = "{local_id} is taken from {begins_at} to {ends_at}: assign another examiner, or plan another time."
    cure_zh = "{local_id} 在 {begins_at} 至 {ends_at} 已有安排：请改派他人或调整时间。"
    check = "C06"


class ExaminerOverloaded(Conflict):
    """Facts: `local_id`, `sittings_max`."""

    slug = "examiner-overloaded"
    title_en = "The examiner has too many sittings on that day."
    title_zh = "该考评人员当日场次超过上限。"
    cure_en = "Assign another examiner than {local_id}: {sittings_max} sittings a day at most."
    cure_zh = "请改派 {local_id} 以外的人员：每日最多 {sittings_max} 场。"


class ExaminerNotRotated(Conflict):
    """Facts: `local_id`, `in_row_max`."""

    slug = "examiner-not-rotated"
    title_en = "The examiner has examined in too many sessions in a row of this body and occupation."
    title_zh = "该考评员已连续多场考评本机构同一职业，须轮换。"
    cure_en = "Assign another examiner than {local_id}: {in_row_max} sessions in a row at most."
    cure_zh = "请改派 {local_id} 以外的人员：最多连续 {in_row_max} 场。"


@dataclass(frozen=True, slots=True)
class Duty:
    """One examiner in one sitting, or a supervisor for all of a session; `part` is None for a supervisor."""

    examiner_id: UUID
    person: UUID
    part: Part | None
    room: str
    begins_at: datetime
    ends_at: datetime


class Staff(NamedTuple):
    """What is known of those who are named for a session, by their entries' ids or by human."""

    examiners: Mapping[UUID, Examiner]
    """The entries of the session's own body."""
    humans: Mapping[UUID, UUID]
    """The human behind each entry."""
    trainers: Set[UUID] = frozenset()
    """The humans who teach the class of the session."""
    taken: Mapping[UUID, Sequence[Hours]] = {}
    """The hours of other sessions on the day, by human."""
    recent: Sequence[Set[UUID]] = ()
    """The humans who examined in each of the sessions before, of the same body and occupation, the latest first."""


def duties(sittings: Sequence[Sitting], supervisors: Sequence[UUID], staff: Staff) -> list[Duty]:
    """Who is where and when; all entries are known."""
    found = [
        Duty(each, staff.humans[each], sitting.part, sitting.room, sitting.begins_at, sitting.ends_at)
        for sitting in sittings
        for each in dict.fromkeys(sitting.examiners)
    ]
    if sittings:
        first, last = min(each.begins_at for each in sittings), max(each.ends_at for each in sittings)
        found += [Duty(each, staff.humans[each], None, "", first, last) for each in dict.fromkeys(supervisors)]
    return found


def require_possible(
    sittings: Sequence[Sitting],
    supervisors: Sequence[UUID],
    staff: Staff,
    *,
    occupation: str,
    award: Award,
    day: date,
    figures: Figures,
) -> list[Duty]:
    """The duties of a session, each of which its examiner may have.

    Invigilators of the theory part need no qualification in the occupation. Raises ExaminerUnknown, WrongExaminerKind,
    ExaminerNotActive, ExaminerNotQualified, TrainerExamines, ExaminerElsewhere, ExaminerOverloaded, ExaminerNotRotated.
    """
    named = [*(each for sitting in sittings for each in sitting.examiners), *supervisors]
    if any(each not in staff.examiners for each in named):
        raise ExaminerUnknown(pointer="/sittings")
    wanted = duties(sittings, supervisors, staff)
    for duty in wanted:
        examiner = staff.examiners[duty.examiner_id]
        _require_fit(examiner, duty, occupation=occupation, award=award, day=day)
        if duty.part is not None and duty.person in staff.trainers:
            raise TrainerExamines(local_id=examiner.local_id)
    _require_free(wanted, staff)
    _require_load(wanted, staff, figures)
    return wanted


def _require_fit(examiner: Examiner, duty: Duty, *, occupation: str, award: Award, day: date) -> None:
    kind = ExaminerKind.SUPERVISOR if duty.part is None else ExaminerKind.EXAMINER
    if examiner.kind is not kind:
        raise WrongExaminerKind(local_id=examiner.local_id, kind=kind.value)
    if examiner.status is ExaminerStatus.SUSPENDED or not examiner.stands_on(day):
        raise ExaminerNotActive(local_id=examiner.local_id, day=day.isoformat(), state=examiner.status.value)
    needs = duty.part in (Part.SKILLS, Part.REVIEW)
    if needs and not examiner.may_examine(occupation, award, day=day):
        raise ExaminerNotQualified(
            local_id=examiner.local_id, occupation=occupation, day=day.isoformat(), **award.codes
        )


def _require_free(wanted: Sequence[Duty], staff: Staff) -> None:
    for place, duty in enumerate(wanted):
        own = (Hours(each.begins_at, each.ends_at) for each in wanted[:place] if each.person == duty.person)
        met = _met(duty, [*own, *staff.taken.get(duty.person, ())])
        if met is not None:
            raise ExaminerElsewhere(
                local_id=staff.examiners[duty.examiner_id].local_id,
                begins_at=met.begins_at.isoformat(),
                ends_at=met.ends_at.isoformat(),
            )


def _met(duty: Duty, taken: Iterable[Hours]) -> Hours | None:
    return next((each for each in taken if each.begins_at < duty.ends_at and duty.begins_at < each.ends_at), None)


def _require_load(wanted: Sequence[Duty], staff: Staff, figures: Figures) -> None:
    sittings = Counter(duty.person for duty in wanted)
    in_row_max = figures.examiner_sessions_in_row_max
    for duty in wanted:
        local_id = staff.examiners[duty.examiner_id].local_id
        if sittings[duty.person] + len(staff.taken.get(duty.person, ())) > figures.examiner_day_sittings_max:
            raise ExaminerOverloaded(local_id=local_id, sittings_max=figures.examiner_day_sittings_max)
        before = staff.recent[:in_row_max]
        in_row = len(before) == in_row_max and all(duty.person in each for each in before)
        if duty.part is not None and in_row_max and in_row:
            raise ExaminerNotRotated(local_id=local_id, in_row_max=in_row_max)
