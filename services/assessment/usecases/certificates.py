"""Issue certificates to those who passed, revoke one, and let them count to what their holders' trainings do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.domain import certificates as rules
from services.assessment.domain.candidates import Candidate
from services.assessment.domain.certificate_numbers import serials_after
from services.assessment.domain.certificates import Certificate
from services.assessment.domain.sessions import ExamSession
from services.assessment.store import aliases as alias_store
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
    entitled, others = await _entitled(connection, session, passed)
    serials = serials_after(last, len(entitled), year=on.year)
    issued = [
        rules.issue(candidate, session, body, id_=new_id(), serial=serial, on=on, by=by, at=at)
        for candidate, serial in zip(entitled, serials, strict=True)
    ]
    await store.add_all(connection, [certificate for certificate, _ in issued])
    await store.save_serial(connection, body.id, on.year, last + len(entitled))
    await outbox.record(connection, *(fact for _, fact in issued))
    return Issued([certificate for certificate, _ in issued], others)


async def certified(connection: AsyncConnection, keys: Mapping[UUID, UUID], session: ExamSession) -> set[UUID]:
    """Which humans hold a valid certificate of the session's occupation and level; `keys` are all of theirs."""
    holders = await store.certified(connection, keys, occupation=session.occupation, level=session.level)
    return {keys[person] for person in holders}


async def _entitled(
    connection: AsyncConnection, session: ExamSession, passed: Sequence[Candidate]
) -> tuple[list[Candidate], list[Candidate]]:
    """Those of `passed` who get a certificate, and those who, as humans, have one already or by an earlier place."""
    humans = await alias_store.humans(connection, {candidate.person for candidate in passed})
    # An index keeps one key from two certificates. Of a human with several keys, another body may examine another one.
    await alias_store.lock(connection, set(humans.values()))
    keys = await alias_store.keys_of(connection, set(humans.values()))
    have = await certified(connection, keys, session)
    entitled: list[Candidate] = []
    for candidate in passed:
        if humans[candidate.person] not in have:
            have.add(humans[candidate.person])
            entitled.append(candidate)
    given = {candidate.id for candidate in entitled}
    return entitled, [candidate for candidate in passed if candidate.id not in given]


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


async def follow(connection: AsyncConnection, classes: Collection[UUID], *, at: datetime) -> None:
    """Let certificates of trainees of `classes` count to what their trainings do now, and tell of those that changed.

    A reaction to facts heard, in the transaction that takes them in: so it happens once.
    """
    found = await store.miscounted(connection, classes)
    corrected = [rules.count_to(certificate, programme, at=at) for certificate, programme in found]
    if corrected:
        await store.save_programmes(connection, [certificate for certificate, _ in corrected])
        await outbox.record(connection, *(fact for _, fact in corrected))
