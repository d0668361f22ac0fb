"""Confirm or reject what another person proposed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.appointments import rules as appointment_rules
from services.assessment.appointments import usecases as appointments
from services.assessment.bodies.rules import territory as territory_rules
from services.assessment.bodies.usecases import territory
from services.assessment.certificates.rules import certificates as certificate_rules
from services.assessment.certificates.rules import corrections as certificate_corrections
from services.assessment.certificates.usecases import editions, revocations
from services.assessment.closings import rules as closing_rules
from services.assessment.closings import usecases as closings
from services.assessment.conferrals.rules import conferrals as conferral_rules
from services.assessment.conferrals.usecases import lists as conferrals
from services.assessment.exams.rules import results as result_rules
from services.assessment.exams.usecases import results
from services.assessment.plan import usecases as plans
from shared.kernel.callers import Caller, Role
from shared.persons import Persons
from shared.proposals import rules, store
from shared.proposals.rules import Proposal, ProposalStatus


async def page(
    connection: AsyncConnection,
    *,
    region: str | None,
    subject: str | None,
    status: ProposalStatus | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> Sequence[Proposal]:
    """Proposals about records that the caller sees.

    Raises NotYetReceived, UnknownRegion, ForeignOrganisation, ForeignRegion.
    """
    sight = await plans.scope(connection, caller, region=region)
    return await store.page(connection, sight, subject=subject, status=status, after=after, limit=limit)


async def load(connection: AsyncConnection, proposal_id: UUID, *, caller: Caller, lock: bool = False) -> Proposal:
    """A proposal about a record that the caller sees.

    Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion.
    """
    sight = await plans.scope(connection, caller)
    found = await store.load(connection, proposal_id, lock=lock)
    (sight.require_handled if lock else sight.require)(found, owner=found.organisation)
    return found


async def confirm(
    connection: AsyncConnection, proposal_id: UUID, *, persons: Persons, caller: Caller, at: datetime
) -> Proposal:
    """Confirm a proposal; what it asks for happens in the same transaction, by the rules as they apply now.

    Raises WrongRole, NotFound, ForeignOrganisation, ForeignRegion, IllegalMove, SamePerson, and the refusals of the
    step itself.
    """
    before = await load(connection, proposal_id, caller=caller, lock=True)
    after = rules.confirm(before, by=caller.person, at=at)
    match before.kind:
        case result_rules.KIND:
            await results.correct(connection, before, persons=persons, caller=caller, at=at)
        case certificate_rules.KIND:
            await revocations.revoke(connection, before, caller=caller, at=at)
        case certificate_rules.REINSTATEMENT:
            await revocations.reinstate(connection, before, caller=caller, at=at)
        case certificate_corrections.KIND:
            await editions.correct(connection, before, persons=persons, caller=caller, at=at)
        case conferral_rules.KIND:
            await conferrals.decide(connection, before, caller=caller, at=at)
        case appointment_rules.RENEWAL:
            await appointments.renew(connection, before, caller=caller, at=at)
        case territory_rules.KIND:
            await territory.open_(connection, before, caller=caller, at=at)
        case closing_rules.CLOSING:
            await closings.close(connection, before, caller=caller, at=at)
        case closing_rules.REVERSAL:
            await closings.reverse(connection, before, caller=caller, at=at)
        case other:
            raise AssertionError(f"a proposal of the unknown kind {other}")
    await store.save(connection, after)
    return after


async def reject(
    connection: AsyncConnection, proposal_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Reject a proposal, as an officer of its region or above, or take back one of your own body.

    Raises WrongRole, NotFound, ForeignOrganisation, ForeignRegion, IllegalMove.
    """
    before = await load(connection, proposal_id, caller=caller, lock=True)
    of_bodies = {result_rules.KIND, certificate_corrections.KIND, conferral_rules.KIND, appointment_rules.RENEWAL}
    bodies = (Role.ASSESSMENT_BODY,) if before.kind in of_bodies else ()
    caller.require(Role.COUNTY_OFFICER, Role.PROVINCE, *bodies)
    after = rules.reject(before, reason=reason, by=caller.person, at=at)
    if before.kind == conferral_rules.KIND:
        await conferrals.return_(connection, before, reason=reason, caller=caller, at=at)
    await store.save(connection, after)
    return after
