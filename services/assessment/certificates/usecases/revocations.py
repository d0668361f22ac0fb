"""Revoke certificates, and take a revocation back that was the mistake: one person proposes, another confirms."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates import store
from services.assessment.certificates.rules import certificates as rules
from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.certificates.usecases import changes, issuing
from shared.backbone import outbox
from shared.contracts.assessment import CertificateReinstated
from shared.kernel.callers import Caller
from shared.proposals.rules import Proposal


async def propose(
    connection: AsyncConnection, certificate_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose to revoke a certificate. The caller is an officer of its region or above, and did not issue it.

    Raises NotFound, ForeignRegion, IllegalMove, SamePerson, AlreadyProposed.
    """
    certificate = await changes.concerned(connection, certificate_id, caller)
    rules.revoke(certificate, by=caller.person, at=at)
    return await changes.propose(connection, certificate, rules.KIND, reason=reason, caller=caller, at=at)


async def revoke(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Certificate:
    """Revoke the certificate of a proposal that is being confirmed, as an officer who did not issue it.

    Raises WrongRole, ForeignRegion, IllegalMove, SamePerson.
    """
    before = await changes.concerned(connection, changes.subject_of(proposal), caller)
    after, fact = rules.revoke(before, by=caller.person, at=at)
    await store.save_revocation(connection, after, by=caller.person, reason=proposal.reason, at=at)
    await outbox.record(connection, fact)
    await issuing.link(connection, [after], at=at)
    return after


async def propose_reinstatement(
    connection: AsyncConnection, certificate_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose to make a revoked certificate valid again, as an officer of its region or above.

    Whoever revoked it may propose it; a further officer confirms. Raises NotFound, ForeignRegion, IllegalMove,
    ResultDoesNotPass, AnotherCertificateStands, AlreadyProposed.
    """
    certificate = await changes.concerned(connection, certificate_id, caller)
    await _reinstated(connection, certificate, revoked_by="", by=caller.person, at=at)
    return await changes.propose(connection, certificate, rules.REINSTATEMENT, reason=reason, caller=caller, at=at)


async def reinstate(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Certificate:
    """Make the certificate of a proposal that is being confirmed valid again.

    Raises WrongRole, ForeignRegion, IllegalMove, SamePerson, ResultDoesNotPass, AnotherCertificateStands.
    """
    before = await changes.concerned(connection, changes.subject_of(proposal), caller)
    mistaken = await store.revocation(connection, before.id)
    after, fact = await _reinstated(connection, before, revoked_by=mistaken.revoked_by, by=caller.person, at=at)
    await store.save_reinstatement(
        connection,
        after,
        mistaken,
        proposed_by=proposal.proposed_by,
        by=caller.person,
        reason=proposal.reason,
        at=at,
    )
    await outbox.record(connection, fact)
    await issuing.link(connection, [after], at=at)
    return after


async def _reinstated(
    connection: AsyncConnection, certificate: Certificate, *, revoked_by: str, by: str, at: datetime
) -> tuple[Certificate, CertificateReinstated]:
    passes = (await store.basis(connection, certificate)).passes
    another = await changes.another_of_holder(
        connection, certificate, occupation=certificate.occupation, award=certificate.award
    )
    return rules.reinstate(certificate, revoked_by=revoked_by, passes=passes, another=another, by=by, at=at)
