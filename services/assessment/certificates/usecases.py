"""Issue certificates, revoke them as one person proposes and another confirms, and correct their programme."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store import bodies as body_store
from services.assessment.certificates import store
from services.assessment.certificates.rules import certificates as rules
from services.assessment.certificates.rules.certificates import Certificate, Examination, Recipient
from services.assessment.certificates.rules.numbers import serials_after
from services.assessment.persons import store as person_store
from services.assessment.plan import usecases as plans
from shared import heard
from shared.backbone import outbox
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, ForeignRegion, Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal

_SUBJECT: Final = "certificates/"


class Issuance(NamedTuple):
    """New certificates, and the recipients who already hold a valid one of this occupation and award."""

    certificates: list[Certificate]
    already_certified: list[Recipient]


async def issue(
    connection: AsyncConnection, examination: Examination, recipients: Sequence[Recipient], *, by: str, at: datetime
) -> Issuance:
    """Issue certificates to `recipients`, numbered consecutively in their order. Raises NumberExhausted."""
    if not recipients:
        return Issuance([], [])
    body = await body_store.load(connection, examination.body_id)
    on = business_day(at)
    # Sessions of one body wait for each other at this lock, so each sees what the previous one issued.
    last = await store.lock_serial(connection, body.id, on.year)
    entitled, others = await _entitled(connection, examination, recipients)
    serials = serials_after(last, len(entitled), year=on.year)
    issued = [
        rules.issue(recipient, examination, body, id_=new_id(), serial=serial, on=on, by=by, at=at)
        for recipient, serial in zip(entitled, serials, strict=True)
    ]
    await store.add_all(connection, [certificate for certificate, _ in issued])
    await store.save_serial(connection, body.id, on.year, last + len(entitled))
    await outbox.record(connection, *(fact for _, fact in issued))
    return Issuance([certificate for certificate, _ in issued], others)


async def certified(
    connection: AsyncConnection, keys: Mapping[UUID, UUID], *, occupation: str, award: Award
) -> set[UUID]:
    """The humans who hold a valid certificate of that occupation and award; `keys` are all their keys."""
    holders = await store.certified(connection, keys, occupation=occupation, award=award)
    return {keys[person] for person in holders}


async def _entitled(
    connection: AsyncConnection, examination: Examination, recipients: Sequence[Recipient]
) -> tuple[list[Recipient], list[Recipient]]:
    """The recipients to certify, and those already certified: before, or earlier in the list."""
    humans = await person_store.humans(connection, {recipient.person for recipient in recipients})
    # A unique index allows one certificate per key. Two bodies may examine one human under two keys: hence the lock.
    await person_store.lock(connection, set(humans.values()))
    keys = await heard.keys_of(connection, set(humans.values()))
    have = await certified(connection, keys, occupation=examination.occupation, award=examination.award)
    entitled: list[Recipient] = []
    others: list[Recipient] = []
    for recipient in recipients:
        human = humans[recipient.person]
        (others if human in have else entitled).append(recipient)
        have.add(human)
    return entitled, others


async def propose_revocation(
    connection: AsyncConnection, certificate_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose to revoke a certificate. The caller is an officer of its region or above, and did not issue it.

    Raises NotFound, ForeignRegion, IllegalMove, SamePerson, AlreadyProposed.
    """
    certificate = await _concerned(connection, certificate_id, caller)
    rules.revoke(certificate, by=caller.person, at=at)
    proposal = Proposal(
        id=new_id(),
        kind=rules.KIND,
        subject=f"{_SUBJECT}{certificate.id}",
        organisation=certificate.body_id,
        region=certificate.region,
        reporting_region=certificate.reporting_region,
        content={},
        reason=reason,
        proposed_by=caller.person,
        proposed_at=at,
    )
    return await proposals.add(connection, proposal)


async def revoke(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Certificate:
    """Revoke the certificate of a proposal that is being confirmed, as an officer who did not issue it.

    Raises WrongRole, ForeignRegion, IllegalMove, SamePerson.
    """
    before = await _concerned(connection, UUID(proposal.subject.removeprefix(_SUBJECT)), caller)
    after, fact = rules.revoke(before, by=caller.person, at=at)
    await store.save_revocation(connection, after, by=caller.person, reason=proposal.reason, at=at)
    await outbox.record(connection, fact)
    return after


async def _concerned(connection: AsyncConnection, certificate_id: UUID, caller: Caller) -> Certificate:
    """The certificate, locked, for an officer of its region or above."""
    caller.require(Role.COUNTY_OFFICER, Role.PROVINCE)
    scope = await plans.scope(connection, caller)
    found = await store.load(connection, certificate_id, lock=True)
    if not scope.reach.handles(found):
        raise ForeignRegion
    return found


async def follow(connection: AsyncConnection, classes: Collection[UUID], *, at: datetime) -> None:
    """Correct the programme of certificates whose holders' enrolments in `classes` now have another one.

    Runs in the transaction that applies the registry's facts, so each correction happens once.
    """
    found = await store.miscounted(connection, classes)
    corrected = [rules.count_to(certificate, programme, at=at) for certificate, programme in found]
    if corrected:
        await store.save_programmes(connection, [certificate for certificate, _ in corrected])
        await outbox.record(connection, *(fact for _, fact in corrected))
