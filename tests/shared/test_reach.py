"""How far a list reaches."""

from __future__ import annotations

import pytest

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
