"""Which policy row holds, and which loads are accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.subsidy.policy.rules import (
    NATIONAL,
    PolicyRow,
    PolicyRowChanged,
    additions,
    applicable,
)
from shared.contracts.subsidy import SubsidyKind
from shared.dated_rules.rules import loaded
from shared.kernel.money import Fen
from shared.kernel.periods import Period

SIGNED = loaded(by="load-policy", at=datetime(2022, 3, 31, tzinfo=UTC), sequence=1)
ROW = PolicyRow(
    id="HN-T-L4",
    kind=SubsidyKind.TRAINING,
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
    provenance=SIGNED,
)
CITY = replace(ROW, id="ZZ-T-L4", jurisdiction="410100", amount_fen=Fen(210_000))
NATION = replace(ROW, id="N-T-L4", jurisdiction=NATIONAL, amount_fen=Fen(150_000))
ABOVE = ["410102", "410100", "410000"]


def found(*rows: PolicyRow, on: date = date(2025, 3, 1), above: list[str] = ABOVE) -> str | None:
    row = applicable(rows, kind=SubsidyKind.TRAINING, item="L4", on=on, region_and_above=above)
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

    def test_a_later_row_decides_from_its_first_day_on_and_an_ended_one_leaves_the_wider_jurisdiction(self) -> None:
        later = replace(CITY, id="ZZ-27", validity=Period(date(2025, 2, 1)))
        ended = replace(CITY, id="ZZ-END", ended=True, validity=Period(date(2025, 2, 15)))

        days = (date(2025, 1, 31), date(2025, 2, 1), date(2025, 2, 15))
        assert [found(ROW, CITY, later, ended, on=day) for day in days] == ["ZZ-T-L4", "ZZ-27", "HN-T-L4"]

    def test_another_kind_or_item_does_not_hold(self) -> None:
        assert found(replace(ROW, kind=SubsidyKind.ASSESSMENT), replace(ROW, item="L5")) is None


class TestAdditions:
    def test_a_load_of_what_is_there_adds_nothing(self) -> None:
        assert additions([ROW], [ROW], loader="load-policy") == []

    def test_new_rows_are_added_and_another_last_day_is_a_row_of_its_own(self) -> None:
        ended = replace(ROW, validity=Period(ROW.validity.first, date(2026, 12, 31)))
        following = replace(ROW, id="HN-T-L4-27", amount_fen=Fen(220_000), validity=Period(date(2027, 1, 1)))

        added = additions([ROW], [following, ended], loader="load-policy")

        assert added == [replace(ended, id="HN-T-L4.2"), following]
        assert additions([ROW, *added], [following, ended], loader="load-policy") == []

    def test_anything_else_that_changed_is_refused(self) -> None:
        for changed in (replace(ROW, amount_fen=Fen(1)), replace(ROW, validity=Period(date(2021, 1, 1)))):
            with pytest.raises(PolicyRowChanged) as refusal:
                additions([ROW], [changed], loader="load-policy")
            assert refusal.value.facts == {"rows": ["HN-T-L4"]}

    def test_what_the_province_has_approved_stands(self) -> None:
        entered = replace(ROW, id="1", amount_fen=Fen(1), provenance=replace(SIGNED, entered_by="clerk", sequence=2))

        assert additions([ROW, entered], [ROW], loader="load-policy") == []
