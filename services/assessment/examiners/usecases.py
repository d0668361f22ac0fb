"""Register examiners, change what they may examine, suspend and end them, and take either back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store import bodies as body_store
from services.assessment.bodies.usecases.filing import load_for_officer
from services.assessment.examiners import rules, store
from services.assessment.examiners.rules import (
    Examiner,
    ExaminerKind,
    ExaminerStep,
    ExaminerVerb,
    Qualification,
)
from services.assessment.persons import store as person_store
from services.assessment.plan import usecases as plans
from shared import heard
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.names import spelling_fault
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal, raise_first
from shared.persons import Particulars, Persons


@dataclass(frozen=True, repr=False)
class Registration:
    """What a body states about a person who examines or supervises for it; without `first_on`, from today on."""

    local_id: str
    particulars: Particulars
    kind: ExaminerKind
    card: str | None
    first_on: date | None
    last_on: date | None
    qualifications: Sequence[Qualification]


async def register(
    connection: AsyncConnection, registration: Registration, *, persons: Persons, caller: Caller, at: datetime
) -> Examiner:
    """A new entry of the caller's body; a repeat under the same local_id returns the existing one, as it is now.

    Raises NotFound, LocalIdTaken, ExaminerKnown, QualifiedTwice, and the refusals of names, documents and periods.
    """
    body = await body_store.hold(connection, caller.require_some_organisation())
    particulars, today = registration.particulars, business_day(at)
    raise_first(spelling_fault(particulars.name))
    try:
        person, number = persons.recognise(particulars.document_kind, particulars.document_number, today=today)
    except Refusal as refusal:
        refusal.pointer = refusal.pointer or "/document_number"
        raise
    human = (await person_store.humans(connection, {person}))[person]
    asked = Examiner(
        id=new_id(),
        body_id=body.id,
        local_id=registration.local_id,
        person=person,
        kind=registration.kind,
        card=registration.card,
        first_on=registration.first_on or today,
        last_on=registration.last_on,
        qualifications=tuple(registration.qualifications),
    )
    same_person = await store.find(connection, body.id, persons=await heard.keys_of(connection, {human}))
    entry = rules.register(
        asked,
        same_id=await store.find(connection, body.id, local_id=asked.local_id),
        same_person=same_person if same_person is not None and same_person.kind is asked.kind else None,
    )
    if entry is asked:
        await person_store.add_all(connection, [persons.close(person, number, particulars)])
        await store.add(connection, entry)
        await _keep(connection, entry, rules.REGISTER, caller=caller, at=at)
    return entry


async def load(connection: AsyncConnection, examiner_id: UUID, *, caller: Caller) -> Examiner:
    """An entry that the caller sees. Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion."""
    sight = await plans.scope(connection, caller)
    found = await store.load(connection, examiner_id)
    sight.require(await body_store.load(connection, found.body_id), owner=found.body_id)
    return found


async def qualify(
    connection: AsyncConnection,
    examiner_id: UUID,
    qualifications: Sequence[Qualification],
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Examiner:
    """Replace what an examiner of the caller's body may examine; what it is already changes nothing.

    Raises NotFound, ForeignOrganisation, QualifiedTwice.
    """
    before = await _own(connection, examiner_id, caller)
    after = rules.qualify(before, qualifications)
    if after.qualifications == before.qualifications:
        return before
    former = {"qualifications": store.as_json(before.qualifications)}
    return await _save(connection, after, rules.QUALIFY, reason=reason, content=former, caller=caller, at=at)


async def end(
    connection: AsyncConnection, examiner_id: UUID, *, last_on: date, reason: str, caller: Caller, at: datetime
) -> Examiner:
    """End an entry of the caller's body. Raises NotFound, ForeignOrganisation, IllegalMove, EndsTooEarly."""
    before = await _own(connection, examiner_id, caller)
    after = rules.end(before, last_on=last_on)
    former = {"last_on": None if before.last_on is None else before.last_on.isoformat()}
    return await _save(connection, after, ExaminerVerb.END, reason=reason, content=former, caller=caller, at=at)


async def reinstate(
    connection: AsyncConnection, examiner_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Examiner:
    """Take the ending of an entry of the caller's body back. Raises NotFound, ForeignOrganisation, IllegalMove."""
    before = await _own(connection, examiner_id, caller)
    endings = [each for each in await store.steps(connection, examiner_id) if each.verb == ExaminerVerb.END]
    former = endings[-1].content["last_on"] if endings else None
    after = rules.reinstate(before, last_on=date.fromisoformat(former) if isinstance(former, str) else None)
    return await _save(connection, after, ExaminerVerb.REINSTATE, reason=reason, caller=caller, at=at)


async def suspend(
    connection: AsyncConnection, examiner_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Examiner:
    """Suspend an examiner, as an officer of the body's region. Raises NotFound, ForeignRegion, IllegalMove."""
    after = rules.suspend(await _of_region(connection, examiner_id, caller))
    return await _save(connection, after, ExaminerVerb.SUSPEND, reason=reason, caller=caller, at=at)


async def resume(
    connection: AsyncConnection, examiner_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Examiner:
    """Take a suspension back, as an officer of the body's region. Raises NotFound, ForeignRegion, IllegalMove."""
    after = rules.resume(await _of_region(connection, examiner_id, caller))
    return await _save(connection, after, ExaminerVerb.RESUME, reason=reason, caller=caller, at=at)


async def _own(connection: AsyncConnection, examiner_id: UUID, caller: Caller) -> Examiner:
    found = await store.load(connection, examiner_id, lock=True)
    caller.require_organisation(found.body_id)
    return found


async def _of_region(connection: AsyncConnection, examiner_id: UUID, caller: Caller) -> Examiner:
    found = await store.load(connection, examiner_id, lock=True)
    await load_for_officer(connection, found.body_id, caller=caller)
    return found


async def _save(
    connection: AsyncConnection,
    after: Examiner,
    verb: str,
    *,
    reason: str,
    caller: Caller,
    at: datetime,
    content: Mapping[str, object] | None = None,
) -> Examiner:
    await store.save(connection, after)
    await _keep(connection, after, verb, reason=reason, content=content, caller=caller, at=at)
    return after


async def _keep(
    connection: AsyncConnection,
    after: Examiner,
    verb: str,
    *,
    caller: Caller,
    at: datetime,
    reason: str | None = None,
    content: Mapping[str, object] | None = None,
) -> None:
    step = ExaminerStep(after.id, after.version, verb, caller.person, at, reason, content or {})
    await store.add_step(connection, step)
