"""Which offsets lapse when the claim that is paid less comes to less."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.offsets.rules import KeptClaim, Offset, lapsing
from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.money import Fen

AMOUNTS = st.lists(st.integers(1, 1000), max_size=8)


def offsets(amounts: list[int]) -> list[Offset]:
    return [
        Offset(UUID(int=number), UUID(int=99), number, None, Fen(amount)) for number, amount in enumerate(amounts, 1)
    ]


def kept(amount: int, kept_fen: int, status: ClaimStatus) -> KeptClaim:
    return KeptClaim(UUID(int=1), UUID(int=2), "410100", "410100", status, Fen(amount), Fen(kept_fen))


@given(AMOUNTS, st.integers(0, 9000))
def test_as_much_lapses_as_is_in_excess_and_what_is_kept_is_the_first_that_was_made(
    amounts: list[int], excess: int
) -> None:
    lapsed = {offset.id: amount for offset, amount in lapsing(offsets(amounts), Fen(excess))}

    assert sum(lapsed.values()) == min(excess, sum(amounts))
    left = [each.amount_fen - lapsed.get(each.id, 0) for each in offsets(amounts)]
    # Whole ones, then at most one in part, then none.
    touched = [number for number, amount in enumerate(amounts) if left[number] < amount]
    assert touched == list(range(len(amounts) - len(touched), len(amounts)))
    assert all(left[number] == 0 for number in touched[1:])
    assert all(0 <= rest <= amount for rest, amount in zip(left, amounts, strict=True))


@pytest.mark.parametrize(
    ("status", "excess"),
    [
        (ClaimStatus.APPROVED, 20),
        (ClaimStatus.PAYMENT_FAILED, 20),
        (ClaimStatus.RETURNED, 100),
        (ClaimStatus.DRAFT, 100),
        (ClaimStatus.REJECTED, 100),
        (ClaimStatus.WITHDRAWN, 100),
    ],
)
def test_a_claim_that_is_not_approved_comes_to_nothing_yet(status: ClaimStatus, excess: int) -> None:
    assert kept(80, 100, status).excess_fen == excess
    assert kept(100, 0, status).excess_fen == 0
