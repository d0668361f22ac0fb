"""Register an institution."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import institutions as rules
from services.registry.domain.institutions import CreditCodeTaken, Institution, InstitutionKind
from services.registry.store import institutions as store
from services.registry.store import plan as plan_store
from shared.backbone import outbox
from shared.kernel.callers import Caller, Role
from shared.kernel.credit_code import parse_credit_code
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day


async def register(
    connection: AsyncConnection,
    *,
    credit_code: str,
    name: str,
    kind: InstitutionKind,
    region: str,
    caller: Caller,
    at: datetime,
) -> Institution:
    """A new institution; the same particulars again answer the one that exists.

    Raises WrongRole, ForeignRegion, CreditCodeTaken, and what the credit code or the region may be refused for.
    """
    caller.require(Role.PROVINCE, Role.COUNTY_OFFICER)
    plan = await plan_store.load(connection)
    institution = Institution(
        id=new_id(),
        credit_code=parse_credit_code(credit_code),
        name=name,
        kind=kind,
        region=region,
        reporting_region=plan.reporting_region(region, on=business_day(at)),
        version=1,
    )
    caller.require_region(plan.region_and_above(region))
    known = await store.find_by_credit_code(connection, institution.credit_code)
    if known is not None:
        if replace(known, id=institution.id, version=1) != institution:
            raise CreditCodeTaken(pointer="/credit_code")
        return known
    await store.add(connection, institution)
    await outbox.record(connection, rules.register(institution, at=at))
    return institution
