"""Corrections of an enrolment: when a reason is required, and when hours can be corrected directly (C14)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.registry.enrolments.rules.enrolments import Correction
from services.registry.enrolments.rules.outcomes import CHECK, CONCLUDED, require_attended
from services.registry.enrolments.rules.trainees import EntryParticulars
from services.registry.plan.rules.policy import Policy
from shared.contracts.registry import EnrolmentStatus
from shared.kernel.refusals import Conflict, Invalid


class ReasonMissing(Invalid):
    slug = "reason-missing"
    title_en = "This step needs a reason: an officer takes it, or it changes a recorded outcome."
    title_zh = "工作人员办理，或撤销已登记的结业结果，须说明理由。"
    cure_en = "Give a reason. Do not name any person in it."
    cure_zh = "请填写理由，其中不要出现人员姓名。"


class HoursFollowAttendance(Conflict):
    """Facts: `edits`, the path to edit a day's attendance."""

    slug = "hours-follow-attendance"
    title_en = "The hours of this class come from its attendance and cannot be corrected directly."
    title_zh = "该班学时以考勤记录为准，不能直接更正学时。"
    cure_en = "Edit the attendance of each day that is wrong, with a reason."
    cure_zh = "请逐日更正有误的考勤，并说明理由。"
    reference = "POST {edits}"
    check = CHECK


def require_reason(reason: str | None, status: EnrolmentStatus, *, by_officer: bool) -> None:
    """Raises ReasonMissing if an officer, or any caller after an outcome, gives no `reason`."""
    if reason is None and (by_officer or status in CONCLUDED):
        raise ReasonMissing(pointer="/reason")


def sealed_of(correction: Correction) -> list[str]:
    """The fields of `correction` that are stored encrypted and whose values the history leaves out."""
    given = {
        "groups": correction.groups,
        "birth_date": correction.birth_date,
        "draws_pension": correction.draws_pension,
        "consent": correction.consented_on,
    }
    return [name for name, value in given.items() if value is not None]


def of_age(correction: Correction) -> list[str]:
    """The fields of `correction` that decide whether the trainee's age is within the limits of the class."""
    return [name for name in ("birth_date", "draws_pension") if getattr(correction, name) is not None]


def apply(said: EntryParticulars, correction: Correction) -> EntryParticulars:
    """The statement at entry with the fields that `correction` gives replaced."""
    given = {name: getattr(correction, name) for name in ("employment", "groups", "birth_date", "draws_pension")}
    corrected = replace(said, **{name: value for name, value in given.items() if value is not None})
    if correction.consented_on is None:
        return corrected
    return replace(corrected, consented_on=correction.consented_on, consent_version=correction.consent_version)


def require_hours(hours: int, *, enrolment_id: UUID, policy: Policy, attended: int | None) -> None:
    """Checks that hours may be corrected to `hours`. `attended` is None if the class keeps no attendance.

    Raises HoursFollowAttendance if policy requires marks, and MoreHoursThanAttended (C14).
    """
    if policy.attendance_marks_required:
        raise HoursFollowAttendance(edits=f"/v1/enrolments/{enrolment_id}/attendance-edits")
    if attended is not None:
        require_attended(hours, attended=attended)
