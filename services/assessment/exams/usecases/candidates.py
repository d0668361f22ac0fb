"""Add candidates to a session: check each row by itself, store all that pass in one go, answer for every row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates import usecases as certificates
from services.assessment.exams.rules.candidates import Candidate, Entry, decide
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.store import candidates as store
from services.assessment.exams.usecases.sessions import own
from services.assessment.persons import store as person_store
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.outcomes import RowOutcome, without_ids
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal
from shared.persons import Particulars, Persons


@dataclass(frozen=True, slots=True, repr=False)
class CandidateRow:
    """One row as it came, well formed but not yet believed. `row` is its place in the request, from 0."""

    row: int
    local_id: str
    particulars: Particulars


class _Recognised(NamedTuple):
    """A row whose person is known by key, and what is to be sealed if it is admitted."""

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

    Raises WrongRole, NotFound, ForeignOrganisation, SessionClosed: then nothing at all was stored.
    """
    session = await own(connection, session_id, caller, lock=not dry_run)
    session.require_open()
    recognised, refused = await _recognise(connection, rows, persons=persons, at=at)
    decided = await _decide(connection, session, [each.entry for each in recognised])
    if dry_run:
        return [*refused, *without_ids(decided, {each.entry.id for each in recognised})]
    accepted = {outcome.row for outcome in decided if outcome.outcome == "accepted"}
    admitted = [each for each in recognised if each.entry.row in accepted]
    if admitted:
        sealed = [persons.close(each.entry.person, each.number, each.particulars) for each in admitted]
        await person_store.add_all(connection, sealed)
        await store.add_all(connection, [_new_candidate(each.entry, session) for each in admitted])
    return [*refused, *decided]


async def _recognise(
    connection: AsyncConnection, rows: Iterable[CandidateRow], *, persons: Persons, at: datetime
) -> tuple[list[_Recognised], list[RowOutcome]]:
    today = business_day(at)
    found: list[tuple[CandidateRow, UUID, str]] = []
    refused: list[RowOutcome] = []
    for row in rows:
        try:
            found.append((row, *persons.recognise(row.particulars, today=today)))
        except Refusal as refusal:
            refusal.pointer = refusal.pointer or "/document_number"
            refused.append(RowOutcome(row.row, "refused", row.local_id, refusal=refusal))
    humans = await person_store.humans(connection, {person for _, person, _ in found})
    recognised = [
        _Recognised(Entry(row.row, new_id(), row.local_id, person, humans[person]), number, row.particulars)
        for row, person, number in found
    ]
    return recognised, refused


async def _decide(connection: AsyncConnection, session: ExamSession, entries: Sequence[Entry]) -> list[RowOutcome]:
    keys = await person_store.keys_of(connection, {entry.human for entry in entries})
    seated = await store.seated_by_person(connection, session.id, keys)
    return decide(
        entries,
        by_local_id=await store.seated_by_local_id(connection, session.id, {entry.local_id for entry in entries}),
        by_person={keys[person]: each for person, each in seated.items()},
        certified=await certificates.certified(connection, keys, occupation=session.occupation, level=session.level),
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
