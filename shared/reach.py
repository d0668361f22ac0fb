"""What a caller sees: an organisation its own, officers what lies in their region and below, the province everything.

Lists and single records go by the same values, the places that were stored with them, so that a list never shows what
a look-up by id refuses.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol
from uuid import UUID

from shared.kernel.callers import Caller, ForeignOrganisation, ForeignRegion, Role
from shared.plan import Plan, UnknownRegion

ORGANISATIONS: Final = frozenset({Role.INSTITUTION, Role.ASSESSMENT_BODY})
"""Roles that act for an organisation and see its own records; all others see those of their region."""


class Placed(Protocol):
    """A record with the region and the reporting region in which it lies."""

    @property
    def region(self) -> str: ...

    @property
    def reporting_region(self) -> str: ...


class Reach(NamedTuple):
    """A county, or a reporting region with all that reports to it: at most one is set. With neither, everything."""

    region: str | None = None
    reporting_region: str | None = None

    @property
    def code(self) -> str | None:
        """The region, whichever it is; None for everything."""
        return self.region or self.reporting_region

    def covers(self, thing: Placed) -> bool:
        """Whether `thing` lies in it."""
        if self.region is not None:
            return thing.region == self.region
        return self.reporting_region in (None, thing.reporting_region)


class Scope(NamedTuple):
    """What a caller sees at most: what lies in `reach`, and is of `organisation` if there is one."""

    reach: Reach
    organisation: UUID | None = None

    def require(self, thing: Placed, *, owner: UUID) -> None:
        """Raises ForeignOrganisation, ForeignRegion unless `thing` of the organisation `owner` is in sight."""
        if self.organisation not in (None, owner):
            raise ForeignOrganisation
        if not self.reach.covers(thing):
            raise ForeignRegion


def scope(plan: Plan, caller: Caller, *, region: str | None = None) -> Scope:
    """What the caller sees of `region` and what lies below it; None, and the province's code, ask for everything.

    Raises UnknownRegion, ForeignOrganisation for an organisation's role without an organisation, ForeignRegion for a
    region outside the caller's own.
    """
    if region is not None and region not in plan.regions:
        raise UnknownRegion(pointer="/region")
    if caller.role in ORGANISATIONS:
        if caller.organisation is None:
            raise ForeignOrganisation
        return Scope(Reach() if region is None else _reach_of(plan, region), caller.organisation)
    if caller.region is None or caller.region not in plan.regions:
        raise ForeignRegion
    asked = Reach() if region is None else _reach_of(plan, region)
    if region is None or asked == Reach():
        return Scope(_reach_of(plan, caller.region))
    caller.require_region(plan.region_and_above(region))
    return Scope(asked)


def needs_plan(caller: Caller, region: str | None) -> bool:
    """Whether `scope` looks at the plan: not for an organisation that asks for all of its own."""
    return region is not None or caller.role not in ORGANISATIONS


def _reach_of(plan: Plan, code: str) -> Reach:
    reports_to = plan.regions[code].reporting_region
    if reports_to is None:
        return Reach()
    return Reach(reporting_region=code) if reports_to == code else Reach(region=code)
