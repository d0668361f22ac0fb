"""Spot checks: when trainees can be asked, how many of them have to be, and what their answers show (C14)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.supervision.rules.spot_checks import (
    ClassNotOver,
    MoreConfirmedThanAsked,
    SpotCheck,
    SpotCheckDayWrong,
    WrongNumberAsked,
    looks_wrong,
    record,
    require_possible,
)
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.supervision import PatrolLevel
from shared.kernel.refusals import Refusal
from tests.registry.builders import NOON, policy, training_class

COMPLETED = training_class(status=ClassStatus.COMPLETED)
AFTER = COMPLETED.ends_on + timedelta(days=30)
POLICY = policy(COMPLETED.starts_on)


def spot_check(**changes: Any) -> SpotCheck:
    usual: dict[str, Any] = {
        "id": UUID(int=70), "class_id": UUID(int=1), "institution_id": UUID(int=2), "region": "410102",
        "reporting_region": "410100", "level": PatrolLevel.CITY, "local_id": "S1", "checked_on": AFTER, "asked": 5,
        "confirmed": 5, "trained": 20, "note": "", "done_by": "officer",
    }  # fmt: skip
    return SpotCheck(**usual | changes)


@pytest.mark.parametrize("status", [each for each in ClassStatus if each is not ClassStatus.COMPLETED])
def test_trainees_are_asked_when_the_class_is_over(status: ClassStatus) -> None:
    require_possible(spot_check(), COMPLETED, POLICY, today=AFTER)
    with pytest.raises(ClassNotOver) as refused:
        require_possible(spot_check(), training_class(status=status), POLICY, today=AFTER)

    assert refused.value.facts == {"state": status.value}


@given(st.integers(-40, 40))
def test_from_the_last_day_of_the_class_until_today(days: int) -> None:
    check = spot_check(checked_on=COMPLETED.ends_on + timedelta(days=days))

    try:
        require_possible(check, COMPLETED, POLICY, today=AFTER)
        possible = True
    except SpotCheckDayWrong:
        possible = False

    assert possible == (0 <= days <= 30)


@given(st.integers(1, 70), st.integers(0, 70), st.integers(0, 70), st.decimals(0, 1, places=2))
def test_enough_are_asked_but_no_more_than_there_are(asked: int, confirmed: int, trained: int, share: Decimal) -> None:
    figures = policy(COMPLETED.starts_on, spotcheck_asked_share_min=share)
    expected: type[Refusal] | None = None
    if not trained * share <= asked <= trained:
        expected = WrongNumberAsked
    if confirmed > asked:
        expected = MoreConfirmedThanAsked

    refused: type[Refusal] | None = None
    try:
        check = spot_check(asked=asked, confirmed=confirmed, trained=trained)
        require_possible(check, COMPLETED, figures, today=AFTER)
    except Refusal as refusal:
        refused = type(refusal)

    assert refused is expected


def test_the_plan_has_a_tenth_asked() -> None:
    require_possible(spot_check(asked=2, confirmed=0, trained=15), COMPLETED, POLICY, today=AFTER)
    with pytest.raises(WrongNumberAsked) as refused:
        require_possible(spot_check(asked=1, confirmed=0, trained=15), COMPLETED, POLICY, today=AFTER)

    assert refused.value.facts == {"asked_min": 2, "asked_max": 15}


@given(st.integers(1, 70), st.integers(0, 70), st.integers(0, 100))
def test_too_many_who_do_not_confirm_hold_the_claim(asked: int, confirmed: int, percent: int) -> None:
    confirmed = min(asked, confirmed)
    share = Decimal(percent) / 100

    seen = list(looks_wrong(spot_check(asked=asked, confirmed=confirmed), COMPLETED, denied_share_max=share))

    expected = [("C14", "training-not-confirmed", True)] if 100 * (asked - confirmed) > asked * percent else []
    assert [(each.check, each.kind, each.holds) for each in seen] == expected


def test_the_flag_and_the_fact_say_what_was_answered_and_about_what() -> None:
    check = spot_check(confirmed=1)

    (seen,) = looks_wrong(check, COMPLETED, denied_share_max=Decimal("0.20"))
    fact = record(check, COMPLETED, at=NOON)

    assert seen.facts == {"asked": 5, "confirmed": 1, "denied_share_max": "0.20"}
    assert (fact.subject, fact.version, fact.checked_on) == (f"spot-checks/{UUID(int=70)}", 1, AFTER)
    assert (fact.asked, fact.confirmed, fact.trained, fact.patrol_level) == (5, 1, 20, PatrolLevel.CITY)
    assert (fact.programme, fact.occupation, fact.level, fact.fund_source) == (
        COMPLETED.programme, COMPLETED.occupation, COMPLETED.award.value, COMPLETED.fund_source,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"id": UUID(int=71), "trained": 19, "level": PatrolLevel.COUNTY}, True),
        ({"asked": 6}, False),
        ({"confirmed": 4}, False),
        ({"checked_on": COMPLETED.ends_on}, False),
        ({"class_id": UUID(int=9)}, False),
        ({"note": "门卫"}, False),
    ],
    ids=str,
)
def test_a_spot_check_is_the_same_by_what_the_officer_said(changes: dict[str, Any], same: bool) -> None:
    assert spot_check().same_as(spot_check(**changes)) is same
