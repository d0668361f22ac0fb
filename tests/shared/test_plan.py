"""The plans as rules see them: what may be named in which year, and what rolls up to what on which day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.dimensions import RegionPeriod
from shared.plan import (
    EndedRegion,
    Plan,
    Programme,
    ProvinceIsNoPlace,
    Region,
    SumProgramme,
    UnknownProgramme,
    UnknownRegion,
)

MOVED_ON = date(2026, 1, 1)
EVE = MOVED_ON - timedelta(days=1)

PROVINCE = Region("410000", None, None, None, None)
ZHENGZHOU = Region("410100", "410000", "410100", None, None)
KAIFENG = Region("410200", "410000", "410200", None, None)
LUOYANG = Region("410300", "410000", "410300", None, None)
ZHONGYUAN = Region("410102", "410100", "410100", None, None)
AIRPORT = Region("410173", "410000", "410173", None, None)
JIYUAN = Region("419001", "410000", "419001", None, None)
JILI = Region("410306", "410300", "410300", date(2021, 3, 18), "410308")
MENGJIN = Region("410308", "410300", "410300", None, None)
MOVED = Region(
    "410122", "410200", "410200", None, None,
    (RegionPeriod(None, EVE, "410100", "410100"), RegionPeriod(MOVED_ON, None, "410200", "410200")),
)  # fmt: skip
"""A county of Zhengzhou that Kaifeng takes over at the turn of the year."""
ENDED = Region("410106", "410100", "410100", EVE, "410102")
"""A county that goes into its neighbour at the turn of the year."""
REGIONS = (
    PROVINCE, ZHENGZHOU, KAIFENG, LUOYANG, ZHONGYUAN, AIRPORT, JIYUAN, JILI, MENGJIN, MOVED, ENDED,
)  # fmt: skip
PLAN = Plan.of(
    [
        *(Programme(code, parent, 2025) for code, parent in (("HN", None), ("S01", "HN"), ("S02", "HN"))),
        *(Programme(code, parent, 2025) for code, parent in (("S02-1", "S02"), ("S09", "HN"))),
        *(Programme(code, parent, 2026) for code, parent in (("HN6", None), ("S01", "HN6"), ("S02", "HN6"))),
    ],
    REGIONS,
)
MARCH = date(2025, 3, 1)
PLACES = st.sampled_from(sorted({each.code for each in REGIONS} - {"410000"}))
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


class TestPrimaryProgramme:
    @pytest.mark.parametrize("code", ["S01", "S02-1"])
    def test_is_one_without_parts(self, code: str) -> None:
        assert PLAN.primary_programme(code, on=MARCH) == code

    @pytest.mark.parametrize(("code", "parts"), [("S02", ["S02-1"]), ("HN", ["S01", "S02", "S09"])])
    def test_is_never_a_sum(self, code: str, parts: list[str]) -> None:
        with pytest.raises(SumProgramme) as refused:
            PLAN.primary_programme(code, on=MARCH)
        assert refused.value.facts == {"parts": parts}

    @pytest.mark.parametrize("code", ["", "s01", "S99", "HN6"])
    def test_is_one_the_plan_knows(self, code: str) -> None:
        with pytest.raises(UnknownProgramme):
            PLAN.primary_programme(code, on=MARCH)

    def test_is_one_of_the_plan_of_the_day(self) -> None:
        assert PLAN.primary_programme("S02", on=MOVED_ON) == "S02"
        assert PLAN.primary_programme("S09", on=EVE) == "S09"
        with pytest.raises(UnknownProgramme):
            PLAN.primary_programme("S09", on=MOVED_ON)

    def test_goes_by_the_plan_before_until_that_of_the_year_is_loaded(self) -> None:
        assert PLAN.year_of(date(2027, 1, 1)) == 2026
        assert PLAN.year_of(date(2024, 12, 31)) == 2025
        assert Plan({}, {}).year_of(MARCH) is None
        with pytest.raises(UnknownProgramme):
            Plan({}, {}).primary_programme("S01", on=MARCH)


class TestReportingRegion:
    @pytest.mark.parametrize(
        ("code", "reporting"), [("410102", "410100"), ("410173", "410173"), ("419001", "419001"), ("410100", "410100")]
    )
    def test_follows_the_parent_and_never_the_prefix(self, code: str, reporting: str) -> None:
        assert PLAN.reporting_region(code, on=MARCH) == reporting

    def test_of_an_ended_region_is_known_to_its_last_day(self) -> None:
        assert PLAN.reporting_region("410306", on=date(2021, 3, 18)) == "410300"

        with pytest.raises(EndedRegion) as refused:
            PLAN.reporting_region("410306", on=date(2021, 3, 19))
        assert refused.value.facts == {"ended_on": "2021-03-18", "replaced_by": "410308"}

    def test_does_not_exist_for_the_province_or_a_stranger(self) -> None:
        with pytest.raises(ProvinceIsNoPlace):
            PLAN.reporting_region("410000", on=MARCH)
        with pytest.raises(UnknownRegion):
            PLAN.reporting_region("999999", on=MARCH)

    def test_of_a_county_that_moves_changes_with_the_day(self) -> None:
        assert PLAN.reporting_region("410122", on=EVE) == "410100"
        assert PLAN.reporting_region("410122", on=MOVED_ON) == "410200"

    @given(PLACES, DAYS)
    def test_is_exactly_one_on_every_day_of_a_place(self, code: str, day: date) -> None:
        region = PLAN.regions[code]
        if region.has_ended(day):
            with pytest.raises(EndedRegion):
                PLAN.reporting_region(code, on=day)
        else:
            assert PLAN.reporting_region(code, on=day) in {"410100", "410200", "410300", "410173", "419001"}


class TestRegionAndAbove:
    def test_climbs_to_the_province(self) -> None:
        assert PLAN.region_and_above("410102", on=MARCH) == ["410102", "410100", "410000"]
        assert PLAN.region_and_above("410000", on=MARCH) == ["410000"]
        assert PLAN.region_and_above("999999", on=MARCH) == []

    def test_follows_a_county_that_moves_and_one_that_ended(self) -> None:
        assert PLAN.region_and_above("410122", on=EVE) == ["410122", "410100", "410000"]
        assert PLAN.region_and_above("410122", on=MOVED_ON) == ["410122", "410200", "410000"]
        assert PLAN.region_and_above("410106", on=EVE) == ["410106", "410100", "410000"]
        assert PLAN.region_and_above("410106", on=MOVED_ON) == ["410106", "410102", "410100", "410000"]

    @given(PLACES, DAYS)
    def test_begins_with_the_place_ends_with_the_province_and_has_the_reporting_region_between(
        self, code: str, day: date
    ) -> None:
        chain = PLAN.region_and_above(code, on=day)

        assert (chain[0], chain[-1]) == (code, "410000")
        assert len(set(chain)) == len(chain)
        assert PLAN.reporting_region(PLAN.successor(code, on=day), on=day) in chain

    @given(PLACES, DAYS, st.integers(1, 400))
    def test_is_the_same_on_two_days_between_which_nothing_moved(self, code: str, day: date, later: int) -> None:
        turns = {MOVED_ON, date(2021, 3, 19)}
        if not any(day < turn <= day + timedelta(days=later) for turn in turns):
            assert PLAN.region_and_above(code, on=day) == PLAN.region_and_above(code, on=day + timedelta(days=later))

    def test_ends_even_in_a_circle(self) -> None:
        circle = Plan.of([], [Region("1", "2", None, None, None), Region("2", "1", None, None, None)])

        assert circle.region_and_above("1", on=MARCH) == ["1", "2"]


class TestMoves:
    def test_a_region_that_ended_lies_in_the_one_that_replaced_it(self) -> None:
        assert PLAN.successor("410106", on=EVE) == "410106"
        assert PLAN.successor("410106", on=MOVED_ON) == "410102"
        assert PLAN.successor("410122", on=MOVED_ON) == "410122"
        assert PLAN.successor("999999", on=MARCH) == "999999"

    def test_what_came_to_a_region_is_what_lies_there_under_the_codes_of_others(self) -> None:
        assert PLAN.came_to("410200", on=EVE) == set()
        assert PLAN.came_to("410200", on=MOVED_ON) == {"410122"}
        assert PLAN.came_to("410102", on=EVE) == set()
        assert PLAN.came_to("410102", on=MOVED_ON) == {"410106"}
        assert PLAN.came_to("410100", on=MOVED_ON) == set()
        assert PLAN.came_to("410308", on=MARCH) == {"410306"}
