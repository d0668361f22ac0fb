"""Which plan a question is about, and where a place lies: by the map of then, or by that of today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from shared.contracts.registry.plan import RegionListed
from shared.plan import Plan, Region, UnknownPlan


class YearPlan(NamedTuple):
    """The plan of a year, by the names of its first programme."""

    code: str
    year: int
    name_zh: str
    name_en: str


class RegionMap(StrEnum):
    """By which map places are rolled up. What was reported before a county moved stays with the region of then."""

    THEN = "then"
    """By the region that reported it."""
    NOW = "now"
    """By the region where the place lies today; a county that ended is counted as its successor."""


class Placement(NamedTuple):
    """The county and the reporting region that a place is counted under."""

    place: str
    county: str
    reporting_region: str | None


def asked(plans: Sequence[YearPlan], code: str | None, *, day: date) -> YearPlan | None:
    """The plan with that code; without one that of the year of `day`, None if it was not told. Raises UnknownPlan."""
    if code is None:
        return next((plan for plan in plans if plan.year == day.year), None)
    found = next((plan for plan in plans if plan.code == code), None)
    if found is None:
        raise UnknownPlan(pointer="/plan", known=[plan.code for plan in plans])
    return found


def latest(plans: Sequence[YearPlan], *, day: date) -> YearPlan | None:
    """The last plan that had begun on `day`, else the first to begin; None if none was told."""
    begun = [plan for plan in plans if plan.year <= day.year]
    return begun[-1] if begun else next(iter(plans), None)


def region_of(fact: RegionListed) -> Region:
    return Region(fact.code, fact.parent, fact.reporting_region, fact.valid_to, fact.replaced_by, fact.periods)


def placements(regions: Iterable[Region], by: RegionMap, *, today: date) -> list[Placement]:
    """Where each region is counted. By the map of then for what does not say itself who reported it: its first one."""
    plan = Plan.of((), regions)
    if by is RegionMap.THEN:
        return [Placement(code, code, each.history[0].reporting_region) for code, each in plan.regions.items()]
    now = {code: plan.successor(code, on=today) for code in plan.regions}
    return [Placement(place, code, plan.regions[code].on(today).reporting_region) for place, code in now.items()]
