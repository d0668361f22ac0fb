"""How far a caller's view reaches: their own organisation, a region with all that lies below it, or everything.

A list is narrowed by the same rule by which a single record is refused, so that neither shows more than the other.
"""

from __future__ import annotations

from datetime import date
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
    """A region or a reporting region, with all below it; with neither, the list reaches everything."""

    region: str | None = None
    reporting_region: str | None = None
    came_to: frozenset[str] = frozenset()
    """Places that lie there today, but whose earlier records bear the code of another region."""
    left: frozenset[str] = frozenset()
    """Places whose earlier records bear its code, but that lie elsewhere today."""

    @property
    def narrowed(self) -> dict[str, str]:
        """The code that records of the region bear, by the name of its column."""
        codes = {"region": self.region, "reporting_region": self.reporting_region}
        return {name: code for name, code in codes.items() if code is not None}

    @property
    def codes(self) -> frozenset[str]:
        """The region's own code and those of the places that came to it; empty for everything."""
        return self.came_to.union(self.narrowed.values()) if self.narrowed else frozenset()

    @property
    def code(self) -> str | None:
        """The region, whichever it is; None for everything."""
        return self.region or self.reporting_region

    def covers(self, thing: Placed) -> bool:
        """Whether `thing` lies in it: the same that a list compares."""
        if thing.region in self.came_to:
            return True
        if self.region is not None:
            return thing.region == self.region
        return self.reporting_region in (None, thing.reporting_region)

    def handles(self, thing: Placed) -> bool:
        """Whether `thing` lies in it today; what has left it can only be read."""
        return self.covers(thing) and thing.region not in self.left


Owners = UUID | tuple[UUID, ...] | None
"""The organisation whose records a list shows, or several: one with those that it has taken over; None: of any."""


class Scope(NamedTuple):
    """What a list shows at most: what lies in `reach`, and is of the organisations if there are any."""

    reach: Reach
    organisation_id: Owners

    @property
    def owners(self) -> list[UUID] | None:
        """The organisations, the caller's own first; None: of any."""
        if self.organisation_id is None:
            return None
        return list(self.organisation_id) if isinstance(self.organisation_id, tuple) else [self.organisation_id]

    def require(self, thing: Placed, *, owner: UUID | None) -> None:
        """Raises ForeignOrganisation, ForeignRegion unless such a list would show `thing`, which is of `owner`."""
        if self.owners is not None and owner not in self.owners:
            raise ForeignOrganisation
        if not self.reach.covers(thing):
            raise ForeignRegion

    def require_handled(self, thing: Placed, *, owner: UUID | None) -> None:
        """As `require`, for those who change it: what has left the region can only be read."""
        self.require(thing, owner=owner)
        if not self.reach.handles(thing):
            raise ForeignRegion


def needs_plan(caller: Caller, region: str | None) -> bool:
    """Whether `scope` looks at the plan: not for an organisation that asks for all of its own."""
    return region is not None or caller.whose is Whose.REGION


def scope(plan: Plan, caller: Caller, *, region: str | None, organisation_id: UUID | None) -> Scope:
    """What the caller sees of `region` and of the organisation; None of either narrows nothing.

    Raises UnknownRegion, ForeignOrganisation, ForeignRegion.
    """
    match caller.whose:
        case Whose.OWN | Whose.SELF:
            return Scope(reach_of(plan, region, on=caller.today), _own(caller, organisation_id))
        case Whose.REGION:
            return Scope(reach(plan, caller, region), organisation_id)
        case Whose.ALL | Whose.PUBLIC:
            return Scope(reach_of(plan, region, on=caller.today), organisation_id)
        case _:
            assert_never(caller.whose)


def _own(caller: Caller, asked: UUID | None) -> Owners:
    """The organisation `asked` for, by default the caller's own with those that it has taken over.

    Raises ForeignOrganisation.
    """
    own = caller.require_some_organisation()
    if asked is not None:
        caller.require_organisation(asked)
        return asked
    return (own, *sorted(caller.taken_over)) if caller.taken_over else own


def require_reached(plan: Plan, caller: Caller, *, region: str, organisation_id: UUID | None) -> None:
    """The caller reaches what lies in `region` and is of the organisation, if it is of one.

    Raises ForeignOrganisation, ForeignRegion.
    """
    match caller.whose:
        case Whose.OWN | Whose.SELF:
            if organisation_id is None:
                raise ForeignOrganisation
            caller.require_organisation(organisation_id)
        case Whose.REGION:
            caller.require_region(plan.region_and_above(region, on=caller.today))
        case Whose.ALL | Whose.PUBLIC:
            pass
        case _:
            assert_never(caller.whose)


def require_readable(
    plan: Plan, caller: Caller, *, region: str, reporting_region: str, organisation_id: UUID | None
) -> None:
    """The caller reaches it, or reads what their region reported before its place moved to another one.

    Raises ForeignOrganisation, ForeignRegion.
    """
    if caller.whose is Whose.REGION and caller.region == reporting_region:
        return
    require_reached(plan, caller, region=region, organisation_id=organisation_id)


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
    caller.require_region(plan.region_and_above(code, on=caller.today))
    return reach_of(plan, code, on=caller.today)


def reach_of(plan: Plan, code: str | None, *, on: date) -> Reach:
    """`code` and what lies below it on day `on`; everything for None and for the province. Raises UnknownRegion."""
    if code is None:
        return Reach()
    if code not in plan.regions:
        raise UnknownRegion(pointer="/region")
    reports_to = plan.regions[code].on(on).reporting_region
    if reports_to is None:
        return Reach()
    moved = Reach(came_to=plan.came_to(code, on=on), left=plan.left(code, on=on))
    return moved._replace(reporting_region=code) if reports_to == code else moved._replace(region=code)
