"""Add candidates to a session and take them out.

Rows are decided one by one, the accepted rows are stored as a set, and there is an outcome for every row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.usecases.standing import require_may_examine
from services.assessment.certificates.usecases import issuing as certificates
from services.assessment.exams.rules.candidates import Candidate, Entry, decide, require_removable
from services.assessment.exams.rules.history import Withdrawal
from services.assessment.exams.rules.notices import Notice
from services.assessment.exams.rules.results import SessionUnknown
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.store import candidates as store
from services.assessment.exams.store import sessions as session_store
from services.assessment.exams.usecases import admission, resits
from services.assessment.exams.usecases.admission import Applicant, Stated
from services.assessment.exams.usecases.filing import elsewhere, session_rule
from services.assessment.exams.usecases.resits import Before
from services.assessment.exams.usecases.sessions import own
from services.assessment.exams.usecases.table import SESSION
from services.assessment.persons import store as person_store
from services.assessment.persons import usecases as renaming
from services.assessment.persons.rules import NAME_DIFFERS, NameQuestion
from services.assessment.trainings import store as trainings
from shared import heard
from shared.kernel.callers import Caller
from shared.kernel.identity import IdentityDocument
from shared.kernel.ids import new_id
from shared.kernel.names import corrects, spelling_fault
from shared.kernel.outcomes import RowOutcome, read_each, without_ids
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal, raise_first
from shared.persons import Particulars, Persons, SealedPerson


@dataclass(frozen=True, slots=True, repr=False)
class CandidateRow:
    """One well-formed row. `row` is its place in the request, from 0."""

    row: int
    local_id: str
    particulars: Particulars
    stated: Stated = field(default_factory=Stated)


class NamedRow(NamedTuple):
    """A row with the local_id of its session."""

    session: str
    row: CandidateRow


class _KeyedRow(NamedTuple):
    """A row with its person's key, and the particulars to encrypt if it is accepted."""

    entry: Entry
    number: str
    row: CandidateRow

    @property
    def particulars(self) -> Particulars:
        return self.row.particulars

    def applicant(self, *, day: date) -> Applicant:
        """Who applies for an exam on `day`."""
        document = IdentityDocument(self.particulars.document_kind, self.number)
        return Applicant(self.entry.row, self.entry.human, document.age_on(day), self.row.stated)


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

    Raises NotFound, ForeignOrganisation, SessionClosed, RosterSealed, ExamDayReached, BodyStopped: then nothing at all
    was stored.
    """
    session = await own(connection, session_id, caller, lock=not dry_run)
    figures = (await session_rule(connection, session)).figures
    session.require_accepting_candidates(figures, today=business_day(at))
    await require_may_examine(connection, session.body_id, day=session.held_on)
    recognised, refused = await _recognise(connection, rows, persons=persons, at=at)
    entries = [each.entry for each in recognised]
    keys = await heard.keys_of(connection, {entry.human for entry in entries})
    applicants = [each.applicant(day=session.held_on) for each in recognised]
    door = await admission.judge(connection, session, applicants, keys=keys, figures=figures)
    barred = await resits.barred(connection, session, keys)
    admitted, decided = await _decide(connection, session, entries, keys=keys, barred=barred, at_door=door.refused)
    by_row = {each.entry.row: each for each in recognised}
    papers = [by_row[entry.row] for entry in admitted]
    known = await person_store.sealed(connection, {entry.person for entry in admitted})
    otherwise = [each for each in papers if _is_called_otherwise(each, known, persons=persons)]
    decided = await _noticed(connection, session, admitted, decided, otherwise={each.entry.row for each in otherwise})
    if dry_run:
        return [*refused, *without_ids(decided, {each.entry.id for each in recognised})]
    if admitted:
        sealed = [persons.close(each.entry.person, each.number, each.particulars) for each in papers]
        await person_store.add_all(connection, sealed)
        humans = {entry.human for entry in admitted}
        own_keys = {key: human for key, human in keys.items() if human in humans}
        earlier = await resits.before(connection, session, own_keys)
        new = [_new_candidate(entry, session, earlier.get(entry.human)) for entry in admitted]
        await store.add_all(connection, new)
        by_id = {entry.id: door.admitted[entry.row] for entry in admitted if entry.row in door.admitted}
        await admission.keep(connection, by_id, persons=persons)
        await _keep_names(connection, session, papers, otherwise, known, persons=persons, caller=caller, at=at)
    return [*refused, *decided]


async def add_named(
    connection: AsyncConnection,
    body_id: UUID,
    rows: Sequence[NamedRow],
    *,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> list[RowOutcome]:
    """An outcome for each of `rows`, which name sessions of the body. A session that takes no candidates refuses its
    rows.
    """
    by_session = defaultdict[str, list[CandidateRow]](list)
    for local_id, row in rows:
        by_session[local_id].append(row)
    sessions = await session_store.by_local_ids(connection, body_id, by_session, lock=True)
    outcomes = list[RowOutcome]()
    for local_id, of_session in by_session.items():
        try:
            if local_id not in sessions:
                raise SessionUnknown
            async with connection.begin_nested():
                session_id = sessions[local_id].id
                outcomes += await add(connection, session_id, of_session, persons=persons, caller=caller, at=at)
        except Refusal as refusal:
            refusal.pointer = f"/{SESSION}"
            outcomes += [RowOutcome(row.row, "refused", row.local_id, refusal=refusal) for row in of_session]
    return outcomes


def _is_called_otherwise(row: _KeyedRow, known: Mapping[UUID, SealedPerson], *, persons: Persons) -> bool:
    """Whether the number is known under another name, which the row does not just spell right."""
    stored = known.get(row.entry.person)
    if stored is None or persons.is_called(stored, row.particulars.name):
        return False
    return not corrects(row.particulars.name, persons.particulars(stored).name)


async def _keep_names(
    connection: AsyncConnection,
    session: ExamSession,
    papers: Sequence[_KeyedRow],
    otherwise: Sequence[_KeyedRow],
    known: Mapping[UUID, SealedPerson],
    *,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> None:
    """Ask about names that differ from the known ones; sound spellings take the place of damaged ones."""
    await person_store.add_questions(
        connection, [_question(each, session, persons=persons, by=caller.person, at=at) for each in otherwise]
    )
    for each in papers:
        stored, name = known.get(each.entry.person), each.particulars.name
        if stored is not None and corrects(name, persons.particulars(stored).name):
            renamed = persons.called(stored, name, None)
            await renaming.rename(connection, renamed, persons=persons, by=caller.person, at=at)


def _question(row: _KeyedRow, session: ExamSession, *, persons: Persons, by: str, at: datetime) -> NameQuestion:
    id_ = new_id()
    return NameQuestion(
        id=id_,
        person=row.entry.person,
        body_id=session.body_id,
        session_id=session.id,
        candidate_id=row.entry.id,
        region=session.region,
        reporting_region=session.reporting_region,
        given=persons.seal(row.particulars.name.encode(), owner=id_),
        asked_by=by,
        asked_at=at,
    )


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
        _KeyedRow(Entry(row.row, new_id(), row.local_id, person, humans[person]), number, row)
        for row, person, number in found
    ]
    return recognised, refused


async def _decide(
    connection: AsyncConnection,
    session: ExamSession,
    entries: Sequence[Entry],
    *,
    keys: Mapping[UUID, UUID],
    barred: Mapping[UUID, date],
    at_door: Mapping[int, Refusal],
) -> tuple[list[Entry], list[RowOutcome]]:
    seats = await store.seats_by_person(connection, session.id, keys)
    return decide(
        entries,
        by_local_id=await store.seats_by_local_id(connection, session.id, {entry.local_id for entry in entries}),
        by_person={keys[person]: seat for person, seat in seats.items()},
        certified=await certificates.certified(connection, keys, occupation=session.occupation, award=session.award),
        elsewhere=await elsewhere(connection, session, {entry.human for entry in entries}),
        barred=barred,
        at_door=at_door,
    )


async def _noticed(
    connection: AsyncConnection,
    session: ExamSession,
    admitted: Sequence[Entry],
    outcomes: Sequence[RowOutcome],
    *,
    otherwise: Set[int],
) -> list[RowOutcome]:
    """The outcomes with a warning for each who is not a trainee of the session's class, or is known by another name."""
    strangers: set[int] = set()
    if session.class_id is not None and admitted:
        keys = await heard.keys_of(connection, {entry.human for entry in admitted})
        trained = {keys[person] for person in await trainings.in_class(connection, session.class_id, keys)}
        strangers = {entry.row for entry in admitted if entry.human not in trained}
    not_in_class = Notice.NOT_IN_CLASS.about("/document_number")
    return [
        each._replace(
            warnings=(
                *((not_in_class,) if each.row in strangers else ()),
                *((NAME_DIFFERS,) if each.row in otherwise else ()),
            )
        )
        for each in outcomes
    ]


async def take_out(
    connection: AsyncConnection, candidate_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Withdrawal:
    """Take a candidate of the caller's body out of the roster, before it is sealed.

    Raises NotFound, ForeignOrganisation, SessionClosed, RosterSealed, ExamDayReached, ResultKept.
    """
    session = await own(connection, (await store.load(connection, candidate_id)).session_id, caller)
    candidate = await store.load(connection, candidate_id, lock=True)
    figures = (await session_rule(connection, session)).figures
    session.require_accepting_candidates(figures, today=business_day(at))
    require_removable(candidate)
    withdrawal = Withdrawal(candidate.id, session.id, candidate.person, candidate.local_id, reason, caller.person, at)
    await store.take_out(connection, withdrawal)
    return withdrawal


def _new_candidate(entry: Entry, session: ExamSession, before: Before | None) -> Candidate:
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
        kept={} if before is None else before.kept,
        previous=None if before is None else before.candidate_id,
    )
