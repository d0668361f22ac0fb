"""Which claims have a list of names, who is on it, and how people are shown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.identity import DocumentKind
from shared.persons import Particulars
from shared.public_lists.rules import OF_AGE, OF_GROUPS, PUBLIC, list_of, shown
from tests.support.facts import line
from tests.support.people import identity_number
from tests.support.public_lists import published

TODAY = date(2025, 6, 3)
OPEN_KINDS = sorted(set(SubsidyKind) - OF_GROUPS)
AMOUNTS = st.lists(st.integers(0, 10_000_000), max_size=8)


def person(born: date, *, name: str = "欧阳修竹", order: int = 123) -> Particulars:
    return Particulars(DocumentKind.RESIDENT_ID, identity_number(born, order), name)


@given(st.sampled_from(ClaimStatus), AMOUNTS)
def test_a_list_has_every_line_that_is_paid_of_a_claim_that_is_public(status: ClaimStatus, amounts: list[int]) -> None:
    lines = [line(place, amount_fen=fen) for place, fen in enumerate(amounts, 1)]

    found = list_of(published(*lines, status=status))

    if status not in (ClaimStatus.PUBLICITY, ClaimStatus.OBJECTED):
        assert found is None
        return
    assert found is not None
    assert {each.line: each.amount_fen for each in found.entries} == {
        place: fen for place, fen in enumerate(amounts, 1) if fen
    }
    assert (found.persons, found.amount_fen) == (len(found.entries), sum(amounts))
    assert found.is_objected is (status is ClaimStatus.OBJECTED)


@pytest.mark.parametrize("missing", ["published_on", "public_until"])
@pytest.mark.parametrize("status", sorted(PUBLIC))
def test_a_claim_without_its_days_has_no_list(missing: str, status: ClaimStatus) -> None:
    without: dict[str, Any] = {"status": status, missing: None}

    assert list_of(published(line(1), **without)) is None


@given(st.sampled_from(OPEN_KINDS), st.dates(date(1930, 1, 1), date(2025, 6, 2)), st.integers(0, 999))
def test_adults_are_shown_by_their_whole_name_and_minors_by_its_first_character(
    kind: SubsidyKind, born: date, order: int
) -> None:
    known = person(born, order=order)

    seen = shown(known, kind, today=TODAY)

    is_adult = (born.year + OF_AGE, born.month, born.day) <= (TODAY.year, TODAY.month, TODAY.day)
    assert seen.name == ("欧阳修竹" if is_adult else "欧***")
    assert seen.document_number == "*" * 14 + known.document_number[-4:]
    assert f"{born:%Y%m%d}" not in seen.document_number


def test_whoever_turns_eighteen_today_is_an_adult() -> None:
    assert shown(person(date(2007, 6, 3)), SubsidyKind.TRAINING, today=TODAY).name == "欧阳修竹"
    assert shown(person(date(2007, 6, 4)), SubsidyKind.TRAINING, today=TODAY).name == "欧***"


def test_a_list_that_says_of_what_group_people_are_shows_nobody_by_name_or_number() -> None:
    assert shown(person(date(1990, 1, 1)), SubsidyKind.LIVING, today=TODAY) == ("欧***", "*" * 18)


def test_a_card_without_a_birth_date_is_an_adults() -> None:
    known = Particulars(DocumentKind.FOREIGN_PERMANENT_RESIDENT, "USA110085060712", "Anna Lee")

    assert shown(known, SubsidyKind.TRAINING, today=TODAY) == ("Anna Lee", "***********0712")
