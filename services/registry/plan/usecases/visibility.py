"""Who sees what in the registry: an institution its own, officers what lies in their region, as the table says."""

from __future__ import annotations

from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.store import rulebook as rulebook_store
from shared import reach as rules
from shared.kernel.callers import Caller, Whose
from shared.plan import Plan
from shared.reach import Reach, Scope

_NO_PLAN = Plan({}, {})


class Located(Protocol):
    """Something that belongs to an institution, or to none, and lies in a region: a class, a patrol, a flag."""

    @property
    def institution_id(self) -> UUID | None: ...

    @property
    def region(self) -> str: ...


class Reported(Located, Protocol):
    """Something that a reporting region reported."""

    @property
    def reporting_region(self) -> str: ...


class Place(NamedTuple):
    """An institution itself as something located: where it is."""

    institution_id: UUID
    region: str


async def scope(
    connection: AsyncConnection, caller: Caller, *, region: str | None, institution_id: UUID | None
) -> Scope:
    """What the caller sees of `region` and the institution; None of either narrows nothing.

    Raises ForeignOrganisation, ForeignRegion, UnknownRegion.
    """
    plan = _NO_PLAN
    if region is not None or caller.whose is Whose.REGION:
        plan = (await rulebook_store.current(connection)).plan
    return rules.scope(plan, caller, region=region, organisation_id=institution_id)


async def reach(connection: AsyncConnection, caller: Caller, region: str | None) -> Reach:
    """What an officer sees of `region`, by default the officer's own. Raises ForeignRegion, UnknownRegion."""
    return rules.reach((await rulebook_store.current(connection)).plan, caller, region)


async def require_visible(connection: AsyncConnection, caller: Caller, thing: Located) -> None:
    """The caller reaches `thing`: it is theirs, or lies in their region. Raises ForeignOrganisation, ForeignRegion."""
    plan = (await rulebook_store.current(connection)).plan if caller.whose is Whose.REGION else _NO_PLAN
    rules.require_reached(plan, caller, region=thing.region, organisation_id=thing.institution_id)


async def require_readable(connection: AsyncConnection, caller: Caller, thing: Reported) -> None:
    """The caller reaches `thing`, or their region reported it before its place moved to another one.

    Raises ForeignOrganisation, ForeignRegion.
    """
    plan = (await rulebook_store.current(connection)).plan if caller.whose is Whose.REGION else _NO_PLAN
    rules.require_readable(
        plan,
        caller,
        region=thing.region,
        reporting_region=thing.reporting_region,
        organisation_id=thing.institution_id,
    )


async def require_region(connection: AsyncConnection, caller: Caller, region: str) -> None:
    """The caller is an officer of `region` or of one above it. Raises ForeignRegion."""
    plan = (await rulebook_store.current(connection)).plan
    caller.require_region(plan.region_and_above(region, on=caller.today))


async def require_province(connection: AsyncConnection, caller: Caller) -> None:
    """The caller's region is the province. Raises ForeignRegion."""
    caller.require_region((await rulebook_store.current(connection)).plan.provinces)
