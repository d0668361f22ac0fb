"""Receive objections, tell their objectors how they stand, answer them, and do what an answer leads to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.states import (
    PREPARING,
    ClaimVerb,
)
from services.subsidy.claims.store import claims as claim_store
from services.subsidy.claims.usecases import aftermath, steps
from services.subsidy.limits import usecases as limits
from services.subsidy.limits.rules import due_on
from services.subsidy.objections import rules, store
from services.subsidy.objections.rules import Objection, ObjectionStatus, ObjectionVerb
from services.subsidy.objections.store import SENDERS
from services.subsidy.recoveries import usecases as recoveries
from services.subsidy.recoveries.rules import CauseRecovered, RecoveryCause
from services.subsidy.recoveries.usecases import Asked
from services.subsidy.trainings import store as trainings
from services.subsidy.trainings.rules import scope
from services.subsidy.trainings.usecases import load_plan
from shared.contracts.subsidy.claims import ClaimStatus
from shared.faults import forever
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.masking import masked
from shared.kernel.periods import business_day
from shared.kernel.refusals import NotFound
from shared.persons import Persons
from shared.proposals.rules import AlreadyProposed
from shared.public_requests import forget, mark_of, new_receipt
from shared.senders import ContactReading, SealedWords

_PUBLIC: Final = "public"
"""The actor of an objection: who objects is not asked."""
_READINGS_MAX: Final = 100
_ERASED_AT_ONCE: Final = 1_000
_ERASURE_PAUSE_SECONDS: Final = 60.0


class ObjectionInFull(NamedTuple):
    """What reviewers see; the contact is shown apart."""

    objection: Objection
    text: str
    has_contact: bool
    readings: list[ContactReading]


async def file(
    connection: AsyncConnection,
    claim_id: UUID,
    *,
    line: int,
    text: str,
    contact: str | None,
    contact_days: int,
    persons: Persons,
    at: datetime,
) -> tuple[str, Objection]:
    """The receipt and the new objection; one that comes in time stops its line, and the claim waits for the answer.

    Raises NotFound for what was never public, ObjectionPointless.
    """
    plan, today = await load_plan(connection), business_day(at)
    claim = await claim_store.load(connection, claim_id, lock=True)
    late = rules.is_late(claim, line, today=today)
    ladder = await limits.ladder(connection, plan, claim.region, day=today)
    receipt, id_ = new_receipt(persons), new_id()
    objection = Objection(
        id=id_,
        receipt_mark=receipt.mark,
        claim_id=claim_id,
        line=line,
        enrolment_id=next(each.source_id for each in claim.lines if each.line == line),
        class_id=claim.source_id,
        institution_id=claim.institution_id,
        region=claim.region,
        reporting_region=claim.reporting_region,
        received_at=at,
        late=late,
        due_on=due_on(await trainings.calendar(connection), today, ladder.objection_answer_working_days),
        erase_contact_on=None if contact is None else today + timedelta(days=contact_days),
    )
    sealed_contact = None if contact is None else persons.seal(contact.encode(), owner=id_)
    words = SealedWords(persons.seal(masked(text).encode(), owner=id_), sealed_contact)
    await store.add(connection, objection, words)
    if not late:
        after, fact = rules.object_(claim, objection, at=at)
        await steps.save(connection, after, fact, ClaimVerb.OBJECT, by=_PUBLIC)
    return receipt.shown, objection


async def look_up(connection: AsyncConnection, receipt: str, *, persons: Persons) -> Objection:
    """The objection with this receipt. Raises NotFound."""
    found = await store.find(connection, mark_of(receipt, persons))
    if found is None:
        raise NotFound(pointer="/receipt", what="objection")
    return found


async def visible(
    connection: AsyncConnection, objection_id: UUID, *, persons: Persons, caller: Caller
) -> ObjectionInFull:
    """An objection with its words, for reviewers of its region or above. Raises NotFound, ForeignRegion."""
    objection = await _of_reviewer(connection, objection_id, caller)
    words = await SENDERS.words(connection, objection_id)
    return ObjectionInFull(
        objection,
        persons.unseal(words.text, owner=objection_id).decode(),
        words.contact is not None,
        await SENDERS.readings(connection, objection_id, limit=_READINGS_MAX),
    )


async def read_contact(
    connection: AsyncConnection, objection_id: UUID, *, reason: str, persons: Persons, caller: Caller, at: datetime
) -> str:
    """How to reach the objector, for a reviewer of the region or above; that they read it is kept.

    Raises NotFound, ForeignRegion; NotFound also once the contact is erased.
    """
    await _of_reviewer(connection, objection_id, caller)
    words = await SENDERS.words(connection, objection_id)
    if words.contact is None:
        raise NotFound(what="contact", id=objection_id)
    await SENDERS.add_reading(connection, ContactReading(new_id(), objection_id, caller.person, at, reason))
    return persons.unseal(words.contact, owner=objection_id).decode()


async def page(
    connection: AsyncConnection,
    *,
    region: str | None,
    status: ObjectionStatus | None,
    claim_id: UUID | None,
    overdue_on: date | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> list[Objection]:
    """Objections that the caller sees. Raises UnknownRegion, ForeignRegion."""
    sight = scope(await load_plan(connection), caller, region=region)
    return await store.page(
        connection,
        sight.reach,
        status=status,
        claim_id=claim_id,
        overdue_on=overdue_on,
        after=after,
        limit=limit,
    )


async def answer(
    connection: AsyncConnection,
    objection_id: UUID,
    verb: ObjectionVerb,
    *,
    reason: str,
    text: str,
    caller: Caller,
    at: datetime,
) -> Objection:
    """Answer an objection. Upheld, it stops its line; a paid line is owed, and its recovery is proposed.

    Raises NotFound, ForeignRegion, and the rule's refusals.
    """
    claim_id = (await _of_reviewer(connection, objection_id, caller)).claim_id
    claim = await claim_store.load(connection, claim_id, lock=True)
    before = await store.load(connection, objection_id, lock=True)
    prepared_by = await claim_store.doers(connection, claim_id, PREPARING)
    decided_by = (*prepared_by, claim.first_reviewed_by, claim.second_reviewed_by)
    after = rules.answer(before, verb, decided_by=decided_by, reason=reason, text=masked(text), by=caller.person, at=at)
    await store.save(connection, after)
    if claim.status is ClaimStatus.OBJECTED and not before.late:
        await _go_on(connection, claim, by=caller.person, reason=reason, at=at)
    if after.status is ObjectionStatus.UPHELD:
        await aftermath.follow(connection, entries={after.enrolment_id}, persons=(), at=at)
        await _propose_recovery(connection, after, caller=caller, at=at)
    return after


async def erase(engine: AsyncEngine, now: Callable[[], datetime]) -> None:
    """Erase contacts on their days, and forget old counts of requests, in an endless loop."""
    await forever("objectors' contacts", lambda: erase_batch(engine, at=now()), pause_seconds=_ERASURE_PAUSE_SECONDS)


async def erase_batch(engine: AsyncEngine, *, at: datetime) -> bool:
    """Erase the contacts that have waited longest. False if none are due."""
    async with engine.begin() as connection:
        await forget(connection, at=at)
        return await SENDERS.erase_contacts(connection, business_day(at), limit=_ERASED_AT_ONCE) > 0


async def _go_on(connection: AsyncConnection, claim: Claim, *, by: str, reason: str, at: datetime) -> None:
    calendar = await trainings.calendar(connection)
    assert claim.public_until is not None, "a claim that was objected to is public"
    still_open = await store.open_due_on(connection, claim.id)
    after, fact = rules.answered(
        claim, open_due_on=still_open, approval_due_on=due_on(calendar, claim.public_until, 1), at=at
    )
    verb = ClaimVerb.ANSWER_OBJECTION if still_open else ClaimVerb.SETTLE_OBJECTION
    await steps.save(connection, after, fact, verb, by=by, reason=reason)


async def _propose_recovery(connection: AsyncConnection, objection: Objection, *, caller: Caller, at: datetime) -> None:
    claim = await claim_store.load(connection, objection.claim_id)
    line = next((each for each in claim.lines if each.line == objection.line), None)
    if claim.status is not ClaimStatus.PAID or line is None or line.owed is None or not line.outstanding_fen:
        return
    assert objection.reason is not None, "an answer has a reason"
    try:
        await recoveries.propose(
            connection,
            claim.id,
            Asked({objection.line}),
            cause=RecoveryCause.GROUND_LOST,
            against=None,
            reason=objection.reason,
            caller=caller,
            at=at,
        )
    except (AlreadyProposed, CauseRecovered):
        # The line is on the list of what is owed; it is proposed once the open proposal is decided.
        return


async def _of_reviewer(connection: AsyncConnection, objection_id: UUID, caller: Caller) -> Objection:
    objection = await store.load(connection, objection_id)
    sight = scope(await load_plan(connection), caller)
    sight.require(objection, owner=objection.institution_id)
    return objection
