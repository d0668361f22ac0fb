"""Register institutions, and change their particulars."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules import institutions as rules
from services.registry.directory.rules.blacklist import marks_of
from services.registry.directory.rules.institutions import CreditCodeTaken, Institution, InstitutionKind
from services.registry.directory.store import institutions as store
from services.registry.directory.usecases import blacklist
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import visibility
from services.registry.plan.usecases.visibility import Place
from shared.backbone import outbox
from shared.kernel.callers import Caller
from shared.kernel.credit_code import parse_credit_code
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day


@dataclass(frozen=True)
class Registration:
    """Particulars of an institution to register."""

    credit_code: str
    name: str
    kind: InstitutionKind
    region: str
    department: str = ""
    owner_mark: UUID | None = None
    account_mark: UUID | None = None


@dataclass(frozen=True)
class Change:
    """New values of an institution's particulars; None leaves a value unchanged."""

    name: str | None = None
    kind: InstitutionKind | None = None
    region: str | None = None
    department: str | None = None
    owner_mark: UUID | None = None
    account_mark: UUID | None = None


async def register(
    connection: AsyncConnection, registration: Registration, *, caller: Caller, at: datetime
) -> Institution:
    """A new institution; a repeat returns the existing one. One that shares marks with a blacklisted one is flagged.

    Raises ForeignRegion, CreditCodeTaken, and the refusals of the credit code and the region.
    """
    plan = (await rulebook_store.current(connection)).plan
    institution = Institution(
        id=new_id(),
        reporting_region=plan.reporting_region(registration.region, on=business_day(at)),
        version=1,
        **asdict(registration) | {"credit_code": parse_credit_code(registration.credit_code)},
    )
    caller.require_region(plan.region_and_above(institution.region, on=caller.today))
    known = await store.find_by_credit_code(connection, institution.credit_code)
    if known is not None:
        if not known.same_as(institution):
            raise CreditCodeTaken(pointer="/credit_code")
        return known
    await store.add(connection, institution)
    await outbox.record(connection, rules.register(institution, at=at))
    await blacklist.recognise(connection, institution, marks_of(institution), at=at)
    return institution


async def change(
    connection: AsyncConnection, institution_id: UUID, change_: Change, *, expected: int, caller: Caller, at: datetime
) -> Institution:
    """Change the particulars of an institution, as an officer above both its old and its new region.

    Raises NotFound, ForeignRegion, Stale, and the refusals of the region.
    """
    plan = (await rulebook_store.current(connection)).plan
    before = await store.load(connection, institution_id, lock=True)
    said = {name: value for name, value in asdict(change_).items() if value is not None}
    changed = replace(before, **said)
    if changed.region != before.region:
        changed = replace(changed, reporting_region=plan.reporting_region(changed.region, on=business_day(at)))
    for region in (before.region, changed.region):
        caller.require_region(plan.region_and_above(region, on=caller.today))
    after, fact = rules.change(before, changed, expected=expected, at=at)
    if fact is not None:
        await store.save(connection, after)
        await outbox.record(connection, fact)
        new = [mark for mark in marks_of(after) if mark not in marks_of(before)]
        await blacklist.recognise(connection, after, new, at=at)
    return after


async def load_for_officer(
    connection: AsyncConnection, institution_id: UUID, *, caller: Caller, city: bool = False
) -> Institution:
    """The institution, locked, for an officer of its region or above; with `city`, of its reporting region or above.

    Raises NotFound, ForeignRegion.
    """
    institution = await store.load(connection, institution_id, lock=True)
    region = institution.reporting_region if city else institution.region
    await visibility.require_region(connection, caller, region)
    return institution


async def load_for_writing(connection: AsyncConnection, institution_id: UUID, *, caller: Caller) -> Institution:
    """The institution, for itself or for an officer of its region or above.

    Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    institution = await store.load(connection, institution_id)
    await visibility.require_visible(connection, caller, Place(institution.id, institution.region))
    return institution
