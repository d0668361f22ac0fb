"""How far a caller's view reaches: their own organisation, a region with all that lies below it, or everything.

A list is narrowed by the same rule by which a single record is refused, so that neither shows more than the other.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, assert_never
from uuid import UUID

from shared.kernel.callers import Caller, ForeignOrganisation, ForeignRegion, Whose
from shared.plan import Plan, UnknownRegion


class Placed(Protocol):
    """A record with the region and the reporting region that were stored with it."""

    @property
    def region(self) -> str: ...

    @property
    def reporting_region(self) -> str: ...


class Reach(NamedTuple):
    """At most one is set; with neither, the list reaches everything."""

    region: str | None = None
    reporting_region: str | None = None

    @property
    def narrowed(self) -> dict[str, str]:
        """What is set, by its name."""
        return {name: code for name, code in self._asdict().items() if code is not None}

    @property
    def code(self) -> str | None:
        """The region, whichever it is; None for everything."""
        return self.region or self.reporting_region

    def covers(self, thing: Placed) -> bool:
        """Whether `thing` lies in it: the same that a list compares."""
        if self.region is not None:
            return thing.region == self.region
        return self.reporting_region in (None, thing.reporting_region)


class Scope(NamedTuple):
    """What a list shows at most: what lies in `reach`, and is of the organisation if there is one."""

    reach: Reach
    organisation_id: UUID | None

    def require(self, thing: Placed, *, owner: UUID | None) -> None:
        """Raises ForeignOrganisation, ForeignRegion unless such a list would show `thing`, which is of `owner`."""
        if self.organisation_id not in (None, owner):
            raise ForeignOrganisation
        if not self.reach.covers(thing):
            raise ForeignRegion


def needs_plan(caller: Caller, region: str | None) -> bool:
    """Whether `scope` looks at the plan: not for an organisation that asks for all of its own."""
    return region is not None or caller.whose is Whose.REGION


def scope(plan: Plan, caller: Caller, *, region: str | None, organisation_id: UUID | None) -> Scope:
    """What the caller sees of `region` and of the organisation; None of either narrows nothing.

    Raises UnknownRegion, ForeignOrganisation, ForeignRegion.
    """
    match caller.whose:
        case Whose.OWN:
            own = caller.require_some_organisation()
            if organisation_id not in (None, own):
                raise ForeignOrganisation
            return Scope(reach_of(plan, region), own)
        case Whose.REGION:
            return Scope(reach(plan, caller, region), organisation_id)
        case Whose.ALL | Whose.PUBLIC:
            return Scope(reach_of(plan, region), organisation_id)
        case _:
            assert_never(caller.whose)


def require_reached(plan: Plan, caller: Caller, *, region: str, organisation_id: UUID | None) -> None:
    """The caller reaches what lies in `region` and is of the organisation, if it is of one.

    Raises ForeignOrganisation, ForeignRegion.
    """
    match caller.whose:
        case Whose.OWN:
            if organisation_id is None:
                raise ForeignOrganisation
            caller.require_organisation(organisation_id)
        case Whose.REGION:
            caller.require_region(plan.region_and_above(region))
        case Whose.ALL | Whose.PUBLIC:
            pass
        case _:
            assert_never(caller.whose)


def reach(plan: Plan, caller: Caller, asked: str | None) -> Reach:
    """What an officer sees who asks for the region `asked`, by default for all that is theirs.

    The province stands for everything that they may see. Raises UnknownRegion, or ForeignRegion for what does not lie
    in the officer's own region.
    """
    if asked is not None and asked not in plan.regions:
        raise UnknownRegion(pointer="/region")
    code = caller.region if asked is None or asked in plan.provinces else asked
    if code is None or code not in plan.regions:
        raise ForeignRegion
    caller.require_region(plan.region_and_above(code))
    return reach_of(plan, code)


def reach_of(plan: Plan, code: str | None) -> Reach:
    """`code` and what lies below it; everything for None and for the province. Raises UnknownRegion."""
    if code is None:
        return Reach()
    if code not in plan.regions:
        raise UnknownRegion(pointer="/region")
    reports_to = plan.regions[code].reporting_region
    if reports_to is None:
        return Reach()
    return Reach(reporting_region=code) if reports_to == code else Reach(region=code)
