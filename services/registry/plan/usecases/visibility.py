"""Who sees what of classes and of what is about them: an institution its own, officers what lies in their region."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.reach import Reach, reach
from services.registry.plan.store import plan as plan_store
from shared.kernel.callers import Caller, ForeignOrganisation, Role

READERS: Final = (Role.INSTITUTION, Role.COUNTY_OFFICER, Role.REVIEWER, Role.PROVINCE)


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
        return Scope(reach(await plan_store.load(connection), caller, region), institution_id)
    if caller.organisation is None or institution_id not in (None, caller.organisation):
        raise ForeignOrganisation
    return Scope(Reach(), caller.organisation)


async def require_visible(connection: AsyncConnection, caller: Caller, *, region: str, institution_id: UUID) -> None:
    """The caller may read what is about a class there. Raises WrongRole, ForeignOrganisation, ForeignRegion."""
    caller.require(*READERS)
    await require_reach(connection, caller, region=region, institution_id=institution_id)


async def require_reach(connection: AsyncConnection, caller: Caller, *, region: str, institution_id: UUID) -> None:
    """What is there is of the caller's institution, or in the officer's region. Whether the role may is asked before.

    Raises ForeignOrganisation, ForeignRegion.
    """
    if caller.role is Role.INSTITUTION:
        caller.require_organisation(institution_id)
    else:
        caller.require_region((await plan_store.load(connection)).region_and_above(region))
