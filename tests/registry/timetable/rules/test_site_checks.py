"""The check of a class's places holds for what the officer saw, and for nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.classes.rules import classes
from services.registry.classes.rules.classes import SiteVersion, TrainingClass
from services.registry.timetable.rules.site_checks import SiteNotChecked, check, hold_at, require_checked
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.refusals import SamePerson
from tests.registry.builders import NOON, TODAY, policy, training_class

SITES = st.sets(st.builds(SiteVersion, st.integers(1, 3).map(lambda number: UUID(int=number)), st.integers(1, 2)))
REQUIRED = policy(date(2026, 3, 2))
SEEN = (SiteVersion(UUID(int=8), 1), SiteVersion(UUID(int=9), 4))


def checked(**changes: object) -> TrainingClass:
    usual = {"status": ClassStatus.APPROVED, "checked_by": "officer", "checked_on": TODAY, "checked_sites": SEEN}
    return training_class(**usual | changes)


@given(SITES, SITES)
def test_a_class_stays_checked_at_places_that_were_seen_as_they_are(
    seen: set[SiteVersion], used: set[SiteVersion]
) -> None:
    before, _ = check(training_class(), passed=True, sites=seen, by="officer", at=NOON, enrolled=0)

    after = hold_at(before, used)

    unseen = [each for each in used if each not in seen]
    assert after == (replace(before, checked_by=None, checked_on=None, checked_sites=()) if unseen else before)


def test_a_failed_check_takes_the_passed_one_back_and_tells_nobody() -> None:
    before = checked(version=3)

    after, fact = check(before, passed=False, sites=SEEN, by="another", at=NOON, enrolled=0)

    assert fact is None
    assert after == replace(before, checked_by=None, checked_on=None, checked_sites=())


@pytest.mark.parametrize("passed", [True, False])
def test_who_filed_a_class_does_not_check_it(passed: bool) -> None:
    with pytest.raises(SamePerson):
        check(training_class(), passed=passed, sites=(), by="clerk", at=NOON, enrolled=0)


def test_a_mended_filing_is_checked_anew() -> None:
    before = checked(status=ClassStatus.RETURNED)

    after, _ = classes.refile(before, training_class(seats=30), at=NOON, enrolled=0)

    assert (after.checked_by, after.checked_on, after.checked_sites) == (None, None, ())


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("source", [FundSource.EMPLOYMENT_FUND, None])
@pytest.mark.parametrize("seen", [True, False])
def test_a_subsidised_class_is_checked_where_the_province_asks_for_it(
    required: bool, source: FundSource | None, seen: bool
) -> None:
    class_ = checked(fund_source=source) if seen else training_class(fund_source=source)
    rules = replace(REQUIRED, class_site_check_required=required)

    try:
        require_checked(class_, policy=rules)
        passed = True
    except SiteNotChecked:
        passed = False

    assert passed == (not required or source is None or seen)
