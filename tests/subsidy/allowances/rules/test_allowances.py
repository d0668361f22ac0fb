"""Whose papers entitle to a living allowance: those of a priority group, dated no later than the class began (C21)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.subsidy.allowances.rules import Allowance

STARTS_ON = date(2025, 3, 10)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("evidence_on", "entitles"),
    [(STARTS_ON - DAY, True), (STARTS_ON, True), (STARTS_ON + DAY, False), (None, True)],
    ids=["day before", "same day", "day after", "no date"],
)
def test_the_group_is_proved_by_the_day_on_which_the_class_began(evidence_on: date | None, *, entitles: bool) -> None:
    allowance = Allowance(UUID(int=1), priority=True, evidence_on=evidence_on, days=3)

    assert allowance.entitles(STARTS_ON) is entitles


def test_a_trainee_of_no_group_has_nothing_to_prove() -> None:
    allowance = Allowance(UUID(int=1), priority=False, evidence_on=STARTS_ON - DAY, days=3)

    assert not allowance.entitles(STARTS_ON)
