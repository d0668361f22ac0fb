"""A quote and the claim that follows it, by the rules alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.claims.rules.checks import HeldSubsidy
from services.subsidy.claims.rules.lines import ClassStanding, lines_of
from services.subsidy.quotes.rules import assumed, assumed_evidence, quoted
from services.subsidy.trainings.rules import Outcome, Trainee
from shared.dated_rules.rules import Grounds
from shared.kernel.money import Fen
from tests.subsidy.builders import TERMS
from tests.subsidy.claiming import AT, HELD, STARTS_ON
from tests.subsidy.claims.rules.test_lines import PEOPLE, TRAINEES, class_of

ENDED = frozenset({Outcome.COMPLETED, Outcome.IN_TRAINING, Outcome.DEFERRED})


@given(
    trainees=TRAINEES,
    held=st.dictionaries(st.sampled_from(PEOPLE), st.lists(HELD, max_size=3)),
    rate=st.none() | st.sampled_from([Fen(80_000), Fen(200_000)]),
    share=st.none() | st.sampled_from([Fen(0), Fen(50_000)]),
    quoted_days=st.integers(-30, 30),
    certified_after=st.integers(0, 200),
    claimed_after=st.integers(0, 300),
)
def test_what_is_quoted_is_what_the_claim_pays_when_nothing_changes_in_between(
    trainees: list[Trainee],
    held: dict[UUID, list[HeldSubsidy]],
    rate: Fen | None,
    share: Fen | None,
    quoted_days: int,
    certified_after: int,
    claimed_after: int,
) -> None:
    class_ = replace(class_of(len(trainees)), share_fen=share)
    today = STARTS_ON + timedelta(days=quoted_days)

    def standing(evidence: dict[UUID, date]) -> ClassStanding:
        return ClassStanding(evidence, held, rate, TERMS, Grounds(0, ()), AT)

    expected = assumed(trainees)
    evidence = assumed_evidence(expected, {}, class_=class_, today=today)
    lines = quoted(class_, expected, standing(evidence), claimed_on=max(today, STARTS_ON))

    # Later everybody completed it who could, and got a certificate; the claim is made in time.
    done = [replace(each, outcome=Outcome.COMPLETED) if each.outcome in ENDED else each for each in trainees]
    certified_on = max(today, STARTS_ON) + timedelta(days=certified_after)
    claim = lines_of(
        class_,
        done,
        standing({each.person: certified_on for each in done}),
        claimed_on=certified_on + timedelta(days=claimed_after),
    )

    assert [each.line.decided for each in lines] == [each.decided for each in claim]
