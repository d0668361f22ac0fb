"""What corrections ask for, and what becomes of what was said at entry."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules.corrections import (
    HoursFollowAttendance,
    ReasonMissing,
    apply,
    require_hours,
    require_reason,
    sealed_of,
)
from services.registry.enrolments.rules.enrolments import Correction
from services.registry.enrolments.rules.outcomes import CONCLUDED, MoreHoursThanAttended
from services.registry.enrolments.rules.trainees import EntryParticulars, GroupEvidence, PriorityGroup
from shared.contracts.registry import EmploymentState, EnrolmentStatus
from tests.registry.builders import policy

LENIENT = policy(date(2025, 3, 1))
STRICT = policy(date(2026, 3, 1))
PAPER = GroupEvidence(PriorityGroup.VETERAN, "退伍证", date(2025, 1, 1))
SAID = EntryParticulars(EmploymentState.UNEMPLOYED, (PAPER,), False, date(2025, 1, 2), "v1")


@pytest.mark.parametrize("status", EnrolmentStatus)
@pytest.mark.parametrize("by_officer", [True, False])
def test_officers_and_whoever_takes_back_an_outcome_say_why(status: EnrolmentStatus, by_officer: bool) -> None:
    require_reason("a reason", status, by_officer=by_officer)
    if by_officer or status in CONCLUDED:
        with pytest.raises(ReasonMissing):
            require_reason(None, status, by_officer=by_officer)
    else:
        require_reason(None, status, by_officer=by_officer)


class TestHours:
    @given(st.integers(0, 60), st.none() | st.integers(0, 60))
    def test_are_never_more_than_were_attended(self, hours: int, attended: int | None) -> None:
        if attended is None or hours <= attended:
            require_hours(hours, enrolment_id=UUID(int=3), policy=LENIENT, attended=attended)
        else:
            with pytest.raises(MoreHoursThanAttended):
                require_hours(hours, enrolment_id=UUID(int=3), policy=LENIENT, attended=attended)

    @given(st.integers(0, 60), st.none() | st.integers(0, 60))
    def test_where_marks_are_required_are_not_put_right_here(self, hours: int, attended: int | None) -> None:
        with pytest.raises(HoursFollowAttendance) as refused:
            require_hours(hours, enrolment_id=UUID(int=3), policy=STRICT, attended=attended)
        assert refused.value.facts == {"edits": f"/v1/enrolments/{UUID(int=3)}/attendance-edits"}


class TestMend:
    def test_what_is_left_out_stays(self) -> None:
        assert apply(SAID, Correction(programme="S10")) == SAID
        assert apply(EntryParticulars(), Correction(groups=(PAPER,))) == EntryParticulars(groups=(PAPER,))

    def test_what_is_given_takes_the_place_of_what_was_said(self) -> None:
        correction = Correction(
            employment=EmploymentState.EMPLOYED, groups=(), draws_pension=True, consented_on=date(2025, 2, 1)
        )

        assert apply(SAID, correction) == EntryParticulars(EmploymentState.EMPLOYED, (), True, date(2025, 2, 1), None)

    def test_the_sealed_part_is_told_apart(self) -> None:
        assert sealed_of(Correction(programme="S10", hours=1, employment=EmploymentState.EMPLOYED)) == []
        assert sealed_of(Correction(groups=(), draws_pension=False, consented_on=date(2025, 2, 1))) == [
            "groups", "draws_pension", "consent",
        ]  # fmt: skip
