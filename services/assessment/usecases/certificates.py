"""Issue certificates to those who passed, and revoke one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.domain import certificates as rules
from services.assessment.domain.candidates import Candidate
from services.assessment.domain.certificate_numbers import serials_after
from services.assessment.domain.certificates import Certificate
from services.assessment.domain.sessions import ExamSession
from services.assessment.store import bodies as body_store
from services.assessment.store import certificates as store
from services.assessment.usecases import heard
from shared.backbone import outbox
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day


class Issued(NamedTuple):
    """New certificates, and those who passed but hold a valid one of this occupation and level already."""

    certificates: list[Certificate]
    already_certified: list[Candidate]


async def issue(
    connection: AsyncConnection, session: ExamSession, passed: Sequence[Candidate], *, by: str, at: datetime
) -> Issued:
    """Certificates for `passed`, numbered in their order without a gap. Raises NumberExhausted."""
    if not passed:
        return Issued([], [])
    body = await body_store.load(connection, session.body_id)
    on = business_day(at)
    # Sessions of one body queue up at the counter, so each sees what the one before it has issued.
    last = await store.lock_serial(connection, body.id, on.year)
    persons = [candidate.person for candidate in passed]
    certified = await store.certified(connection, persons, occupation=session.occupation, level=session.level)
    entitled = [candidate for candidate in passed if candidate.person not in certified]
    serials = serials_after(last, len(entitled), year=on.year)
    issued = [
        rules.issue(candidate, session, body, id_=new_id(), serial=serial, on=on, by=by, at=at)
        for candidate, serial in zip(entitled, serials, strict=True)
    ]
    await store.add_all(connection, [certificate for certificate, _ in issued])
    await store.save_serial(connection, body.id, on.year, last + len(entitled))
    await outbox.record_all(connection, [fact for _, fact in issued])
    return Issued([certificate for certificate, _ in issued], [each for each in passed if each.person in certified])


async def revoke(
    connection: AsyncConnection, certificate_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Certificate:
    """Take a certificate back, as an officer of its region or above who did not issue it.

    Raises WrongRole, NotFound, ForeignRegion, IllegalMove, SamePerson.
    """
    caller.require(Role.COUNTY_OFFICER, Role.PROVINCE)
    before = await store.load(connection, certificate_id, lock=True)
    caller.require_region((await heard.plan(connection)).region_and_above(before.region))
    after, fact = rules.revoke(before, by=caller.person, at=at)
    await store.save_revocation(connection, after, by=caller.person, reason=reason, at=at)
    await outbox.record(connection, fact)
    return after
