"""The plan's programmes and regions for the rules of any service: valid codes and their hierarchy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

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
    """A programme, and the programme whose sum it is part of."""

    code: str
    parent: str | None


class Region(NamedTuple):
    """A region by parent, never by code prefix. `reporting_region` is None for the province, `valid_to` included."""

    code: str
    parent: str | None
    reporting_region: str | None
    valid_to: date | None
    replaced_by: str | None


@dataclass(frozen=True)
class Plan:
    """The loaded part of the plan: programmes and regions by code."""

    programmes: Mapping[str, Programme]
    regions: Mapping[str, Region]

    def primary_programme(self, code: str, *, pointer: str = "/programme") -> str:
        """`code`, if trainings can count towards it. Raises UnknownProgramme or SumProgramme.

        One enrolment counts to exactly one programme, so only programmes without parts qualify. Source: domain trap 3.
        """
        if code not in self.programmes:
            raise UnknownProgramme(pointer=pointer)
        if parts := sorted(each.code for each in self.programmes.values() if each.parent == code):
            raise SumProgramme(pointer=pointer, parts=parts)
        return code

    def reporting_region(self, code: str, *, on: date, pointer: str = "/region") -> str:
        """The reporting region of the region `code` on day `on`, by parent.

        Raises UnknownRegion, EndedRegion or ProvinceIsNoPlace. Source: domain rules §2, trap 11.
        """
        region = self.regions.get(code)
        if region is None:
            raise UnknownRegion(pointer=pointer)
        if region.valid_to is not None and on > region.valid_to:
            raise EndedRegion(pointer=pointer, ended_on=region.valid_to.isoformat(), replaced_by=region.replaced_by)
        if region.reporting_region is None:
            raise ProvinceIsNoPlace(pointer=pointer)
        return region.reporting_region

    @property
    def provinces(self) -> list[str]:
        """The region that all others lie in; empty until the plan is known."""
        return [each.code for each in self.regions.values() if each.reporting_region is None]

    def region_and_above(self, code: str) -> list[str]:
        """`code`, its parent, and so on up to the province."""
        chain: list[str] = []
        at: str | None = code
        while at is not None and at in self.regions and at not in chain:
            chain.append(at)
            at = self.regions[at].parent
        return chain
