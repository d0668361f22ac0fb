"""Licences: every step from every state, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.registry.licences.rules import (
    MOVES,
    Licence,
    LicenceBeforeClass,
    LicenceDays,
    LicenceEndsBeforeIssue,
    LicenceVerb,
    NotForLicence,
    TraineeLeft,
    confirm,
    record,
    reject,
    reopen,
)
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.contracts.registry.licences import LicenceStatus
from shared.kernel.awards import Award, AwardEvidence
from shared.kernel.refusals import IllegalMove, Refusal, SamePerson
from tests.registry.builders import enrolment, training_class

AT = datetime(2025, 4, 1, 8, tzinfo=UTC)
CLASS = training_class(award=Award.SPECIAL_OPERATIONS)
ENROLMENT = enrolment(class_id=CLASS.id, status=EnrolmentStatus.COMPLETED)
DAYS = LicenceDays(date(2025, 3, 25), date(2031, 3, 24))
OTHER_DAYS = LicenceDays(date(2025, 3, 26), date(2031, 3, 25))


def licence(status: LicenceStatus = LicenceStatus.RECORDED) -> Licence:
    decided = status is not LicenceStatus.RECORDED
    return Licence(
        ENROLMENT.id, CLASS.id, CLASS.institution_id, CLASS.region, CLASS.reporting_region, *DAYS, status, "clerk", AT,
        "officer" if decided else None, AT if decided else None, None, 3,
    )  # fmt: skip


def step(before: Licence, verb: LicenceVerb, *, by: str = "another") -> Licence:
    match verb:
        case LicenceVerb.RECORD:
            recorded = record(before, ENROLMENT, CLASS, OTHER_DAYS, by=by, at=AT)
            assert recorded is not None
            return recorded[0]
        case LicenceVerb.CONFIRM:
            return confirm(before, ENROLMENT, CLASS, by=by, at=AT)[0]
        case LicenceVerb.REJECT:
            return reject(before, ENROLMENT, CLASS, by=by, reason="查无此证", at=AT)[0]
        case LicenceVerb.REOPEN:
            return reopen(before, ENROLMENT, CLASS, reason="证件号码录入错误", at=AT)[0]


@pytest.mark.parametrize("status", LicenceStatus)
@pytest.mark.parametrize("verb", LicenceVerb)
def test_each_verb_goes_where_the_table_says_or_is_refused(status: LicenceStatus, verb: LicenceVerb) -> None:
    before = licence(status)

    if verb in MOVES[status]:
        after = step(before, verb)
        assert (after.status, after.version) == (MOVES[status][verb], 4)
    else:
        with pytest.raises(IllegalMove):
            step(before, verb)


def test_the_first_record_waits_for_an_officer_and_is_told() -> None:
    recorded = record(None, ENROLMENT, CLASS, DAYS, by="clerk", at=AT)

    assert recorded is not None
    first, fact = recorded
    assert (first.status, first.version, first.recorded_by, first.decided_by) == ("recorded", 1, "clerk", None)
    assert (fact.subject, fact.award, fact.level) == (f"licences/{ENROLMENT.id}", "special_operations", None)
    assert (fact.person, fact.issued_on, fact.status) == (ENROLMENT.person, DAYS.issued_on, LicenceStatus.RECORDED)


@pytest.mark.parametrize("status", [LicenceStatus.RECORDED, LicenceStatus.CONFIRMED])
def test_the_same_days_again_change_nothing(status: LicenceStatus) -> None:
    assert record(licence(status), ENROLMENT, CLASS, DAYS, by="clerk", at=AT) is None


def test_a_rejected_licence_is_recorded_again_even_with_the_same_days() -> None:
    recorded = record(licence(LicenceStatus.REJECTED), ENROLMENT, CLASS, DAYS, by="clerk", at=AT)

    assert recorded is not None
    assert (recorded[0].status, recorded[0].decided_by, recorded[0].reason) == (LicenceStatus.RECORDED, None, None)


def test_nobody_confirms_what_they_recorded() -> None:
    with pytest.raises(SamePerson):
        step(licence(), LicenceVerb.CONFIRM, by="clerk")


@pytest.mark.parametrize(
    ("days", "refusal"),
    [
        (LicenceDays(CLASS.starts_on - timedelta(days=1), DAYS.valid_until), LicenceBeforeClass),
        (LicenceDays(DAYS.issued_on, DAYS.issued_on - timedelta(days=1)), LicenceEndsBeforeIssue),
    ],
)
def test_days_that_cannot_be_are_refused(days: LicenceDays, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        record(None, ENROLMENT, CLASS, days, by="clerk", at=AT)


@pytest.mark.parametrize("award", [award for award in Award if award.evidence is not AwardEvidence.LICENCE])
def test_a_class_that_leads_to_no_licence_has_none(award: Award) -> None:
    with pytest.raises(NotForLicence):
        record(None, ENROLMENT, training_class(award=award), DAYS, by="clerk", at=AT)


@pytest.mark.parametrize("status", [EnrolmentStatus.WITHDRAWN, EnrolmentStatus.TRANSFERRED])
def test_who_left_the_class_has_none(status: EnrolmentStatus) -> None:
    left = enrolment(id=UUID(int=9), class_id=CLASS.id, status=status)

    with pytest.raises(TraineeLeft):
        record(None, left, CLASS, DAYS, by="clerk", at=AT)
