"""What a blacklisted institution is recognised by when it comes back."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.directory.rules.blacklist import (
    Mark,
    MarkKind,
    MarkOf,
    WrongAccount,
    WrongAddress,
    account_text,
    address_text,
    borrowed_accounts,
    marks_of,
    returned,
)
from tests.registry.directory.rules.directory import institution

ACCOUNT = "6222021234567890123"
ADDRESS = "郑州市中原区桐柏路1号"


@given(st.lists(st.integers(0, len(ACCOUNT)), max_size=6), st.sampled_from(" -\u3000\u200b－‐"))
def test_an_account_is_the_same_however_it_is_broken_up(places: list[int], between: str) -> None:
    written = ACCOUNT
    for place in sorted(places, reverse=True):
        written = written[:place] + between + written[place:]

    assert account_text(written) == ACCOUNT


@pytest.mark.parametrize("raw", ["", "N/A", "无", "12345", "0" * 19, "1" * 16, ACCOUNT * 3, "账号6222021234567"])
def test_what_is_no_account_is_refused_and_not_repeated(raw: str) -> None:
    with pytest.raises(WrongAccount) as refused:
        account_text(raw)

    assert refused.value.facts == {}


@pytest.mark.parametrize("raw", [ADDRESS, "郑州市中原区 桐柏路１号", "郑州市,中原区,桐柏路1号。", f"\ufeff{ADDRESS}"])
def test_an_address_is_the_same_however_it_is_written(raw: str) -> None:
    assert address_text(raw) == ADDRESS


@pytest.mark.parametrize("raw", ["", "无", "N/A", "11111111", "---------", "同上"])
def test_what_is_no_address_is_refused(raw: str) -> None:
    with pytest.raises(WrongAddress):
        address_text(raw)


def test_only_what_was_said_makes_marks() -> None:
    assert marks_of(institution()) == []
    assert marks_of(institution(owner_mark=UUID(int=7), account_mark=UUID(int=8))) == [
        Mark(MarkKind.OWNER, UUID(int=7)),
        Mark(MarkKind.ACCOUNT, UUID(int=8)),
    ]


def test_each_mark_that_came_back_is_one_flag_that_holds_claims() -> None:
    one, other = UUID(int=11), UUID(int=12)
    found = [
        MarkOf(MarkKind.OWNER, UUID(int=7), other),
        MarkOf(MarkKind.OWNER, UUID(int=7), one),
        MarkOf(MarkKind.SITE, UUID(int=8), one),
    ]

    owner, site = returned(institution(), found)

    assert (owner.check, owner.kind, owner.holds, site.holds) == ("C25", "returned-from-blacklist", True, True)
    assert owner.facts == {"what": "owner", "blacklisted": [str(one), str(other)]}
    assert (site.facts["what"], owner.institution_id) == ("site", institution().id)
    assert owner.seen != site.seen


def test_an_account_of_others_is_one_flag_that_holds_claims_and_a_shared_owner_is_none() -> None:
    one, other = UUID(int=11), UUID(int=12)
    found = [
        MarkOf(MarkKind.ACCOUNT, UUID(int=8), other),
        MarkOf(MarkKind.ACCOUNT, UUID(int=8), one),
        MarkOf(MarkKind.OWNER, UUID(int=7), one),
        MarkOf(MarkKind.SITE, UUID(int=9), one),
    ]

    (flag,) = borrowed_accounts(institution(), found)

    assert (flag.check, flag.kind, flag.holds) == ("C24", "borrowed-account", True)
    assert (flag.institution_id, flag.facts) == (institution().id, {"institutions": [str(one), str(other)]})
