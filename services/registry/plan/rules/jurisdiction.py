"""Jurisdiction over what lies in several regions at once, such as a person who was trained in two counties.

Each region concerned may look and may ask for a step back. A decision needs all of them: one officer at or above every
one of the regions, or several who together are. What lies in no region is the province's.
"""

from __future__ import annotations

from collections.abc import Collection

from shared.kernel.callers import Caller, ForeignRegion
from shared.plan import Plan


def covers(plan: Plan, by: Collection[str], regions: Collection[str]) -> bool:
    """Whether each of `regions` is one of `by` or lies below one: those officers together may decide."""
    return all(not set(by).isdisjoint(plan.region_and_above(each)) for each in regions or plan.provinces)


def require_concerned(plan: Plan, caller: Caller, regions: Collection[str]) -> None:
    """The caller is an officer of one of `regions`, or above one. Raises ForeignRegion."""
    if not any(caller.acts_in(plan.region_and_above(each)) for each in regions or plan.provinces):
        raise ForeignRegion


def require_all(plan: Plan, caller: Caller, regions: Collection[str]) -> None:
    """The caller alone may decide: an officer at or above every one of `regions`. Raises ForeignRegion."""
    for each in regions or plan.provinces:
        caller.require_region(plan.region_and_above(each))
