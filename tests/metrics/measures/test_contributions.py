"""What a fact contributes, by rule."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.metrics.measures.rules.contributions import PERSONS, holding, of_claim, of_enrolment
from services.metrics.measures.rules.measures import Measure
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.contracts.subsidy.claims import ClaimDrafted, ClaimLine, ClaimPaid, ClaimState, ClaimStatus
from shared.kernel.levels import Level
from tests.support.facts import certificate, claim, enrolment, line

PAID_ON = date(2025, 8, 1)


@st.composite
def paid_lines(draw: st.DrawFn) -> tuple[ClaimLine, ...]:
    amounts = draw(st.lists(st.integers(0, 500_000), min_size=1, max_size=30))
    recovered = [draw(st.booleans()) and amount > 0 for amount in amounts]
    return tuple(
        line(
            place,
            amount_fen=amount,
            recovered_fen=amount if back else 0,
            recovered_on=date(2025, 9, 1) if back else None,
        )
        for place, (amount, back) in enumerate(zip(amounts, recovered, strict=True), 1)
    )


def paid(lines: tuple[ClaimLine, ...]) -> ClaimState:
    told = claim(1, version=4, fact=ClaimPaid, status=ClaimStatus.PAID, approved_on=date(2025, 7, 1), paid_on=PAID_ON)
    return replace(told, lines=lines)


def sums(fact: ClaimState) -> dict[Measure, int]:
    found = dict.fromkeys(Measure, 0)
    for contribution in of_claim(fact, before=fact.version - 1):
        if contribution.measure is not None:
            found[contribution.measure] += contribution.amount
    return found


class TestEnrolments:
    @given(status=st.sampled_from(EnrolmentStatus), days=st.integers(0, 3))
    def test_only_a_completed_one_counts_and_any_was_in_training_on_the_days_before_its_outcome(
        self, status: EnrolmentStatus, days: int
    ) -> None:
        told = enrolment(1, status=status)
        first = told.effective_on - timedelta(days=days)

        (found,) = of_enrolment(replace(told, from_on=first), before=0)

        is_completed, is_running = status is EnrolmentStatus.COMPLETED, status is EnrolmentStatus.IN_TRAINING
        assert (found.measure, found.amount) == ((Measure.TRAININGS, 1) if is_completed else (None, 0))
        assert found.day == (told.effective_on if is_completed else None)
        if is_running:
            assert (found.from_on, found.until) == (first, None)
        else:
            assert (found.from_on, found.until) == ((first, told.effective_on) if days else (None, None))


class TestCertificates:
    @given(level=st.sampled_from(Level))
    def test_skilled_persons_begin_at_rank_2_and_high_skilled_at_rank_4(self, level: Level) -> None:
        held = holding(certificate(1, person=1, level=level.value))

        assert held is not None
        assert held.combination.award.level is not None
        assert [measure for measure, (low, high) in PERSONS.items() if low <= held.combination.award.level <= high] == [
            *([Measure.HIGH_SKILLED_PERSONS] if level >= 4 else []),
            *([Measure.SKILLED_PERSONS] if level >= 2 else []),
            *([Measure.TECHNICIANS] if level in (5, 6) else []),
            *([Measure.CHIEF_TECHNICIANS] if level in (7, 8) else []),
        ]

    def test_an_award_without_a_level_makes_no_skilled_person(self) -> None:
        assert holding(certificate(1, person=1, level=None, award="special_ability")) is None


class TestClaims:
    @given(paid_lines())
    def test_the_money_of_the_lines_is_the_money_of_the_claim(self, lines: tuple[ClaimLine, ...]) -> None:
        found = sums(paid(lines))

        assert found[Measure.APPROVED_FEN] == found[Measure.PAID_FEN] == sum(each.amount_fen for each in lines)
        assert found[Measure.RECOVERED_FEN] == sum(each.recovered_fen for each in lines)
        standing = [each for each in lines if each.amount_fen and not each.recovered_fen]
        assert found[Measure.SUBSIDISED_TRAININGS] == len(standing)

    @given(paid_lines(), st.data())
    def test_a_line_that_is_owed_back_is_paid_and_no_subsidised_training(
        self, lines: tuple[ClaimLine, ...], data: st.DataObject
    ) -> None:
        owed = tuple(
            replace(each, owed_on=PAID_ON, owed_for="C12") if data.draw(st.booleans()) else each for each in lines
        )

        found = sums(paid(owed))

        standing = [each for each in owed if each.amount_fen and not each.recovered_fen and each.owed_on is None]
        assert found[Measure.PAID_FEN] == sum(each.amount_fen for each in lines)
        assert found[Measure.SUBSIDISED_TRAININGS] == len(standing)

    @given(paid_lines())
    def test_a_later_fact_of_the_claim_has_every_part_that_an_earlier_one_had(
        self, lines: tuple[ClaimLine, ...]
    ) -> None:
        draft = replace(claim(1, version=1, fact=ClaimDrafted, status=ClaimStatus.DRAFT), lines=lines)

        parts = [each.part for each in of_claim(draft, before=0)]
        assert parts == [each.part for each in of_claim(paid(lines), before=3)]
        assert len(set(parts)) == len(parts)

    def test_a_draft_counts_nothing(self) -> None:
        assert not any(sums(claim(1, version=1, fact=ClaimDrafted, status=ClaimStatus.DRAFT)).values())
