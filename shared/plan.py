"""The plans' programmes and the regions, for the rules of any service: valid codes and their hierarchy by day.

A plan is for one calendar year, which is its key: the programmes of two years may have the same codes and mean other
things. A region belongs to a parent for a period: what lies where is asked for a day, never of the digits of a code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from shared.contracts.dimensions import RegionPeriod
from shared.kernel.refusals import Invalid


class UnknownProgramme(Invalid):
    slug = "unknown-programme"
    title_en = "There is no programme with this code."
    title_zh = "计划中没有该专项。"
    cure_en = "Use a code from the list of programmes."
    cure_zh = "请使用专项列表中的编码。"
    reference = "GET /v1/programmes"


class SumProgramme(Invalid):
    """A programme that is the sum of others has no trainings of its own. Facts: `parts`."""

    slug = "programme-is-a-sum"
    title_en = "This programme is the sum of other programmes and cannot be used here."
    title_zh = "该专项由若干子项合计，请填写其中一个子项。"
    cure_en = "Choose one of its parts: {parts}."
    cure_zh = "请选择其子项：{parts}。"


class UnknownPlan(Invalid):
    """Facts: `known`, the codes of the plans that are loaded."""

    slug = "unknown-plan"
    title_en = "There is no plan with this code."
    title_zh = "没有该编码的计划。"
    cure_en = "Use the code of a loaded plan: {known}."
    cure_zh = "请使用已导入计划的编码：{known}。"


class UnknownRegion(Invalid):
    slug = "unknown-region"
    title_en = "There is no region with this code."
    title_zh = "没有该地区编码。"
    cure_en = "Use a code from the list of regions."
    cure_zh = "请使用地区列表中的编码。"
    reference = "GET /v1/regions"


class EndedRegion(Invalid):
    """The region had ended on the day in question. Facts: `ended_on`, `replaced_by`."""

    slug = "ended-region"
    title_en = "This region no longer exists on that day."
    title_zh = "该地区在所涉日期已撤销。"
    cure_en = "Use the region that replaced it: {replaced_by}."
    cure_zh = "请使用替代该地区的编码：{replaced_by}。"


class ProvinceIsNoPlace(Invalid):
    slug = "province-is-no-place"
    title_en = "The whole province cannot be the region here."
    title_zh = "地点应为县区、市或功能区，不能是全省。"
    cure_en = "Use the county, city or zone where it takes place."
    cure_zh = "请填写实际所在的县区编码。"


class Programme(NamedTuple):
    """A programme of the plan of `year`, and the programme whose sum it is part of."""

    code: str
    parent: str | None
    year: int = 0
    """0 stands for a plan whose year was not published; it holds until the first year that was."""


class Located(NamedTuple):
    """Where something lies: its region and the region that reports it."""

    region: str
    reporting_region: str


class Region(NamedTuple):
    """A region by parent, never by code prefix. What stands here beside `periods` is that of the last of them.

    `periods` follow each other without gaps; there are none if the region has belonged to one parent ever since.
    """

    code: str
    parent: str | None
    reporting_region: str | None
    valid_to: date | None
    replaced_by: str | None
    periods: tuple[RegionPeriod, ...] = ()

    @property
    def history(self) -> tuple[RegionPeriod, ...]:
        """Its periods, at least one, the earliest first."""
        return self.periods or (RegionPeriod(None, self.valid_to, self.parent, self.reporting_region),)

    def on(self, day: date) -> RegionPeriod:
        """The period of `day`; before the region began its first, and after it ended its last."""
        history = self.history
        return next((each for each in history if not each.ends_before(day)), history[-1])

    def exists_on(self, day: date) -> bool:
        """Whether `day` is one of its days."""
        begins = self.history[0].valid_from
        return not self.has_ended(day) and (begins is None or begins <= day)

    def has_ended(self, day: date) -> bool:
        """Whether the region was no more on `day`."""
        return self.history[-1].ends_before(day)


@dataclass(frozen=True)
class Plan:
    """What is loaded of all plans: programmes by year and code, and regions by code."""

    programmes: Mapping[int, Mapping[str, Programme]]
    regions: Mapping[str, Region]

    @classmethod
    def of(cls, programmes: Iterable[Programme], regions: Iterable[Region]) -> Plan:
        by_year: dict[int, dict[str, Programme]] = {}
        for programme in programmes:
            by_year.setdefault(programme.year, {})[programme.code] = programme
        return cls(by_year, {each.code: each for each in regions})

    def year_of(self, day: date) -> int | None:
        """The year of the plan that holds on `day`, None if no plan is loaded.

        A year whose plan is not loaded yet goes by the codes of the plan before: plans are published in the course of
        their year, and trainings do not wait for them.
        """
        known = sorted(self.programmes)
        return max((year for year in known if year <= day.year), default=known[0] if known else None)

    def programmes_on(self, day: date) -> Mapping[str, Programme]:
        """The programmes of the plan that holds on `day`, by code."""
        year = self.year_of(day)
        return {} if year is None else self.programmes[year]

    def primary_programme(self, code: str, *, on: date, pointer: str = "/programme") -> str:
        """`code`, if trainings of day `on` can count towards it. Raises UnknownProgramme or SumProgramme.

        One enrolment counts to exactly one programme, so only programmes without parts qualify. Source: domain trap 3.
        """
        programmes = self.programmes_on(on)
        if code not in programmes:
            raise UnknownProgramme(pointer=pointer)
        if parts := sorted(each.code for each in programmes.values() if each.parent == code):
            raise SumProgramme(pointer=pointer, parts=parts)
        return code

    def reporting_region(self, code: str, *, on: date, pointer: str = "/region") -> str:
        """The reporting region of the region `code` on day `on`, by parent.

        Raises UnknownRegion, EndedRegion or ProvinceIsNoPlace. Source: domain rules §2, trap 11.
        """
        region = self.regions.get(code)
        if region is None:
            raise UnknownRegion(pointer=pointer)
        period = region.on(on)
        if period.valid_to is not None and region.has_ended(on):
            raise EndedRegion(pointer=pointer, ended_on=period.valid_to.isoformat(), replaced_by=region.replaced_by)
        if period.reporting_region is None:
            raise ProvinceIsNoPlace(pointer=pointer)
        return period.reporting_region

    @property
    def provinces(self) -> list[str]:
        """The region that all others lie in; empty until the plan is known."""
        return [each.code for each in self.regions.values() if each.reporting_region is None]

    def region_and_above(self, code: str, *, on: date) -> list[str]:
        """`code`, what it belonged to on day `on`, and so on up to the province.

        Above a region that had ended are first those that replaced it: what lay there lies in them.
        """
        chain: list[str] = []
        at: str | None = code
        while at is not None and at in self.regions and at not in chain:
            chain.append(at)
            region = self.regions[at]
            at = region.replaced_by if region.replaced_by and region.has_ended(on) else region.on(on).parent
        return chain

    def successor(self, code: str, *, on: date) -> str:
        """The region in which the place `code` lies on day `on`: itself, or what replaced it once it had ended."""
        for each in self.region_and_above(code, on=on):
            if not self.regions[each].has_ended(on):
                return each
        return code

    def names_of(self, code: str, *, on: date) -> frozenset[str]:
        """The codes of the place `code` on day `on`: its own, that of what replaced it, and those that went into it."""
        place = self.successor(code, on=on)
        return frozenset({code, *(each for each in self.regions if self.successor(each, on=on) == place)})

    def came_to(self, code: str, *, on: date) -> frozenset[str]:
        """The places that lie in the region `code` on day `on`, but once reported to another one, or were another one.

        What happened there before bears the codes of then.
        """
        return frozenset(
            place
            for place, reported_to in self._reported_to.items()
            if reported_to != {code} and code in self.region_and_above(place, on=on)[1:]
        )

    def left(self, code: str, *, on: date) -> frozenset[str]:
        """The places that have reported to the region `code`, and do not lie in it on day `on`."""
        return frozenset(
            place
            for place, reported_to in self._reported_to.items()
            if code in reported_to and code not in self.region_and_above(place, on=on)
        )

    def moved_places(self, *, on: date) -> dict[str, Located]:
        """Where the places lie on day `on` that have ended with a successor or have ever moved."""
        found = {}
        for place in self._reported_to:
            region = self.successor(place, on=on)
            reporting_region = self.regions[region].on(on).reporting_region
            if reporting_region is not None:
                found[place] = Located(region, reporting_region)
        return found

    @cached_property
    def _reported_to(self) -> Mapping[str, frozenset[str | None]]:
        """Places that have ended with a successor or have moved, each with all regions that it ever reported to."""
        reported_to = {
            code: frozenset(each.reporting_region for each in region.history) for code, region in self.regions.items()
        }
        return {
            code: reported
            for code, reported in reported_to.items()
            if self.regions[code].replaced_by or len(reported) > 1
        }
