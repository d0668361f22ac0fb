"""What a class must be to be filed: one check at a time, by the rules of its first day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.class_lifecycle.rules import filing
from services.registry.class_lifecycle.rules.filing import FilingDeadlines
from services.registry.classes.rules.classes import ExamPlan
from services.registry.classes.rules.limits import SiteElsewhere, require_in_region
from services.registry.directory.rules.sites import Site
from shared.contracts.dimensions import FundSource
from shared.kernel.awards import Award
from shared.kernel.periods import Period
from shared.kernel.working_days import CalendarUnset
from tests.registry.builders import WORKING_DAYS, policy, project, training_class

JUNE = date(2026, 6, 1)


def deadlines(filed_on: date, *, lead: int | None = 5) -> FilingDeadlines:
    return FilingDeadlines(policy(JUNE, filing_lead_working_days=lead), WORKING_DAYS, filed_on)


class TestSound:
    @given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(-30, 30))
    def test_a_class_may_end_on_its_first_day_but_not_before(self, starts_on: date, days: int) -> None:
        class_ = training_class(starts_on=starts_on, ends_on=starts_on + timedelta(days=days))

        if days >= 0:
            filing.require_sound(class_)
        else:
            with pytest.raises(filing.EndsBeforeStart):
                filing.require_sound(class_)

    @given(st.integers(-30, 30))
    def test_the_examination_is_on_the_last_day_or_later(self, days: int) -> None:
        class_ = training_class(exam_plan=ExamPlan(date(2025, 3, 20) + timedelta(days=days), None))

        if days >= 0:
            filing.require_sound(class_)
        else:
            with pytest.raises(filing.ExamBeforeEnd) as refused:
                filing.require_sound(class_)
            assert refused.value.facts == {"ends_on": "2025-03-20"}


class TestFee:
    @given(st.lists(st.integers(0, 10**8), min_size=3, max_size=3), st.integers(-3, 3))
    def test_the_parts_add_up_to_the_fee_to_the_fen(self, parts: list[int], off: int) -> None:
        if off == 0:
            filing.require_fee(*parts, total_fen=sum(parts))
        else:
            with pytest.raises(filing.FeePartsDiffer):
                filing.require_fee(*parts, total_fen=sum(parts) + off)

    def test_where_no_fee_was_said_the_parts_are_the_fee(self) -> None:
        filing.require_fee(100, 0, 1, total_fen=None)


class TestProject:
    def test_a_class_of_its_project_passes(self) -> None:
        filing.require_of_project(training_class(), project())

    @pytest.mark.parametrize("changes", [{"occupation": "4-10-01-06"}, {"award": Award.TECHNICIAN}], ids=str)
    def test_another_occupation_or_level_is_refused(self, changes: dict[str, object]) -> None:
        with pytest.raises(filing.NotOfProject) as refused:
            filing.require_of_project(training_class(**changes), project())

        assert refused.value.check == "C02"
        assert refused.value.facts["occupation"] == "4-10-01-05"

    @given(st.integers(1, 200), st.integers(1, 200))
    def test_a_class_has_the_hours_of_its_project_at_least(self, hours: int, hours_min: int) -> None:
        class_, of = training_class(hours=hours), project(hours_min=hours_min)

        if hours >= hours_min:
            filing.require_of_project(class_, of)
        else:
            with pytest.raises(filing.ClassTooShort) as refused:
                filing.require_of_project(class_, of)
            assert (refused.value.check, refused.value.facts) == ("C14", {"hours_min": hours_min})

    def test_the_one_project_that_is_listed_on_the_first_day_is_taken(self) -> None:
        ended = project(code="old", listed=Period(date(2024, 1, 1), date(2025, 2, 28)))
        later = project(code="new", listed=Period(date(2025, 3, 2)))

        assert filing.choose_project(training_class(), [ended, project(), later]) == project()

    def test_none_that_is_listed_is_refused(self) -> None:
        ended = project(listed=Period(date(2024, 1, 1), date(2025, 2, 28)))

        with pytest.raises(filing.NoProjectForClass) as refused:
            filing.choose_project(training_class(), [ended])

        assert refused.value.check == "C02"
        assert refused.value.facts == {"occupation": "4-10-01-05", "level": "L4", "award": "L4", "day": "2025-03-01"}

    def test_of_several_one_has_to_be_named(self) -> None:
        with pytest.raises(filing.ProjectNotNamed) as refused:
            filing.choose_project(training_class(), [project(code="b"), project(code="a")])

        assert refused.value.facts == {"projects": ["a", "b"]}


class TestSeats:
    @given(st.integers(1, 200), st.integers(0, 200), st.integers(1, 200))
    def test_a_class_holds_who_sits_in_it_and_no_more_than_the_policy_allows(
        self, seats: int, seated: int, seats_max: int
    ) -> None:
        rules = policy(JUNE, class_seats_max=seats_max)

        refusal: type[Exception] | None = None
        try:
            filing.require_seats(training_class(seats=seats), policy=rules, seated=seated)
        except (filing.ClassTooLarge, filing.SeatsTaken) as raised:
            refusal = type(raised)

        assert refusal is (filing.ClassTooLarge if seats > seats_max else filing.SeatsTaken if seats < seated else None)

    def test_both_refusals_say_which_check_it_was(self) -> None:
        assert {filing.ClassTooLarge.check, filing.SeatsTaken.check} == {"C18"}


class TestSite:
    @pytest.mark.parametrize(("region", "passes"), [("410102", True), ("410103", False), ("410100", False)])
    def test_a_class_is_filed_where_its_site_lies(self, region: str, passes: bool) -> None:
        site = Site(UUID(int=8), UUID(int=2), "S1", "某路 1 号", UUID(int=9), region, "410100", None, None, {}, 1)

        if passes:
            require_in_region(site, {training_class().region})
        else:
            with pytest.raises(SiteElsewhere):
                require_in_region(site, {training_class().region})


class TestComplete:
    @pytest.mark.parametrize("required", [True, False])
    @pytest.mark.parametrize("source", [FundSource.EMPLOYMENT_FUND, None])
    @pytest.mark.parametrize("site", [UUID(int=8), None])
    @pytest.mark.parametrize("teaching_plan", ["第一周：安全", None])
    def test_a_subsidised_class_says_where_and_what_where_that_is_required(
        self,
        required: bool,
        source: FundSource | None,
        site: UUID | None,
        teaching_plan: str | None,
    ) -> None:
        class_ = training_class(fund_source=source, site_id=site, teaching_plan=teaching_plan)
        rules = policy(JUNE, class_plan_required=required)

        missing: object = []
        try:
            filing.require_complete(class_, policy=rules)
        except filing.FilingIncomplete as refused:
            missing = refused.facts["missing"]

        said = {"site": site, "teaching_plan": teaching_plan}
        lacking = [name for name, value in said.items() if not value]
        assert missing == (lacking if required and source else [])


class TestWhole:
    KEYS: Final = {
        "site": "class_plan_required", "teaching_plan": "class_plan_required", "timetable": "class_timetable_required",
        "exam_plan": "class_exam_plan_required", "fee": "class_fee_required", "roster": "class_roster_required",
    }  # fmt: skip

    @given(st.sets(st.sampled_from([*KEYS])), st.sets(st.sampled_from([*KEYS.values()])), st.booleans())
    def test_a_subsidised_class_is_approved_with_all_that_is_asked_for(
        self, there: set[str], required: set[str], subsidised: bool
    ) -> None:
        class_ = training_class(
            fund_source=FundSource.EMPLOYMENT_FUND if subsidised else None,
            site_id=UUID(int=8) if "site" in there else None,
            teaching_plan="第一周：安全" if "teaching_plan" in there else None,
            exam_plan=ExamPlan(date(2026, 7, 1), None) if "exam_plan" in there else None,
            enterprise_fen=100 if "fee" in there else 0,
        )
        rules = policy(JUNE, **{key: key in required for key in self.KEYS.values()})
        asked_for = [name for name, key in self.KEYS.items() if key in required and name not in there]

        missing: object = []
        try:
            filing.require_whole(class_, policy=rules, planned="timetable" in there, seated=int("roster" in there))
        except filing.ClassIncomplete as refused:
            missing = refused.facts["missing"]

        assert missing == (asked_for if subsidised else [])

    def test_the_year_of_transition_asks_for_nothing_and_the_next_for_all(self) -> None:
        filing.require_whole(training_class(), policy=policy(date(2025, 6, 1)), planned=False, seated=0)
        with pytest.raises(filing.ClassIncomplete) as refused:
            filing.require_whole(training_class(), policy=policy(JUNE), planned=False, seated=0)

        assert refused.value.facts["missing"] == [*self.KEYS]


class TestLead:
    # Worked by hand on the calendars of the State Council: 2025-09-28 (Sunday), 2025-10-11 (Saturday), 2026-01-04
    # (Sunday), 2026-02-14 and 2026-02-28 (Saturdays) are worked; 1 to 8 October 2025, 1 to 3 January and
    # 15 to 23 February 2026 are not.
    FIFTH_WORKING_DAY = (
        (date(2025, 9, 26), date(2025, 10, 10)),
        (date(2025, 9, 30), date(2025, 10, 14)),
        (date(2025, 12, 31), date(2026, 1, 8)),
        (date(2026, 2, 11), date(2026, 2, 25)),
        (date(2026, 2, 13), date(2026, 2, 27)),
        (date(2026, 2, 27), date(2026, 3, 5)),
        (date(2026, 3, 2), date(2026, 3, 9)),
    )

    @pytest.mark.parametrize(("filed_on", "fifth"), FIFTH_WORKING_DAY)
    def test_a_class_starts_five_working_days_after_its_filing(self, filed_on: date, fifth: date) -> None:
        filing.require_lead(training_class(starts_on=fifth), deadlines(filed_on))

        with pytest.raises(filing.FiledTooLate) as refused:
            filing.require_lead(training_class(starts_on=fifth - timedelta(days=1)), deadlines(filed_on))
        assert refused.value.facts == {"lead_working_days": 5, "possible_from": fifth.isoformat()}

    @pytest.mark.parametrize(("filed_on", "fifth"), FIFTH_WORKING_DAY)
    def test_the_county_answers_within_five_working_days(self, filed_on: date, fifth: date) -> None:
        assert deadlines(filed_on).answer_due_on() == fifth

    def test_a_class_that_starts_yesterday_is_refused_even_without_a_lead(self) -> None:
        with pytest.raises(filing.FiledTooLate):
            filing.require_lead(training_class(starts_on=JUNE - timedelta(days=1)), deadlines(JUNE, lead=0))

    @given(st.dates(date(2025, 1, 1), date(2026, 12, 31)))
    def test_where_the_policy_names_no_lead_a_class_may_be_filed_afterwards(self, filed_on: date) -> None:
        filing.require_lead(training_class(), deadlines(filed_on, lead=None))

    def test_what_lies_beyond_the_calendar_cannot_be_counted(self) -> None:
        late = deadlines(date(2026, 12, 29))

        with pytest.raises(CalendarUnset):
            filing.require_lead(training_class(starts_on=date(2027, 1, 20)), late)
        assert late.answer_due_on() is None
