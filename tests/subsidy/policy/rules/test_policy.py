"""Which policy row holds, and which loads are accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.policy.rules import (
    NATIONAL,
    PolicyKind,
    PolicyRow,
    PolicyRowChanged,
    PolicyRowsOverlap,
    additions,
    applicable,
)
from shared.kernel.money import Fen
from shared.kernel.periods import Period

ROW = PolicyRow(
    id="HN-T-L4",
    kind=PolicyKind.TRAINING,
    payee="institution",
    item="L4",
    amount_fen=Fen(200_000),
    unit="per_person",
    jurisdiction="410000",
    validity=Period(date(2022, 3, 31)),
    valid_from_status="sourced",
    source="a notice",
    status="sourced",
    conditions="",
)
CITY = replace(ROW, id="ZZ-T-L4", jurisdiction="410100", amount_fen=Fen(210_000))
NATION = replace(ROW, id="N-T-L4", jurisdiction=NATIONAL, amount_fen=Fen(150_000))
ABOVE = ["410102", "410100", "410000"]


def found(*rows: PolicyRow, on: date = date(2025, 3, 1), above: list[str] = ABOVE) -> str | None:
    row = applicable(rows, kind=PolicyKind.TRAINING, item="L4", on=on, region_and_above=above)
    return None if row is None else row.id


class TestApplicable:
    def test_the_nearest_jurisdiction_decides(self) -> None:
        assert found(NATION, ROW, CITY) == "ZZ-T-L4"
        assert found(NATION, ROW, CITY, above=["410202", "410200", "410000"]) == "HN-T-L4"
        assert found(NATION, ROW, CITY, above=["130102", "130000"]) == "N-T-L4"

    def test_the_day_must_lie_in_the_validity_both_ends_included(self) -> None:
        ended = replace(ROW, validity=Period(date(2022, 3, 31), date(2024, 12, 31)))

        days = (date(2022, 3, 30), date(2022, 3, 31), date(2024, 12, 31), date(2025, 1, 1))
        assert [found(ended, on=day) for day in days] == [None, "HN-T-L4", "HN-T-L4", None]

    def test_another_kind_or_item_does_not_hold(self) -> None:
        assert found(replace(ROW, kind=PolicyKind.ASSESSMENT), replace(ROW, item="L5")) is None


class TestAdditions:
    def test_a_load_of_what_is_there_adds_nothing(self) -> None:
        assert additions({ROW.id: ROW}, [ROW]) == []

    def test_new_rows_and_new_ends_are_added(self) -> None:
        ended = replace(ROW, validity=Period(ROW.validity.first, date(2026, 12, 31)))
        following = replace(ROW, id="HN-T-L4-27", amount_fen=Fen(220_000), validity=Period(date(2027, 1, 1)))

        assert additions({ROW.id: ROW}, [following, ended]) == [following, ended]

    def test_anything_else_that_changed_is_refused(self) -> None:
        for changed in (replace(ROW, amount_fen=Fen(1)), replace(ROW, validity=Period(date(2021, 1, 1)))):
            with pytest.raises(PolicyRowChanged) as refusal:
                additions({ROW.id: ROW}, [changed])
            assert refusal.value.facts == {"rows": ["HN-T-L4"]}

    def test_two_rows_for_one_day_are_refused(self) -> None:
        with pytest.raises(PolicyRowsOverlap) as refusal:
            additions({ROW.id: ROW}, [replace(ROW, id="OTHER", validity=Period(date(2030, 1, 1)))])

        assert refusal.value.facts == {"rows": [["HN-T-L4", "OTHER"]]}

    @given(st.lists(st.tuples(st.dates(), st.none() | st.dates()), max_size=6), st.dates())
    def test_after_an_accepted_load_no_day_has_two_rows_of_a_kind_item_and_jurisdiction(
        self, periods: list[tuple[date, date | None]], day: date
    ) -> None:
        rows = [
            replace(ROW, id=str(number), validity=Period(first, last))
            for number, (first, last) in enumerate(periods)
            if last is None or first <= last
        ]
        try:
            accepted = additions({}, rows)
        except PolicyRowsOverlap:
            return

        assert sum(row.validity.contains(day) for row in accepted) <= 1
