"""Patrols: at which level, when one can be, what its count shows (C24, C14), and what each level has to look at."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.classes.rules.classes import TrainingClass
from services.registry.supervision.rules.patrols import (
    COVERED_DAYS_MAX,
    ClassesRun,
    ClassNotPatrolled,
    CoverageTooLong,
    Patrol,
    PatrolAhead,
    PatrolOutsideClass,
    coverage,
    level_of,
    looks_marked,
    looks_wrong,
    record,
    require_coverable,
    require_possible,
)
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.supervision import PatrolLevel, PatrolMethod
from shared.kernel.callers import Caller, ForeignRegion, Role
from shared.kernel.periods import BUSINESS_ZONE, Period, business_day
from shared.plan import Plan, Region
from tests.registry.builders import NOON, RUNNING, TODAY, policy, training_class

SHARE = Decimal("0.80")
PLAN = Plan(
    {},
    {
        each.code: each
        for each in (
            Region("410000", None, None, None, None),
            Region("410100", "410000", "410100", None, None),
            Region("410102", "410100", "410100", None, None),
            Region("419001", "410000", "419001", None, None),
        )
    },
)


def patrol(**changes: Any) -> Patrol:
    usual: dict[str, Any] = {
        "id": UUID(int=50), "class_id": UUID(int=1), "institution_id": UUID(int=2), "region": "410102",
        "reporting_region": "410100", "level": PatrolLevel.COUNTY, "method": PatrolMethod.ON_SITE, "local_id": "P1",
        "patrolled_at": NOON, "present": 18, "enrolled": 20, "note": "", "done_by": "officer",
    }  # fmt: skip
    return Patrol(**usual | changes)


class TestLevel:
    @pytest.mark.parametrize(
        ("role", "region", "level"),
        [
            (Role.COUNTY_OFFICER, "410102", PatrolLevel.COUNTY),
            (Role.COUNTY_OFFICER, "410100", PatrolLevel.CITY),
            (Role.COUNTY_OFFICER, "419001", PatrolLevel.CITY),
            (Role.COUNTY_OFFICER, "410000", PatrolLevel.PROVINCE),
            (Role.PROVINCE, "410000", PatrolLevel.PROVINCE),
            (Role.PROVINCE, None, PatrolLevel.PROVINCE),
        ],
    )
    def test_follows_from_who_looks(self, role: Role, region: str | None, level: PatrolLevel) -> None:
        assert level_of(PLAN, Caller("someone", role, None, region)) is level

    @pytest.mark.parametrize("region", [None, "999999"])
    def test_an_officer_of_nowhere_has_none(self, region: str | None) -> None:
        with pytest.raises(ForeignRegion):
            level_of(PLAN, Caller("someone", Role.COUNTY_OFFICER, None, region))


class TestPossible:
    @pytest.mark.parametrize("status", ClassStatus)
    def test_only_a_class_that_was_opened_is_patrolled_whether_or_not_it_is_completed_since(
        self, status: ClassStatus
    ) -> None:
        if status in (ClassStatus.RUNNING, ClassStatus.COMPLETED):
            require_possible(training_class(status=status), NOON, at=NOON)
        else:
            with pytest.raises(ClassNotPatrolled) as refused:
                require_possible(training_class(status=status), NOON, at=NOON)
            assert refused.value.facts == {"state": status.value}

    @given(st.integers(0, 40 * 24 * 60), st.sampled_from([RUNNING, training_class(status=ClassStatus.COMPLETED)]))
    def test_exactly_on_the_days_of_the_class_in_china(self, minutes: int, class_: TrainingClass) -> None:
        patrolled_at = datetime(2025, 2, 20, tzinfo=UTC) + timedelta(minutes=minutes)
        within = RUNNING.starts_on <= business_day(patrolled_at) <= RUNNING.ends_on

        try:
            require_possible(class_, patrolled_at, at=datetime(2025, 12, 1, tzinfo=UTC))
            possible = True
        except PatrolOutsideClass:
            possible = False

        assert possible == within

    def test_from_the_first_instant_to_the_last(self) -> None:
        first = datetime(2025, 3, 1, tzinfo=BUSINESS_ZONE)
        last = datetime(2025, 3, 20, 23, 59, 59, 999_999, tzinfo=BUSINESS_ZONE)

        for possible in (first, last):
            require_possible(RUNNING, possible, at=last)
        for outside in (first - timedelta(microseconds=1), last + timedelta(microseconds=1)):
            with pytest.raises(PatrolOutsideClass):
                require_possible(RUNNING, outside, at=last + timedelta(days=1))

    def test_one_to_come_is_refused(self) -> None:
        require_possible(RUNNING, NOON, at=NOON)
        with pytest.raises(PatrolAhead):
            require_possible(RUNNING, NOON + timedelta(microseconds=1), at=NOON)

    @pytest.mark.parametrize("year", [1, 9999])
    @pytest.mark.parametrize("zone", [UTC, BUSINESS_ZONE])
    def test_an_instant_at_the_edge_of_the_calendar_is_refused_like_any_other(self, year: int, zone: Any) -> None:
        edge = datetime(1, 1, 1, tzinfo=zone) if year == 1 else datetime(9999, 12, 31, 23, 59, tzinfo=zone)

        with pytest.raises((PatrolAhead, PatrolOutsideClass)):
            require_possible(RUNNING, edge, at=NOON)


class TestCount:
    @given(st.integers(0, 70), st.integers(0, 70))
    def test_more_than_enrolled_are_anothers_and_few_are_too_few(self, present: int, enrolled: int) -> None:
        seen = list(looks_wrong(patrol(present=present, enrolled=enrolled), RUNNING, share_min=SHARE))

        expected = []
        if present > enrolled:
            expected = [("C24", "more-present-than-enrolled", True)]
        elif 100 * present < 80 * enrolled:
            expected = [("C14", "few-present", True)]
        assert [(each.check, each.kind, each.holds) for each in seen] == expected

    def test_a_flag_says_what_was_counted_and_where(self) -> None:
        (seen,) = looks_wrong(patrol(present=3), RUNNING, share_min=SHARE)

        assert seen.facts == {"present": 3, "enrolled": 20, "share_min": "0.80"}
        assert (seen.class_id, seen.institution_id, seen.region) == (UUID(int=1), UUID(int=2), "410102")
        assert (seen.programme, seen.occupation, seen.award) == (
            RUNNING.programme,
            RUNNING.occupation,
            RUNNING.award,
        )


class TestMarks:
    @given(st.integers(0, 70), st.integers(0, 70), st.decimals(0, 1, places=2))
    def test_that_say_far_more_than_were_met_are_flagged(self, present: int, marked: int, share: Decimal) -> None:
        seen = list(looks_marked(patrol(present=present), RUNNING, marked=marked, tolerance_share=share))

        missed = marked - present
        # One fewer would still lie beyond the share.
        expected = missed > 0 and missed - 1 >= marked * share
        assert [(each.check, each.kind, each.holds) for each in seen] == (
            [("C14", "marked-not-present", True)] if expected else []
        )

    @pytest.mark.parametrize(("present", "kinds"), [(3, 0), (2, 0), (1, 1)])
    def test_one_who_is_out_for_a_moment_is_none_too_few(self, present: int, kinds: int) -> None:
        share = policy(TODAY).patrol_present_tolerance_share

        assert len(list(looks_marked(patrol(present=present), RUNNING, marked=3, tolerance_share=share))) == kinds

    def test_the_flag_says_both_numbers_and_where(self) -> None:
        (seen,) = looks_marked(patrol(present=5), RUNNING, marked=20, tolerance_share=Decimal("0.20"))

        assert seen.facts == {"present": 5, "marked": 20, "tolerance_share": "0.20"}
        assert (seen.class_id, seen.institution_id) == (UUID(int=1), UUID(int=2))
        assert seen.seen == f"{UUID(int=1)}/{UUID(int=50)}"


def test_the_fact_says_what_was_counted_on_which_day() -> None:
    late = datetime(2025, 3, 10, 16, 30, tzinfo=UTC)

    fact = record(patrol(patrolled_at=late), RUNNING, findings=2, at=NOON)

    assert (fact.patrolled_on, fact.present, fact.enrolled, fact.findings) == (date(2025, 3, 11), 18, 20, 2)
    assert (fact.subject, fact.version, fact.patrol_level) == (f"patrols/{UUID(int=50)}", 1, PatrolLevel.COUNTY)
    assert (fact.programme, fact.occupation, fact.level, fact.fund_source) == (
        "S02-1", RUNNING.occupation, RUNNING.award.value, RUNNING.fund_source,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"id": UUID(int=51), "enrolled": 7, "level": PatrolLevel.CITY}, True),
        ({"present": 17}, False),
        ({"class_id": UUID(int=9)}, False),
        ({"method": PatrolMethod.ONLINE}, False),
        ({"patrolled_at": NOON + timedelta(seconds=1)}, False),
        ({"note": "门口"}, False),
    ],
    ids=str,
)
def test_a_patrol_is_the_same_by_what_the_officer_said(changes: dict[str, Any], same: bool) -> None:
    assert patrol().same_as(patrol(**changes)) is same


class TestCoverage:
    @given(st.integers(0, 500), st.integers(0, 500), st.decimals(0, 1, places=2))
    def test_a_share_is_met_by_whole_classes(self, classes: int, patrolled: int, share: Decimal) -> None:
        figures = policy(TODAY, patrol_city_share=share)

        by_level = {
            each.level: each for each in coverage(ClassesRun("410100", classes, {PatrolLevel.CITY: patrolled}), figures)
        }

        city = by_level[PatrolLevel.CITY]
        assert city.is_met == (patrolled >= classes * share)
        assert city.needed - 1 < classes * share <= city.needed
        assert by_level[PatrolLevel.COUNTY].patrolled == 0

    def test_each_level_has_the_share_of_the_plan(self) -> None:
        found = coverage(ClassesRun("410100", 30, {}), policy(TODAY))

        assert [(each.level.value, each.needed) for each in found] == [("county", 30), ("city", 3), ("province", 1)]

    def test_is_told_for_a_year_at_most(self) -> None:
        require_coverable(Period(TODAY, TODAY + timedelta(days=COVERED_DAYS_MAX - 1)))
        with pytest.raises(CoverageTooLong):
            require_coverable(Period(TODAY, TODAY + timedelta(days=COVERED_DAYS_MAX)))
