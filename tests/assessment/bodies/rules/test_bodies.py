"""Who a body is, and what it may examine on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.bodies.rules import scope as rules
from services.assessment.bodies.rules.bodies import (
    Body,
    BodyCreditCodeTaken,
    BodyKind,
    ScopeDiffers,
    WrongPrefixLetter,
    file,
    require_repeat,
)
from services.assessment.bodies.rules.sanctions import BodySanction, BodyStopped, require_not_stopped
from services.assessment.bodies.rules.scope import (
    Authority,
    EmployersOnly,
    OutsideScope,
    ScopeEnded,
    ScopeEntry,
    ScopeOverlaps,
    ShownOtherwise,
    SpecialGradeFirst,
    authority_for,
    require_scope,
)
from shared.contracts.dimensions import SanctionStep
from shared.kernel.awards import Award
from shared.kernel.ids import new_id
from shared.sanctions.rules import STOPPING

AT = datetime(2025, 6, 30, 4, tzinfo=UTC)
DAY = date(2025, 6, 30)
BODY = Body(new_id(), "52410000MJ00123452", "郑州评价中心", BodyKind.SOCIAL, "410102", "410100", "S000041000123", 1)
DAYS = st.dates(date(2025, 1, 1), date(2025, 2, 28))


def entry(award: Award = Award.SENIOR_WORKER, *, first_on: date = DAY, last_on: date | None = None) -> ScopeEntry:
    return ScopeEntry(
        id=new_id(), body_id=BODY.id, occupation="4-10-01-05", award=award, first_on=first_on, last_on=last_on,
        opened_by="zoe", opened_at=AT,
    )  # fmt: skip


class TestFiling:
    @pytest.mark.parametrize("kind", list(BodyKind))
    def test_the_prefix_begins_with_the_letter_of_the_kind(self, kind: BodyKind) -> None:
        file(replace(BODY, kind=kind, number_prefix=f"{kind.letter}000041000123"), [], at=AT)

        wrong = "S" if kind is BodyKind.EMPLOYER else "Y"
        with pytest.raises(WrongPrefixLetter):
            file(replace(BODY, kind=kind, number_prefix=f"{wrong}000041000123"), [], at=AT)

    def test_a_repeat_names_nothing_that_was_never_filed(self) -> None:
        ended = entry(last_on=DAY - timedelta(days=1))

        require_repeat(BODY, replace(BODY, reporting_region="410300"), filed=[ended], asked=[entry()])

        with pytest.raises(ScopeDiffers):
            require_repeat(BODY, BODY, filed=[ended], asked=[entry(Award.TECHNICIAN)])
        with pytest.raises(BodyCreditCodeTaken):
            require_repeat(BODY, replace(BODY, name="洛阳"), filed=[ended], asked=[])


class TestScope:
    def test_only_what_was_filed_may_be_examined_and_the_refusal_says_what_was(self) -> None:
        scope = [entry(), entry(Award.TECHNICIAN), entry(Award.JUNIOR_WORKER, last_on=DAY - timedelta(days=1))]
        require_scope(scope, "4-10-01-05", Award.TECHNICIAN, day=DAY)

        with pytest.raises(OutsideScope) as refused:
            require_scope(scope, "4-10-01-05", Award.JUNIOR_WORKER, day=DAY)
        assert refused.value.facts["levels_filed"] == ["L4", "L5"]
        with pytest.raises(OutsideScope):
            require_scope(scope, "4-10-01-05", Award.TECHNICIAN, day=DAY - timedelta(days=1))

    @given(DAYS, st.none() | DAYS, DAYS)
    def test_a_body_examines_from_the_first_day_to_the_last(self, first: date, last: date | None, day: date) -> None:
        within = first <= day and (last is None or day <= last)

        try:
            require_scope([entry(first_on=first, last_on=last)], "4-10-01-05", Award.SENIOR_WORKER, day=day)
        except OutsideScope:
            assert not within
        else:
            assert within

    def test_an_award_is_filed_once_for_a_day(self) -> None:
        first = rules.open_(entry(), is_employer=False, others=[])

        with pytest.raises(ScopeOverlaps):
            rules.open_(entry(first_on=DAY + timedelta(days=9)), is_employer=False, others=[first])
        ended = rules.end(first, from_on=DAY + timedelta(days=9), by="yan", reason="停办", at=AT)
        assert rules.open_(entry(first_on=DAY + timedelta(days=9)), is_employer=False, others=[ended])
        assert (ended.ended_by, ended.last_on) == ("yan", DAY + timedelta(days=8))
        with pytest.raises(ScopeEnded):
            rules.end(ended, from_on=DAY + timedelta(days=9), by="yan", reason="停办", at=AT)

    def test_ranks_have_their_authority_and_the_highest_are_of_employers(self) -> None:
        assert [authority_for(Award(rank)) for rank in range(2, 9)] == [
            *[Authority.COUNTY] * 3, *[Authority.PREFECTURE] * 2, *[Authority.PROVINCE] * 2,
        ]  # fmt: skip
        for award in (Award.APPRENTICE, Award.SPECIAL_GRADE_TECHNICIAN, Award.CHIEF_TECHNICIAN):
            with pytest.raises(EmployersOnly):
                rules.open_(entry(award), is_employer=False, others=[])
        with pytest.raises(ShownOtherwise):
            rules.open_(entry(Award.PRE_JOB), is_employer=True, others=[])

    def test_chief_technicians_come_after_special_grade_technicians_of_the_occupation(self) -> None:
        special, chief = entry(Award.SPECIAL_GRADE_TECHNICIAN), entry(Award.CHIEF_TECHNICIAN)

        with pytest.raises(SpecialGradeFirst):
            rules.open_(chief, is_employer=True, others=[])
        with pytest.raises(SpecialGradeFirst):
            rules.open_(chief, is_employer=True, others=[replace(special, occupation="4-03-02-01")])
        assert rules.open_(chief, is_employer=True, others=[special]) == chief


@given(st.sampled_from(SanctionStep), DAYS, st.none() | DAYS, DAYS)
def test_a_stop_or_more_stops_the_exams_of_its_days(
    step: SanctionStep, first: date, last: date | None, day: date
) -> None:
    sanction = BodySanction(
        id=new_id(), body_id=BODY.id, step=step, reason="抽查", first_on=first, last_on=last, opened_by="zoe",
        opened_at=AT,
    )  # fmt: skip
    stopped = step in STOPPING and first <= day and (last is None or day <= last)

    try:
        require_not_stopped([sanction], day=day)
    except BodyStopped:
        assert stopped
    else:
        assert not stopped
