"""Jurisdiction over what lies in several regions at once, such as a person who was trained in two counties.

Each region concerned may look and may ask for a step back. A decision needs all of them: one officer at or above every
one of the regions, or several who together are. What lies in no region is the province's.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from shared.kernel.callers import Caller, ForeignRegion
from shared.plan import Plan


def covers(plan: Plan, by: Collection[str], regions: Collection[str], *, on: date) -> bool:
    """Whether each of `regions` is one of `by` or lies below one on day `on`: those officers together may decide."""
    return all(not set(by).isdisjoint(plan.region_and_above(each, on=on)) for each in regions or plan.provinces)


def require_concerned(plan: Plan, caller: Caller, regions: Collection[str]) -> None:
    """The caller is an officer of one of `regions`, or above one. Raises ForeignRegion."""
    if not any(caller.acts_in(plan.region_and_above(each, on=caller.today)) for each in regions or plan.provinces):
        raise ForeignRegion
