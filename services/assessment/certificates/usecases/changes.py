"""What all changes of a certificate share: whom it concerns, and how a change is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates import store
from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.persons import store as person_store
from services.assessment.plan import usecases as plans
from shared import heard
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, ForeignRegion, Role
from shared.kernel.ids import new_id
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal

_SUBJECT: Final = "certificates/"


async def concerned(connection: AsyncConnection, certificate_id: UUID, caller: Caller) -> Certificate:
    """The certificate, locked, for an officer of its region or above. Raises NotFound, WrongRole, ForeignRegion."""
    caller.require(Role.COUNTY_OFFICER, Role.PROVINCE)
    return await reached(connection, certificate_id, caller)


async def reached(connection: AsyncConnection, certificate_id: UUID, caller: Caller) -> Certificate:
    """The certificate, locked, for its body, or an officer of its region or above.

    Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    found = await store.load(connection, certificate_id, lock=True)
    if caller.role is Role.ASSESSMENT_BODY:
        caller.require_organisation(found.body_id)
    elif not (await plans.scope(connection, caller)).reach.handles(found):
        raise ForeignRegion
    return found


def subject_of(proposal: Proposal) -> UUID:
    """The certificate that the proposal is about."""
    return UUID(proposal.subject.removeprefix(_SUBJECT))


async def propose(
    connection: AsyncConnection,
    certificate: Certificate,
    kind: str,
    *,
    reason: str,
    caller: Caller,
    at: datetime,
    content: Mapping[str, Any] | None = None,
) -> Proposal:
    """A proposal of `kind` about the certificate; a repeat of the open one returns that. Raises AlreadyProposed."""
    proposal = Proposal(
        id=new_id(),
        kind=kind,
        subject=f"{_SUBJECT}{certificate.id}",
        organisation=certificate.body_id,
        region=certificate.region,
        reporting_region=certificate.reporting_region,
        content=content or {},
        reason=reason,
        proposed_by=caller.person,
        proposed_at=at,
    )
    return await proposals.add(connection, proposal)


async def another_of_holder(
    connection: AsyncConnection, certificate: Certificate, *, occupation: str, award: Award
) -> UUID | None:
    """Another valid certificate of the occupation and award that the holder has under any of their keys.

    The human is locked: nobody certifies them meanwhile.
    """
    human = (await person_store.humans(connection, {certificate.person}))[certificate.person]
    await person_store.lock(connection, {human})
    keys = await heard.keys_of(connection, {human})
    return await store.another(connection, keys, certificate, occupation=occupation, award=award)
