"""Who sees what: an institution its own, officers what lies in their region, assessment bodies every class."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules import reach as rules
from services.registry.plan.rules.reach import Reach
from services.registry.plan.store import rulebook as rulebook_store
from shared.kernel.callers import Caller, ForeignOrganisation, Role

READERS: Final = (Role.INSTITUTION, Role.COUNTY_OFFICER, Role.REVIEWER, Role.PROVINCE)


class Located(Protocol):
    """Something that belongs to an institution, or to none, and lies in a region: a class, a patrol, a flag."""

    @property
    def institution_id(self) -> UUID | None: ...

    @property
    def region(self) -> str: ...


class Place(NamedTuple):
    """An institution itself as something located: where it is."""

    institution_id: UUID
    region: str


class Scope(NamedTuple):
    """What a list shows at most: what lies in `reach`, and is of the institution if there is one."""

    reach: Reach
    institution_id: UUID | None


async def scope(
    connection: AsyncConnection, caller: Caller, *, region: str | None, institution_id: UUID | None
) -> Scope:
    """What the caller sees of `region` and the institution; None of either narrows nothing.

    Raises WrongRole, ForeignOrganisation, ForeignRegion, UnknownRegion.
    """
    caller.require(*READERS)
    if caller.role is not Role.INSTITUTION:
        return Scope(await reach(connection, caller, region), institution_id)
    if caller.organisation is None or institution_id not in (None, caller.organisation):
        raise ForeignOrganisation
    return Scope(Reach(), caller.organisation)


async def reach(connection: AsyncConnection, caller: Caller, region: str | None) -> Reach:
    """What an officer sees of `region`, by default the officer's own. Raises ForeignRegion, UnknownRegion."""
    return rules.reach((await rulebook_store.current(connection)).plan, caller, region)


async def require_visible(connection: AsyncConnection, caller: Caller, thing: Located, *roles: Role) -> None:
    """The caller has one of `roles`, by default those of READERS, and `thing` is theirs or lies in their region.

    Raises WrongRole, ForeignOrganisation, ForeignRegion.
    """
    caller.require(*(roles or READERS))
    if caller.role is Role.INSTITUTION:
        if thing.institution_id is None:
            raise ForeignOrganisation
        caller.require_organisation(thing.institution_id)
    elif caller.role is not Role.ASSESSMENT_BODY:
        await require_region(connection, caller, thing.region)


async def require_region(connection: AsyncConnection, caller: Caller, region: str) -> None:
    """The caller is an officer of `region` or of one above it. Raises ForeignRegion."""
    plan = (await rulebook_store.current(connection)).plan
    caller.require_region(plan.region_and_above(region, on=caller.today))
