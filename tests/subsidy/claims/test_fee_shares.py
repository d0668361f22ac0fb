"""A line pays no more than the government's share of the fee with which its class was filed."""

from __future__ import annotations

import pytest
from msgspec.structs import asdict

from shared.contracts.fact import Fact
from shared.contracts.registry.classes import ClassCompleted
from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    amounts,
    people,
)
from tests.subsidy.office import Office


def finished(taught: Taught, share_fen: int | None) -> list[Fact]:
    """The class completed, every trainee too; filed with that share of a fee of 2,000 yuan, or without a fee."""
    filed = {} if share_fen is None else {"government_fen": share_fen, "fee_fen": L4_FEN}
    return [*taught.all_finished()[:-1], ClassCompleted(**asdict(taught.completed()) | filed)]


@pytest.mark.parametrize(
    ("share_fen", "line"),
    [
        (50_000, (50_000, None)),
        (L4_FEN, (L4_FEN, None)),
        (L4_FEN + 1, (L4_FEN, None)),
        (1, (1, None)),
        (0, (0, "SHARE")),
        (None, (L4_FEN, None)),
    ],
)
async def test_the_amount_is_the_policy_s_and_no_more_than_the_filed_share(
    office: Office, share_fen: int | None, line: tuple[int, str | None]
) -> None:
    taught = Taught(people(2))
    await office.service.hear(*finished(taught, share_fen))

    drafted = (await office.draft(taught)).json()

    assert amounts(drafted) == [line, line]
    replayed = (await office.get(f"/v1/claims/{drafted['id']}/replay", office.institution(taught))).json()
    assert [each["same"] for each in replayed["lines"]] == [True, True]


async def test_what_is_paid_is_the_share(office: Office) -> None:
    taught = Taught(people(3))
    await office.service.hear(*finished(taught, 50_000))

    await office.paid(taught)

    assert (await office.balance())["paid"] == 3 * 50_000
