"""The checks of one line, and the lines of a class."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.domain.checks import Check, Held, LineFacts, judge, months_after, terms_on
from services.subsidy.domain.heard import Outcome, Trainee, TrainingClass
from services.subsidy.domain.lines import Standing, lines_of
from shared.contracts.dimensions import FundSource
from shared.kernel.levels import Level
from shared.kernel.money import Fen

CAREGIVER, WELDER = "4-10-01-05", "6-18-02-04"
STARTS_ON = date(2025, 3, 1)

GOOD = LineFacts(
    outcome=Outcome.COMPLETED,
    occupation=CAREGIVER,
    level=Level.SENIOR_WORKER,
    starts_on=STARTS_ON,
    certified_on=date(2025, 4, 30),
    claimed_on=date(2025, 6, 1),
    held=(),
    rate=Fen(200_000),
)

DAYS = st.dates(date(2024, 6, 1), date(2027, 1, 1))
HELD = st.builds(
    Held, st.sampled_from([CAREGIVER, WELDER]), st.sampled_from(Level), st.sampled_from([2024, 2025, 2026])
)
FACTS = st.builds(
    LineFacts,
    outcome=st.sampled_from(Outcome),
    occupation=st.sampled_from([CAREGIVER, WELDER]),
    level=st.sampled_from(Level),
    starts_on=DAYS,
    certified_on=st.none() | DAYS,
    claimed_on=DAYS,
    held=st.lists(HELD, max_size=4).map(tuple),
    rate=st.none() | st.integers(1, 1_000_000).map(Fen),
)


class TestJudge:
    def test_a_completed_and_certified_training_gets_the_rate(self) -> None:
        assert judge(GOOD) == 200_000

    @pytest.mark.parametrize(
        ("changes", "check"),
        [
            ({"outcome": Outcome.WITHDRAWN}, Check.WITHDRAWN),
            ({"outcome": Outcome.FAILED}, Check.NOT_COMPLETED),
            ({"certified_on": None}, Check.NO_CERTIFICATE),
            ({"certified_on": STARTS_ON - timedelta(days=1)}, Check.NO_CERTIFICATE),
            ({"claimed_on": date(2026, 5, 1)}, Check.WINDOW_PASSED),
            ({"held": (Held(CAREGIVER, Level.SENIOR_WORKER, 2019),)}, Check.ALREADY_CLAIMED),
            ({"held": (Held(CAREGIVER, Level.TECHNICIAN, 2019),)}, Check.HIGHER_LEVEL_CLAIMED),
            ({"held": (Held(WELDER, Level.TECHNICIAN, 2025),) * 3}, Check.CAP_USED_UP),
            ({"rate": None}, Check.NO_POLICY),
        ],
    )
    def test_each_check_refuses_by_its_code(self, changes: dict[str, object], check: Check) -> None:
        assert judge(replace(GOOD, **changes)) is check  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "changes",
        [
            {"certified_on": STARTS_ON},
            {"claimed_on": date(2026, 4, 30)},
            {"held": (Held(CAREGIVER, Level.INTERMEDIATE_WORKER, 2025),)},
            {"held": (Held(WELDER, Level.SENIOR_WORKER, 2025), Held(WELDER, Level.TECHNICIAN, 2025))},
            {"held": (Held(WELDER, Level.TECHNICIAN, 2024),) * 3},
        ],
    )
    def test_what_lies_just_inside_a_limit_passes(self, changes: dict[str, object]) -> None:
        assert judge(replace(GOOD, **changes)) == 200_000  # type: ignore[arg-type]

    @given(FACTS)
    def test_an_amount_is_the_rate_and_only_for_a_completed_certified_training_in_time(self, facts: LineFacts) -> None:
        verdict = judge(facts)

        if not isinstance(verdict, Check):
            assert verdict == facts.rate
            assert facts.outcome is Outcome.COMPLETED
            assert facts.certified_on is not None
            assert facts.starts_on <= facts.certified_on
            assert facts.claimed_on <= months_after(facts.certified_on, 12)

    @given(FACTS, HELD)
    def test_another_subsidy_never_makes_a_refused_line_payable(self, facts: LineFacts, held: Held) -> None:
        if isinstance(judge(facts), Check):
            assert isinstance(judge(replace(facts, held=(*facts.held, held))), Check)

    @given(FACTS)
    def test_a_line_that_is_held_is_never_paid_a_second_time(self, facts: LineFacts) -> None:
        own = Held(facts.occupation, facts.level, facts.starts_on.year)

        assert isinstance(judge(replace(facts, held=(*facts.held, own))), Check)

    @given(FACTS)
    def test_no_more_than_the_cap_of_trainings_that_begin_in_one_year_is_payable(self, facts: LineFacts) -> None:
        in_year = sum(held.year == facts.starts_on.year for held in facts.held)

        if not isinstance(judge(facts), Check):
            assert in_year < terms_on(facts.claimed_on).trainings_a_year_max


class TestMonthsAfter:
    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2025, 1, 31), 1, date(2025, 2, 28)),
            (date(2025, 12, 31), 12, date(2026, 12, 31)),
            (date(2025, 11, 30), 1, date(2025, 12, 30)),
        ],
    )
    def test_a_day_that_the_month_lacks_becomes_its_last(self, day: date, months: int, later: date) -> None:
        assert months_after(day, months) == later

    @given(DAYS, DAYS)
    def test_later_days_end_no_earlier(self, one: date, other: date) -> None:
        first, second = sorted([one, other])

        assert months_after(first, 12) <= months_after(second, 12)


def class_of(trainees: int) -> TrainingClass:
    return TrainingClass(
        id=uuid4(),
        institution_id=uuid4(),
        region="410102",
        reporting_region="410100",
        occupation=CAREGIVER,
        level=Level.SENIOR_WORKER,
        fund_source=FundSource.EMPLOYMENT_FUND,
        starts_on=STARTS_ON,
        state="completed",
        enrolled=trainees,
    )


PEOPLE = [UUID(int=number) for number in range(1, 6)]
TRAINEES = st.lists(
    st.builds(
        Trainee,
        enrolment_id=st.uuids(version=4),
        class_id=st.just(uuid4()),
        person=st.sampled_from(PEOPLE),
        programme=st.just("S01"),
        outcome=st.sampled_from(Outcome),
        effective_on=DAYS,
    ),
    max_size=8,
    unique_by=lambda each: each.enrolment_id,
)
STANDING = st.builds(
    Standing,
    certified_on=st.dictionaries(st.sampled_from(PEOPLE), st.dates(STARTS_ON, date(2025, 5, 1))),
    held=st.dictionaries(st.sampled_from(PEOPLE), st.lists(HELD, max_size=3)),
    rate=st.none() | st.just(Fen(200_000)),
)


class TestLinesOf:
    @given(TRAINEES, STANDING)
    def test_every_trainee_has_one_line_in_the_order_of_enrolments(
        self, trainees: list[Trainee], standing: Standing
    ) -> None:
        lines = lines_of(class_of(len(trainees)), trainees, standing, claimed_on=date(2025, 6, 1))

        assert [line.line for line in lines] == list(range(1, len(trainees) + 1))
        assert [line.enrolment_id for line in lines] == sorted(each.enrolment_id for each in trainees)
        assert all((line.amount_fen == 0) == (line.refusal is not None) for line in lines)

    @given(TRAINEES, STANDING)
    def test_a_person_is_paid_once_in_a_class_and_never_beside_a_line_held_elsewhere(
        self, trainees: list[Trainee], standing: Standing
    ) -> None:
        class_ = class_of(len(trainees))

        lines = lines_of(class_, trainees, standing, claimed_on=date(2025, 6, 1))

        paid = [line.person for line in lines if line.is_payable]
        assert len(paid) == len(set(paid))
        for person in paid:
            others = standing.held.get(person, ())
            assert all((held.occupation, held.level) != (CAREGIVER, class_.level) for held in others)

    @given(TRAINEES, STANDING)
    def test_building_again_gives_the_same_whatever_the_order_of_the_trainees(
        self, trainees: list[Trainee], standing: Standing
    ) -> None:
        class_ = class_of(len(trainees))
        on = date(2025, 6, 1)

        backwards = lines_of(class_, trainees[::-1], standing, claimed_on=on)

        assert backwards == lines_of(class_, trainees, standing, claimed_on=on)
