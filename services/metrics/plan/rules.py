"""Which plan a question is about, and where a place lies: by the map of then, or by that of today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from shared.contracts.registry.plan import ProgrammeListed, RegionListed
from shared.kernel.refusals import Invalid
from shared.plan import Plan, Region, UnknownPlan


class UnknownDepartment(Invalid):
    """Facts: `known`, those under which programmes are counted."""

    slug = "unknown-department"
    title_en = "No plan names this department first for any of its programmes."
    title_zh = "没有任何计划专项以该部门为首要责任部门。"
    cure_en = "Departments under which programmes are counted: {known}."
    cure_zh = "可用于汇总的部门：{known}。"


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


class Lead(NamedTuple):
    """The department under which a programme of the plan of a year is counted; None if the plan names none."""

    year: int
    programme: str
    department: str | None


def leads(programmes: Iterable[ProgrammeListed]) -> list[Lead]:
    """The department of each programme: the first of those that lead it, else that of the programme it is part of.

    Several departments lead most programmes. Counted under each, the sum would be more than the total; the plan names
    first who answers for it (an assumption).
    """
    by_code = {(each.year, each.code): each for each in programmes}

    def lead(programme: ProgrammeListed | None) -> str | None:
        if programme is None or programme.departments:
            return programme.departments[0] if programme else None
        return lead(by_code.get((programme.year, programme.parent or "")))

    return [Lead(year, code, lead(programme)) for (year, code), programme in by_code.items()]


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
