"""A quote and the claim that follows it, by the rules alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.claims.rules.held import HeldSubsidy
from services.subsidy.claims.rules.lines import Standing, lines_of
from services.subsidy.claims.rules.sources import of_trainee
from services.subsidy.quotes.rules import assumed, quoted, showing_award
from services.subsidy.trainings.rules import Outcome, Trainee
from shared.dated_rules.rules import Grounds
from shared.kernel.money import Fen
from tests.subsidy.builders import TERMS
from tests.subsidy.claiming import AT, DAYS, HELD, STARTS_ON
from tests.subsidy.claims.rules.test_lines import PEOPLE, source

TRAINEES = st.lists(
    st.builds(
        Trainee,
        enrolment_id=st.uuids(version=4),
        class_id=st.just(UUID(int=0)),
        person=st.sampled_from(PEOPLE),
        programme=st.just("S01"),
        outcome=st.sampled_from(Outcome),
        effective_on=DAYS,
    ),
    max_size=8,
    unique_by=lambda each: each.enrolment_id,
)
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
    of = replace(source(), share_fen=share)
    today = STARTS_ON + timedelta(days=quoted_days)
    standing = Standing(held, rate, TERMS, Grounds(0, ()), AT)

    expected = [of_trainee(each, {}) for each in assumed(trainees)]
    shown = showing_award(of, expected, today=today)
    lines = quoted(of, shown, standing, claimed_on=max(today, STARTS_ON))

    # Later everybody completed it who could, and got a certificate; the claim is made in time.
    done = [replace(each, outcome=Outcome.COMPLETED) if each.outcome in ENDED else each for each in trainees]
    certified_on = max(today, STARTS_ON) + timedelta(days=certified_after)
    evidence = {each.person: certified_on for each in done}
    claim = lines_of(
        of,
        [of_trainee(each, evidence) for each in done],
        standing,
        claimed_on=certified_on + timedelta(days=claimed_after),
    )

    assert [each.line.decided for each in lines] == [each.decided for each in claim]
