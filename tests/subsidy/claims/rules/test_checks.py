"""The checks of one line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.claims.rules.checks import Check, LineFacts, judge
from services.subsidy.claims.rules.held import HeldSubsidy
from services.subsidy.limits.rules import Terms
from services.subsidy.trainings.rules import Outcome
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.awards import Award
from shared.kernel.money import Fen
from shared.kernel.periods import months_after
from tests.subsidy.builders import CAREGIVER, TERMS
from tests.subsidy.claiming import DAYS, HELD, STARTS_ON, WELDER

GOOD = LineFacts(
    outcome=Outcome.COMPLETED,
    flagged=False,
    occupation=CAREGIVER,
    award=Award.SENIOR_WORKER,
    starts_on=STARTS_ON,
    evidenced_on=date(2025, 4, 30),
    claimed_on=date(2025, 6, 1),
    held=(),
    rate=Fen(200_000),
    terms=TERMS,
)

FACTS = st.builds(
    LineFacts,
    outcome=st.sampled_from(Outcome),
    flagged=st.booleans(),
    occupation=st.sampled_from([CAREGIVER, WELDER]),
    award=st.sampled_from(Award),
    starts_on=DAYS,
    evidenced_on=st.none() | DAYS,
    claimed_on=DAYS,
    held=st.lists(HELD, max_size=4).map(tuple),
    rate=st.none() | st.integers(1, 1_000_000).map(Fen),
    terms=st.builds(Terms, st.integers(1, 24), st.integers(1, 4)),
)


class TestJudge:
    def test_a_completed_and_certified_training_gets_the_rate(self) -> None:
        assert judge(GOOD) == 200_000

    @pytest.mark.parametrize(
        ("changes", "check"),
        [
            ({"outcome": Outcome.WITHDRAWN}, Check.WITHDRAWN),
            ({"outcome": Outcome.FAILED}, Check.NOT_COMPLETED),
            ({"flagged": True}, Check.FLAGGED),
            ({"evidenced_on": None}, Check.NO_CERTIFICATE),
            ({"evidenced_on": STARTS_ON - timedelta(days=1)}, Check.NO_CERTIFICATE),
            ({"claimed_on": date(2026, 5, 1)}, Check.WINDOW_PASSED),
            ({"held": (HeldSubsidy(CAREGIVER, Award.SENIOR_WORKER, 2019),)}, Check.ALREADY_CLAIMED),
            ({"held": (HeldSubsidy(CAREGIVER, Award.TECHNICIAN, 2019),)}, Check.HIGHER_LEVEL_CLAIMED),
            ({"held": (HeldSubsidy(WELDER, Award.TECHNICIAN, 2025),) * 3}, Check.CAP_USED_UP),
            ({"rate": None}, Check.NO_POLICY),
        ],
    )
    def test_each_check_refuses_by_its_code(self, changes: dict[str, object], check: Check) -> None:
        assert judge(replace(GOOD, **changes)) is check  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "changes",
        [
            {"evidenced_on": STARTS_ON},
            {"claimed_on": date(2026, 4, 30)},
            {"held": (HeldSubsidy(CAREGIVER, Award.INTERMEDIATE_WORKER, 2025),)},
            {"held": (HeldSubsidy(WELDER, Award.SENIOR_WORKER, 2025), HeldSubsidy(WELDER, Award.TECHNICIAN, 2025))},
            {"held": (HeldSubsidy(WELDER, Award.TECHNICIAN, 2024),) * 3},
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
            assert not facts.flagged
            assert facts.evidenced_on is not None
            assert facts.starts_on <= facts.evidenced_on
            assert facts.claimed_on <= months_after(facts.evidenced_on, facts.terms.claim_window_months)

    @given(FACTS, HELD)
    def test_another_subsidy_never_makes_a_refused_line_payable(self, facts: LineFacts, held: HeldSubsidy) -> None:
        if isinstance(judge(facts), Check):
            assert isinstance(judge(replace(facts, held=(*facts.held, held))), Check)

    @given(FACTS)
    def test_a_line_that_is_held_is_never_paid_a_second_time(self, facts: LineFacts) -> None:
        own = HeldSubsidy(facts.occupation, facts.award, facts.starts_on.year)

        assert isinstance(judge(replace(facts, held=(*facts.held, own))), Check)

    @given(FACTS)
    def test_no_more_than_the_cap_of_trainings_that_begin_in_one_year_is_payable(self, facts: LineFacts) -> None:
        trainings = [held for held in facts.held if held.kind is SubsidyKind.TRAINING]
        in_year = sum(held.year == facts.starts_on.year for held in trainings)

        if not isinstance(judge(facts), Check):
            assert in_year < facts.terms.claim_trainings_a_year_max

    @given(FACTS)
    def test_only_levels_are_compared(self, facts: LineFacts) -> None:
        if judge(facts) is Check.HIGHER_LEVEL_CLAIMED:
            own = facts.award.level
            held = [each.award.level for each in facts.held if each.occupation == facts.occupation]
            assert own is not None
            assert any(level is not None and level > own for level in held)

    @pytest.mark.parametrize(("years", "check"), [(0, "C09"), (2, "C09"), (3, None), (-3, None), (-2, "C09")])
    def test_a_renewal_is_paid_once_in_three_years(self, years: int, check: str | None) -> None:
        renewal = Award.SPECIAL_OPERATIONS_RENEWAL
        held = (HeldSubsidy(CAREGIVER, renewal, STARTS_ON.year - years),)

        verdict = judge(replace(GOOD, award=renewal, held=held))

        assert verdict == (200_000 if check is None else check)
