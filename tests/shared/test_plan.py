"""The plan as rules see it: what may be named, and what rolls up to what."""

from __future__ import annotations

from datetime import date

import pytest

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

PROVINCE = Region("410000", None, None, None, None)
ZHENGZHOU = Region("410100", "410000", "410100", None, None)
ZHONGYUAN = Region("410102", "410100", "410100", None, None)
AIRPORT = Region("410173", "410000", "410173", None, None)
JIYUAN = Region("419001", "410000", "419001", None, None)
JILI = Region("410306", "410300", "410300", date(2021, 3, 18), "410308")
REGIONS = (PROVINCE, ZHENGZHOU, ZHONGYUAN, AIRPORT, JIYUAN, JILI)
PLAN = Plan(
    {code: Programme(code, parent) for code, parent in [("HN", None), ("S01", "HN"), ("S02", "HN"), ("S02-1", "S02")]},
    {region.code: region for region in REGIONS},
)
MARCH = date(2025, 3, 1)


class TestPrimaryProgramme:
    @pytest.mark.parametrize("code", ["S01", "S02-1"])
    def test_is_one_without_parts(self, code: str) -> None:
        assert PLAN.primary_programme(code) == code

    @pytest.mark.parametrize(("code", "parts"), [("S02", ["S02-1"]), ("HN", ["S01", "S02"])])
    def test_is_never_a_sum(self, code: str, parts: list[str]) -> None:
        with pytest.raises(SumProgramme) as refused:
            PLAN.primary_programme(code)
        assert refused.value.facts == {"parts": parts}

    @pytest.mark.parametrize("code", ["", "s01", "S99"])
    def test_is_one_the_plan_knows(self, code: str) -> None:
        with pytest.raises(UnknownProgramme):
            PLAN.primary_programme(code)


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


class TestRegionAndAbove:
    def test_climbs_to_the_province(self) -> None:
        assert PLAN.region_and_above("410102") == ["410102", "410100", "410000"]
        assert PLAN.region_and_above("410000") == ["410000"]
        assert PLAN.region_and_above("999999") == []

    def test_ends_even_in_a_circle(self) -> None:
        circle = Plan({}, {"1": Region("1", "2", None, None, None), "2": Region("2", "1", None, None, None)})

        assert circle.region_and_above("1") == ["1", "2"]
