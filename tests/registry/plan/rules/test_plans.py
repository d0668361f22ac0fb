"""What plans loaded from files say together: their structure, and where each region lies on each day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.plan.rules.plan import (
    PlanInUse,
    RegionRow,
    RegionsUnsound,
    region_periods,
    require_same_structure,
)
from services.registry.plan.usecases.plan_files import read
from shared.contracts.dimensions import RegionPeriod
from shared.contracts.registry.plan import RegionListed
from shared.plan import Region
from tests.support.plans import PLAN_2025

DAY = date(2026, 1, 1)
EVE = DAY - timedelta(days=1)
FILES = read(PLAN_2025, at=datetime(2025, 6, 3, tzinfo=UTC))
CITIES = ("410100", "410200", "410300")
PROVINCE = [
    RegionRow("410000", None, reports=False, valid_from=None, valid_to=None),
    *(RegionRow(city, "410000", reports=True, valid_from=None, valid_to=None) for city in CITIES),
]


def county(parent: str, first: date | None = None, last: date | None = None) -> RegionRow:
    return RegionRow("410122", parent, reports=False, valid_from=first, valid_to=last)


@st.composite
def lives(draw: st.DrawFn) -> list[RegionRow]:
    """The rows of a county that moves from city to city, or stays."""
    turns = sorted(draw(st.sets(st.dates(date(2020, 1, 2), date(2030, 12, 31)), max_size=4)))
    firsts, lasts = [None, *turns], [*(turn - timedelta(days=1) for turn in turns), None]
    return [county(draw(st.sampled_from(CITIES)), *days) for days in zip(firsts, lasts, strict=True)]


class TestRegionPeriods:
    @given(lives(), st.dates(date(2019, 1, 1), date(2031, 12, 31)))
    def test_a_county_has_exactly_one_reporting_region_every_day(self, rows: list[RegionRow], day: date) -> None:
        periods = region_periods([*rows, *PROVINCE])["410122"]

        holding = [each for each in periods if (each.valid_from or date.min) <= day <= (each.valid_to or date.max)]
        said = next(row for row in rows if (row.valid_from or date.min) <= day <= (row.valid_to or date.max))
        assert [each.reporting_region for each in holding] == [said.parent]
        last = periods[-1]
        assert Region("410122", last.parent, last.reporting_region, None, None, periods).on(day) == holding[0]

    @given(lives())
    def test_periods_that_follow_each_other_differ(self, rows: list[RegionRow]) -> None:
        periods = region_periods([*rows, *PROVINCE])["410122"]

        assert all(one.parent != other.parent for one, other in pairwise(periods))

    def test_follow_what_the_region_above_does(self) -> None:
        town = RegionRow("410199", "410122", reports=False, valid_from=None, valid_to=None)
        rows = [town, county("410100", None, EVE), county("410200", DAY), *PROVINCE]

        assert region_periods(rows)["410199"] == (
            RegionPeriod(None, EVE, "410122", "410100"),
            RegionPeriod(DAY, None, "410122", "410200"),
        )

    @pytest.mark.parametrize(
        "rows",
        [
            [county("410100", None, EVE), county("410200", DAY + timedelta(days=1))],
            [county("410100", None, DAY), county("410200", DAY)],
            [county("410100"), county("410200", DAY)],
            [county("999999")],
            [county("410122")],
            [RegionRow("410199", "410122", False, None, None), county("410100", None, EVE)],
        ],
        ids=["gap", "overlap", "no end", "stranger", "circle", "parent ends"],
    )
    def test_that_leave_a_day_open_are_refused(self, rows: list[RegionRow]) -> None:
        with pytest.raises(RegionsUnsound):
            region_periods([*rows, *PROVINCE])

    def test_of_the_plan_of_2025_are_one_each(self) -> None:
        regions = [each for each in FILES.shared if isinstance(each, RegionListed)]

        assert {each.periods for each in regions} == {()}
        assert len({each.reporting_region for each in regions} - {None}) == 19


class TestStructure:
    def test_the_same_again_with_more_programmes_is_taken(self) -> None:
        require_same_structure("HN2025", FILES.entries[:-1], FILES.entries)

    def test_programmes_and_indicators_stay_where_they_are(self) -> None:
        with pytest.raises(PlanInUse) as refused:
            require_same_structure("HN2025", FILES.entries, FILES.entries[2:-1])
        assert refused.value.facts == {"plan": "HN2025", "codes": ["HN2025", "I13", "S01"]}
