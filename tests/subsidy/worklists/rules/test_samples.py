"""Samples of decisions: the share, the weight, and that anybody can draw them again."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from math import ceil
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.worklists.rules import Decided, Decision, as_json, draw, from_json, weight
from shared.kernel.money import Fen

POPULATIONS = st.lists(
    st.builds(Decided, st.uuids(version=4), st.sampled_from(Decision), st.integers(1, 50)),
    max_size=60,
    unique_by=lambda each: each.claim_id,
)
SHARES = st.decimals(0, 1, places=2)


@given(population=POPULATIONS, share=SHARES, seed=st.text(min_size=1, max_size=8))
def test_never_less_than_the_share_of_approvals_nor_of_refusals_is_drawn(
    population: list[Decided], share: Decimal, seed: str
) -> None:
    drawn = draw(population, seed=seed, share=share)

    of_all, of_drawn = (Counter(each.decision for each in those) for those in (population, drawn))
    assert set(drawn) <= set(population)
    assert len(set(drawn)) == len(drawn)
    assert {kind: of_drawn[kind] for kind in Decision} == {kind: ceil(share * of_all[kind]) for kind in Decision}


@given(population=POPULATIONS, share=SHARES, order=st.randoms(use_true_random=False))
def test_seed_and_population_give_the_same_sample_in_whatever_order(
    population: list[Decided], share: Decimal, order: object
) -> None:
    shuffled = list(population)
    order.shuffle(shuffled)  # type: ignore[attr-defined]

    again = draw(from_json(as_json(shuffled)), seed="s", share=share)

    assert set(again) == set(draw(population, seed="s", share=share))


def test_what_carries_more_risk_is_drawn_more_often() -> None:
    light = [Decided(UUID(int=number), Decision.APPROVAL, 1) for number in range(9)]
    heavy = Decided(UUID(int=99), Decision.APPROVAL, 9)

    drawn = sum(heavy in draw([*light, heavy], seed=str(seed), share=Decimal("0.1")) for seed in range(400))

    # It has half of the weight of all; 40 of 400 would be its part without weights.
    assert 160 <= drawn <= 240


def test_money_refused_lines_and_flags_weigh() -> None:
    assert weight(amount=Fen(0), refused_lines=0, flags=0) == 1
    assert weight(amount=Fen(3_000_000), refused_lines=2, flags=1) == 1 + 3 + 2 + 3
