"""What a session needs to be filed: its class, its days, its rooms and its examiners, by the rules of its day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from services.assessment.bodies.rules.scope import require_certificate
from services.assessment.session_rules.rules import Figures
from services.assessment.trainings.rules import RegistryClass
from shared.kernel.awards import Award
from shared.kernel.refusals import Conflict, Forbidden, Invalid
from shared.kernel.working_days import WorkingDays

NAMED_MAX: Final = 20
"""Candidates whom a refusal names."""


class ApprenticesAreNotExamined(Invalid):
    slug = "apprentices-are-not-examined"
    title_en = "Employers designate apprentices themselves: this level has no exam."
    title_zh = "学徒工由用人单位自主确定，不参加考试。"
    cure_en = "Choose a level from L2 to L6, or file apprentices as a list of the way apprenticeship."
    cure_zh = "考试等级应为 L2 至 L6；学徒工请以 apprenticeship 方式报送名单。"
    reference = "POST /v1/conferrals"


class AppointedNotExamined(Invalid):
    slug = "appointed-not-examined"
    title_en = "Special-grade and chief technicians are appointed after a review; there is no exam."
    title_zh = "特级技师、首席技师实行评聘结合，不通过考试取得。"
    cure_en = "Choose a level from L2 to L6, or file who is appointed as a list of the way appointment."
    cure_zh = "考试等级应为 L2 至 L6；特级技师、首席技师请以 appointment 方式报送名单。"
    reference = "POST /v1/conferrals"


class ClassDiffers(Invalid):
    """Facts: `occupation`, `award` of the class, and `level` (None for an award without one)."""

    slug = "class-differs"
    title_en = "The class trains for a different occupation or award."
    title_zh = "该班培训的职业或等级（证书种类）与本场考试不一致。"
    cure_en = "Use the occupation and award of the class ({occupation}, {award}), or leave class_id out."
    cure_zh = "请按该班的职业和等级（{occupation}，{award}）组织考试，或不填 class_id。"


class ClassWasCancelled(Conflict):
    slug = "class-was-cancelled"
    title_en = "The class was cancelled, so no session can be filed for it."
    title_zh = "该班已取消。"
    cure_en = "Leave class_id out if the candidates did not train in a class."
    cure_zh = "如考生未参加培训班，请不填 class_id。"


class SessionFiledLate(Conflict):
    """Facts: `lead_working_days`, `possible_from`, the first day of an exam that is filed today."""

    slug = "session-filed-late"
    title_en = "The exam is too soon after its filing, or its day has passed."
    title_zh = "报备日期距考试日期不足规定的工作日，或考试日期已过。"
    cure_en = (
        "File a session at least {lead_working_days} working days ahead. One that is filed today may be held from "
        "{possible_from}."
    )
    cure_zh = "须至少提前 {lead_working_days} 个工作日报备；今日报备的，最早可于 {possible_from} 举行。"


class SessionFiledTooLate(Conflict):
    """Facts: `possible_until`, the last day on which an exam of that day could be filed."""

    slug = "session-filed-too-late"
    title_en = "The exam was too long ago to be filed now."
    title_zh = "考试日期已久，已超过补报期限。"
    cure_en = (
        "An exam of that day could be filed until {possible_until}. If the day is right, ask the province whether a "
        "session rule of its own extends the time."
    )
    cure_zh = "该日期的考试须于 {possible_until} 前（含当日）报备。如日期无误，请向省级主管部门申请调整补报期限。"
    reference = "GET /v1/session-rules"


class SessionIncomplete(Invalid):
    """Facts: `missing`, the fields that are empty."""

    slug = "session-incomplete"
    title_en = "The session is filed without its place, rooms, times or examiners."
    title_zh = "报备考试时未填写考点、考场、时间或考评人员。"
    cure_en = "Fill in {missing}."
    cure_zh = "请填写：{missing}。"


def require_examined(award: Award) -> None:
    """Raises ApprenticesAreNotExamined, AppointedNotExamined, ShownOtherwise. Source: domain rules §3.1, §4.2."""
    if award is Award.APPRENTICE:
        raise ApprenticesAreNotExamined(pointer="/level")
    if award in (Award.SPECIAL_GRADE_TECHNICIAN, Award.CHIEF_TECHNICIAN):
        raise AppointedNotExamined(pointer="/level")
    require_certificate(award, pointer="/award")


def require_class(class_: RegistryClass, *, occupation: str, award: Award) -> None:
    """Check that candidates of `class_` may be examined so. Raises ClassDiffers, ClassWasCancelled."""
    if (class_.occupation, class_.award) != (occupation, award):
        raise ClassDiffers(pointer="/class_id", occupation=class_.occupation, **class_.award.codes)
    if class_.cancelled:
        raise ClassWasCancelled(pointer="/class_id")


def require_in_time(held_on: date, figures: Figures, calendar: WorkingDays, *, today: date) -> None:
    """Check that the authority has its working days before the exam, or that the exam was not too long ago.

    Raises SessionFiledLate, CalendarUnset, SessionFiledTooLate.
    """
    lead = figures.filing_lead_working_days
    if lead is None:
        possible_until = last_filing_day(held_on, figures)
        if possible_until is not None and today > possible_until:
            raise SessionFiledTooLate(pointer="/held_on", possible_until=possible_until.isoformat())
        return
    possible_from = calendar.after(today, lead)
    if held_on < possible_from:
        raise SessionFiledLate(pointer="/held_on", lead_working_days=lead, possible_from=possible_from.isoformat())


def last_filing_day(held_on: date, figures: Figures) -> date | None:
    """The last day on which a session that may be filed after its day is filed; None: there is no such day."""
    days, last_days = figures.filing_delay_days_max, list[date]()
    if days is not None:
        last_days.append(held_on + timedelta(days=days))
    if figures.filing_plan_year_only:
        last_days.append(date(held_on.year, 12, 31))
    return min(last_days, default=None)


def require_complete(figures: Figures, **given: object) -> None:
    """Check that a session is filed with all of `given` where its day asks for that. Raises SessionIncomplete."""
    missing = [name for name, value in given.items() if not value]
    if figures.filing_plan_required and missing:
        raise SessionIncomplete(pointer=f"/{missing[0]}", missing=missing)


class HigherAuthorityApproves(Forbidden):
    """Facts: `award`, `level`, `authority`: "prefecture" or "province"."""

    slug = "higher-authority-approves"
    title_en = "A higher authority approves exams for this award."
    title_zh = "该等级的考试须由上级主管部门批准。"
    cure_en = "Ask the {authority} to do this for {award}: ranks 5 and 6 are the prefecture's, 7 and 8 the province's."
    cure_zh = "请由上级主管部门（{authority}）办理 {award}：技师、高级技师由市级，特级技师、首席技师由省级批准。"


class CancellationReasonMissing(Invalid):
    slug = "cancellation-reason-missing"
    title_en = "A session that was filed ahead is cancelled with a reason."
    title_zh = "取消已报备的考试须说明原因。"
    cure_en = "Say why the session is cancelled."
    cure_zh = "请填写取消原因。"


class CandidatesElsewhere(Conflict):
    """Facts: `candidates`, their number; `local_ids` of some of them."""

    slug = "candidates-elsewhere"
    title_en = "Some candidates are in a class or in another exam at these hours."
    title_zh = "部分考生在此时间有课程或其他考试。"
    cure_en = "Plan other hours, or take out the {candidates} candidates concerned: {local_ids}."
    cure_zh = "请调整时间，或移出相关的 {candidates} 名考生：{local_ids}。"
    check = "C04"


def require_free(local_ids: Collection[str]) -> None:
    """Check that nobody has a lesson or another exam at the hours of the session: `local_ids` are those who have.

    Raises CandidatesElsewhere. Source: domain rules §4.6 C04.
    """
    if local_ids:
        raise CandidatesElsewhere(candidates=len(local_ids), local_ids=sorted(local_ids)[:NAMED_MAX])
