"""How far a list reaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.dimensions import RegionPeriod
from shared.kernel.callers import Caller, ForeignRegion, Role
from shared.plan import Plan, Region, UnknownRegion
from shared.reach import Reach, reach

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


class Record(NamedTuple):
    """Something that lies in a region and was reported by one."""

    region: str
    reporting_region: str


def officer(region: str | None) -> Caller:
    return Caller("officer", Role.COUNTY_OFFICER, None, region)


@pytest.mark.parametrize(
    ("own", "asked", "found"),
    [
        ("410000", None, Reach()),
        ("410000", "410102", Reach(region="410102")),
        ("410100", None, Reach(reporting_region="410100")),
        ("410100", "410102", Reach(region="410102")),
        ("410102", None, Reach(region="410102")),
        ("419001", None, Reach(reporting_region="419001")),
        ("410102", "410000", Reach(region="410102")),
        ("410100", "410000", Reach(reporting_region="410100")),
    ],
)
def test_an_officer_reaches_the_own_region_and_what_lies_below(own: str, asked: str | None, found: Reach) -> None:
    assert reach(PLAN, officer(own), asked) == found


@pytest.mark.parametrize(
    ("own", "asked", "refusal"),
    [
        ("410102", "410100", ForeignRegion),
        ("410102", "419001", ForeignRegion),
        ("410100", "999999", UnknownRegion),
        (None, None, ForeignRegion),
        (None, "410102", ForeignRegion),
    ],
)
def test_nobody_reaches_further(own: str | None, asked: str | None, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        reach(PLAN, officer(own), asked)


class TestAfterAMove:
    """On 1 January 2026 the county 410102 moves from 410100 to 419001."""

    PLAN = Plan(
        {},
        {
            **PLAN.regions,
            "410102": Region(
                "410102", "419001", "419001", None, None,
                (
                    RegionPeriod(None, date(2025, 12, 31), "410100", "410100"),
                    RegionPeriod(date(2026, 1, 1), None, "419001", "419001"),
                ),
            )
        },
    )  # fmt: skip

    def reach(self, region: str, today: date) -> Reach:
        return reach(self.PLAN, replace(officer(region), today=today), None)

    def test_the_new_city_reaches_what_lies_in_the_county_and_the_old_one_reads_what_it_reported(self) -> None:
        before, now = (Record("410102", each) for each in ("410100", "419001"))
        eve, day = date(2025, 12, 31), date(2026, 1, 1)

        old, new = self.reach("410100", eve), self.reach("419001", eve)
        assert [old.covers(before), old.handles(before)] == [True, True]
        assert [new.covers(before), new.handles(before)] == [False, False]
        old, new = self.reach("410100", day), self.reach("419001", day)
        assert [old.covers(before), old.handles(before), old.covers(now)] == [True, False, False]
        assert [new.covers(before), new.handles(before), new.handles(now)] == [True, True, True]
        assert self.reach("410102", day).handles(before)

    @given(st.sampled_from(["410000", "410100", "410102", "419001"]), st.dates(date(2025, 1, 1), date(2026, 12, 31)))
    def test_every_record_is_handled_by_exactly_the_regions_above_its_place(self, region: str, day: date) -> None:
        for reporting_region in ("410100", "419001"):
            handled = self.reach(region, day).handles(Record("410102", reporting_region))

            above = self.PLAN.region_and_above("410102", on=day)
            # A record of the future, reported by a city to which the county does not belong yet, does not exist.
            if reporting_region == "410100" or day >= date(2026, 1, 1):
                assert handled == (region in above)
