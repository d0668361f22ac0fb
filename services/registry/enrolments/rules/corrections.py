"""What may be put right in an enrolment: who has to say why, and where hours are put right (C14)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.registry.enrolments.rules.enrolments import Correction
from services.registry.enrolments.rules.outcomes import CHECK, CONCLUDED, require_attended
from services.registry.enrolments.rules.trainees import AtEntry
from services.registry.plan.rules.policy import Policy
from shared.contracts.registry import EnrolmentStatus
from shared.kernel.refusals import Conflict, Invalid


class ReasonMissing(Invalid):
    slug = "reason-missing"
    title_en = "An officer's step, and one that takes an outcome back, is kept with its reason."
    title_zh = "工作人员办理，或撤销已登记的结业结果，须说明理由。"
    cure_en = "Give a reason; name no person in it."
    cure_zh = "请填写理由，其中不要出现人员姓名。"


class HoursFollowAttendance(Conflict):
    """Facts: `edits`, the path to edit a day's attendance."""

    slug = "hours-follow-attendance"
    title_en = "The hours of this class follow from its attendance; they cannot be put right by themselves."
    title_zh = "该班学时以考勤记录为准，不能直接更正学时。"
    cure_en = "Edit the days whose attendance is wrong, each with a reason."
    cure_zh = "请逐日更正有误的考勤，并说明理由。"
    reference = "POST {edits}"
    check = CHECK


def require_reason(reason: str | None, status: EnrolmentStatus, *, by_officer: bool) -> None:
    """Raises ReasonMissing where an officer, or anybody after an outcome, gives no `reason`."""
    if reason is None and (by_officer or status in CONCLUDED):
        raise ReasonMissing(pointer="/reason")


def sealed_of(correction: Correction) -> list[str]:
    """What of `correction` is sealed, and so is said in no history."""
    given = {
        "groups": correction.groups,
        "birth_date": correction.birth_date,
        "draws_pension": correction.draws_pension,
        "consent": correction.consented_on,
    }
    return [name for name, value in given.items() if value is not None]


def of_age(correction: Correction) -> list[str]:
    """What of `correction` decides whether its trainee is of an age for their class."""
    return [name for name in ("birth_date", "draws_pension") if getattr(correction, name) is not None]


def mend(said: AtEntry, correction: Correction) -> AtEntry:
    """What was `said` at entry with what is given of `correction` in its place."""
    given = {name: getattr(correction, name) for name in ("employment", "groups", "birth_date", "draws_pension")}
    mended = replace(said, **{name: value for name, value in given.items() if value is not None})
    if correction.consented_on is None:
        return mended
    return replace(mended, consented_on=correction.consented_on, consent_version=correction.consent_version)


def require_hours(hours: int, *, enrolment_id: UUID, policy: Policy, attended: int | None) -> None:
    """Hours can be corrected to `hours`: no more than were `attended`, which is None where no attendance is kept.

    Raises HoursFollowAttendance where policy wants marks, MoreHoursThanAttended (C14).
    """
    if policy.attendance_marks_required:
        raise HoursFollowAttendance(edits=f"/v1/enrolments/{enrolment_id}/attendance-edits")
    if attended is not None:
        require_attended(hours, attended=attended)
