"""What facts may say and must say: no personal data, and every dimension that a total is cut by."""

from __future__ import annotations

import re

import pytest

from shared.contracts import assessment, books, metrics, subsidy
from shared.contracts.registry import (
    attendance,
    classes,
    directory,
    enrolments,
    flags,
    follow_ups,
    licences,
    plan,
    quality,
    supervision,
    teachers,
    timetables,
)
from tests.contracts.samples import fields, published

TYPES = sorted(published())

PERSONAL = re.compile(
    r"name|phone|mobile|telephone|mail|document|identity|id_number|id_card|born|birth|gender|sex|address|account|"
    r"bank|card|photo|face|ethnic|disab|hukou|password|token"
)
ALLOWED = {
    "registry.institution-registered.v1": {"name"},
    "assessment.body-filed.v1": {"name"},
    "registry.programme-listed.v1": {"name_zh", "name_en"},
    "registry.indicator-listed.v1": {"name_zh", "name_en"},
    "registry.region-listed.v1": {"name_zh", "name_en"},
    "registry.level-listed.v1": {"name_zh", "name_en"},
    "registry.project-listed.v1": {"name_zh", "name_en"},
    "registry.calendar-day-listed.v1": {"name_zh"},
    "registry.institution-changed.v1": {"name"},
}
"""Names of organisations and of entries of the plan, which are public."""

