"""Add candidates to a session: decide row by row, store the accepted rows as a set, return an outcome for every row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.usecases.standing import require_may_examine
from services.assessment.certificates.usecases import issuing as certificates
from services.assessment.exams.rules.candidates import Candidate, Entry, decide
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.store import candidates as store
from services.assessment.exams.usecases.sessions import own
from services.assessment.persons import store as person_store
from shared import heard
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.names import spelling_fault
from shared.kernel.outcomes import RowOutcome, read_each, without_ids
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal, raise_first
from shared.persons import Particulars, Persons


@dataclass(frozen=True, slots=True, repr=False)
class CandidateRow:
    """One well-formed row. `row` is its place in the request, from 0."""

    row: int
    local_id: str
    particulars: Particulars


class _KeyedRow(NamedTuple):
    """A row with its person's key, and the particulars to encrypt if it is accepted."""

    entry: Entry
    number: str
    particulars: Particulars


async def add(
    connection: AsyncConnection,
    session_id: UUID,
    rows: Sequence[CandidateRow],
    *,
    persons: Persons,
    caller: Caller,
    at: datetime,
    dry_run: bool = False,
) -> list[RowOutcome]:
    """An outcome for each of `rows`: accepted, repeated or refused. A dry run decides, stores and locks nothing.

    Raises NotFound, ForeignOrganisation, SessionClosed, BodyStopped: then nothing at all was stored.
    """
    session = await own(connection, session_id, caller, lock=not dry_run)
    session.require_open()
    await require_may_examine(connection, session.body_id, day=session.held_on)
    recognised, refused = await _recognise(connection, rows, persons=persons, at=at)
    admitted, decided = await _decide(connection, session, [each.entry for each in recognised])
    if dry_run:
        return [*refused, *without_ids(decided, {each.entry.id for each in recognised})]
    if admitted:
        by_row = {each.entry.row: each for each in recognised}
        papers = [by_row[entry.row] for entry in admitted]
        sealed = [persons.close(each.entry.person, each.number, each.particulars) for each in papers]
        await person_store.add_all(connection, sealed)
        await store.add_all(connection, [_new_candidate(entry, session) for entry in admitted])
    return [*refused, *decided]


async def _recognise(
    connection: AsyncConnection, rows: Iterable[CandidateRow], *, persons: Persons, at: datetime
) -> tuple[list[_KeyedRow], list[RowOutcome]]:
    today = business_day(at)

    def read(row: CandidateRow) -> tuple[CandidateRow, UUID, str]:
        raise_first(spelling_fault(row.particulars.name))
        try:
            return row, *persons.recognise(row.particulars.document_kind, row.particulars.document_number, today=today)
        except Refusal as refusal:
            refusal.pointer = refusal.pointer or "/document_number"
            raise

    found, refused = read_each(rows, read)
    humans = await person_store.humans(connection, {person for _, person, _ in found})
    recognised = [
        _KeyedRow(Entry(row.row, new_id(), row.local_id, person, humans[person]), number, row.particulars)
        for row, person, number in found
    ]
    return recognised, refused


async def _decide(
    connection: AsyncConnection, session: ExamSession, entries: Sequence[Entry]
) -> tuple[list[Entry], list[RowOutcome]]:
    keys = await heard.keys_of(connection, {entry.human for entry in entries})
    seats = await store.seats_by_person(connection, session.id, keys)
    return decide(
        entries,
        by_local_id=await store.seats_by_local_id(connection, session.id, {entry.local_id for entry in entries}),
        by_person={keys[person]: seat for person, seat in seats.items()},
        certified=await certificates.certified(connection, keys, occupation=session.occupation, award=session.award),
    )


def _new_candidate(entry: Entry, session: ExamSession) -> Candidate:
    return Candidate(
        id=entry.id,
        session_id=session.id,
        person=entry.person,
        local_id=entry.local_id,
        programme=session.programme,
        absent=False,
        marks=None,
        passed=None,
        version=0,
    )
