"""How far a list reaches: a county, a reporting region with all that reports to it, or the whole province."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from shared.kernel.callers import Caller, ForeignRegion
from shared.plan import Plan, UnknownRegion


class Reach(NamedTuple):
    """At most one is set; with neither, the list reaches everything."""

    region: str | None = None
    reporting_region: str | None = None

    @property
    def narrowed(self) -> dict[str, str]:
        """What is set, by its name."""
        return {name: code for name, code in self._asdict().items() if code is not None}


class ListScope(NamedTuple):
    """What a list shows at most: what lies in `reach`, of the institution and the class if there is one."""

    reach: Reach
    institution_id: UUID | None
    class_id: UUID | None

    @property
    def columns(self) -> dict[str, str | UUID | None]:
        """By the names of the columns that it narrows."""
        return {**self.reach._asdict(), "institution_id": self.institution_id, "class_id": self.class_id}


def reach(plan: Plan, caller: Caller, asked: str | None) -> Reach:
    """What an officer sees who asks for the region `asked`, by default the officer's own, and what lies below it.

    Raises UnknownRegion, or ForeignRegion for what does not lie in the officer's own region.
    """
    code = caller.region if asked is None else asked
    if asked is not None and asked not in plan.regions:
        raise UnknownRegion(pointer="/region")
    if code is None or code not in plan.regions:
        raise ForeignRegion
    caller.require_region(plan.region_and_above(code, on=caller.today))
    return reach_of(plan, code)


def reach_of(plan: Plan, code: str) -> Reach:
    """`code` and what lies below it. Raises UnknownRegion."""
    if code not in plan.regions:
        raise UnknownRegion(pointer="/region")
    reports_to = plan.regions[code].reporting_region
    if reports_to is None:
        return Reach()
    return Reach(reporting_region=code) if reports_to == code else Reach(region=code)