CUT = {"programme", "region", "reporting_region", "occupation", "level", "award"}
PROMISED: dict[type, set[str]] = {
    quality.QualityCounted: {
        "programme", "reporting_region", "year", "counted_on", "group_size_min", "started", "tested", "passed",
        "completed", "in_demand", "rise_due", "risen", "without_work", "employed", "pay_changes",
    },
    metrics.PaceAlertState: {
        "alert_id", "plan", "along", "key", "measure", "day", "target", "done", "expected", "behind_by", "behind_since",
        "ended_because",
    },
    plan.ProgrammeListed: {"code", "parent", "plan", "year", "trainings_target", "high_skilled_target", "departments"},
    plan.IndicatorListed: {"code", "programme", "year", "target", "unit"},
    plan.RegionListed: {"code", "parent", "reporting_region", "valid_from", "valid_to", "replaced_by"},
    plan.LevelListed: {"code", "rank", "high_skilled"},
    directory.InstitutionState: {"institution_id", "region", "reporting_region"},
    plan.CalendarDayListed: {"day", "working"},
    plan.ProjectListed: {"code", "edition", "occupation", "level", "award", "hours_min", "is_scarce", "is_needed"},
    directory.SiteListed: {"site_id", "institution_id", "region", "reporting_region"},
    directory.ListingState: {"listing_id", "institution_id", "project", "reporting_region", "first_on", "last_on"},
    directory.SanctionState: {"sanction_id", "institution_id", "reporting_region", "step", "first_on", "last_on"},
    flags.FlagState: CUT
    | {
        "fund_source", "flag_id", "check", "kind", "institution_id", "class_id", "enrolment_id", "person", "region",
        "reporting_region", "holds", "status",
    },
    teachers.TeacherListed: {"teacher_id", "person", "projects"},
    teachers.EngagementState: {"engagement_id", "teacher_id", "institution_id", "first_on", "last_on"},
    timetables.TimetablePlanned: CUT
    | {
        "class_id", "institution_id", "fund_source", "project", "lessons.begins_at", "lessons.ends_at", "lessons.hours",
        "lessons.teacher_id", "lessons.teacher", "lessons.site_id", "lessons.room", "lessons.omitted",
    },
    enrolments.MergeState: {"person", "into"},
    attendance.AttendanceState: CUT
    | {"fund_source", "project", "enrolment_id", "class_id", "institution_id", "person", "day", "hours"},
    supervision.PatrolRecorded: CUT
    | {"patrol_id", "class_id", "institution_id", "fund_source", "patrol_level", "patrolled_on", "present", "enrolled"},
    supervision.SpotCheckRecorded: CUT
    | {"spot_check_id", "class_id", "institution_id", "fund_source", "patrol_level", "checked_on", "asked"},
    supervision.FindingState: CUT
    | {"finding_id", "class_id", "institution_id", "fund_source", "patrol_level", "severity", "due_on", "status"},
    supervision.SafetyVersionAdded: {
        "safety_id", "institution_id", "region", "reporting_region", "safety_kind", "hours",
    },
    licences.LicenceState: CUT
    | {"fund_source", "project", "enrolment_id", "class_id", "institution_id", "person", "issued_on", "status"},
    follow_ups.FollowUpState: CUT
    | {
        "fund_source", "project", "enrolment_id", "class_id", "person", "completed_on", "entered", "employed_on",
        "pay_change_permille",
    },
    classes.ClassState: CUT
    | {
        "class_id", "institution_id", "fund_source", "status", "starts_on", "ends_on", "government_fen",
        "enterprise_fen", "individual_fen", "fee_fen", "exam_on", "exam_place", "exam_body",
    },
    enrolments.EnrolmentState: CUT
    | {"enrolment_id", "class_id", "institution_id", "person", "tags", "fund_source", "status", "effective_on"},
    assessment.BodyFiled: {
        "body_id", "region", "reporting_region", "scope.occupation", "scope.level", "scope.award", "scope.first_on",
        "scope.last_on", "closed_from", "succeeded_by",
    },
    assessment.BodySanctionState: {
        "sanction_id", "body_id", "reporting_region", "step", "first_on", "last_on", "stops",
    },
    assessment.SessionState: CUT
    | {
        "session_id", "body_id", "class_id", "held_on", "status", "duties.person", "duties.begins_at", "duties.ends_at",
    },
    assessment.SessionFeeStated: {
        "session_id", "body_id", "region", "reporting_region", "fee_fen", "subsidised",
    },
    assessment.ResultState: CUT | {"candidate_id", "session_id", "person", "passed", "effective_on"},
    assessment.CertificateListingState: {
        "certificate_id", "person", "region", "reporting_region", "occupation", "level", "award", "is_found",
    },
    assessment.CertificateState: CUT
    | {"certificate_id", "person", "body_id", "class_id", "issued_on", "status", "way", "is_young"},
    subsidy.claims.ClaimState: {
        "claim_id", "class_id", "institution_id", "region", "reporting_region", "fund_source", "status", "amount_fen",
        "recovered_fen", "approved_on", "paid_on", "kind", "lines.enrolment_id", "lines.person", "lines.programme",
        "lines.occupation", "lines.level", "lines.award", "lines.amount_fen", "lines.recovered_fen",
        "lines.recovered_on",
    },
    subsidy.claims.RecoveryConfirmed: {
        "claim_id", "class_id", "institution_id", "region", "reporting_region", "cause", "lines", "amount_fen",
        "recovered_on", "kind",
    },
    subsidy.double_payments.DoublePaymentState: {
        "double_payment_id", "claim_id", "institution_id", "region", "reporting_region", "fund_source", "kind",
        "status", "paid_on", "amount_fen", "recovered_fen", "written_off_fen",
    },
    books.BookState: {
        "programme", "reporting_region", "plan_year", "entries.measure", "entries.records", "entries.amount",
        "entries.checksum", "outbox_position",
    },
    subsidy.budgets.BudgetState: {"budget_id", "region", "fund_source", "year", "total_fen", "department"},
}  # fmt: skip


@pytest.mark.parametrize("name", TYPES)
def test_no_field_is_called_like_personal_data(name: str) -> None:
    suspicious = {path for path, field in fields(published()[name]) if PERSONAL.search(field)}

    assert suspicious == ALLOWED.get(name, set())


@pytest.mark.parametrize("name", TYPES)
def test_every_dimension_that_was_promised_is_there(name: str) -> None:
    cls = published()[name]
    promises = [promised for base, promised in PROMISED.items() if issubclass(cls, base)]
    assert len(promises) == 1, "say in PROMISED what consumers may rely on"

    assert promises[0] <= {path for path, _ in fields(cls)}


@pytest.mark.parametrize("name", TYPES)
def test_the_type_names_the_publisher_the_fact_and_the_version(name: str) -> None:
    cls = published()[name]

    topic, fact, version = name.split(".")

    assert topic == cls.topic == cls.__module__.split(".")[2]
    assert fact.replace("-", "") == re.sub(r"V\d+$", "", cls.__name__).lower()
    assert re.fullmatch(r"v[1-9]\d*", version)
