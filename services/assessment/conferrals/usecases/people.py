"""Put people on a list: recognise them, judge what their award rests on, and store the accepted rows as a set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates.usecases import issuing
from services.assessment.conferrals import store
from services.assessment.conferrals.rules import conferrals as rules
from services.assessment.conferrals.rules import courses as course_rules
from services.assessment.conferrals.rules import evidence as evidences
from services.assessment.conferrals.rules.conferrals import Conferral, Entrant, Nominee
from services.assessment.conferrals.rules.courses import Courses, CoursesNoLongerCount
from services.assessment.conferrals.rules.evidence import ContestPlace, Evidence, Process
from services.assessment.conferrals.rules.recognition import ContestUsed, RecognitionRow, recognise
from services.assessment.credits import store as credit_store
from services.assessment.exams.rules.notices import Notice
from services.assessment.pass_rules.usecases import rule_of
from services.assessment.persons import store as person_store
from services.assessment.persons import usecases as renaming
from services.assessment.persons.rules import NAME_DIFFERS, NameQuestion
from services.assessment.plan import usecases as plans
from services.assessment.trainings import store as trainings
from shared import heard
from shared.contracts.assessment import CertificateWay
from shared.kernel.awards import Award
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.names import corrects, spelling_fault
from shared.kernel.outcomes import RowOutcome, read_each, without_ids
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal, raise_first
from shared.persons import Particulars, Persons, SealedPerson


@dataclass(frozen=True, slots=True, repr=False)
class NomineeRow:
    """One well-formed row. `row` is its place in the request, from 0."""

    row: int
    local_id: str
    particulars: Particulars
    evidence: Evidence


class _Keyed(NamedTuple):
    """A row with its person's key, the human behind it, and the normalised number."""

    row: NomineeRow
    id: UUID
    person: UUID
    human: UUID
    number: str


class _Known(NamedTuple):
    """What is known of everyone in a batch."""

    sealed: Mapping[UUID, SealedPerson]
    held: Mapping[UUID, set[Award]]
    """The levels of the occupation that each human holds."""
    used: set[tuple[UUID, str]]
    """Places in contests that were used, by human."""
    rules: Sequence[RecognitionRow]
    above: Sequence[str]
    tenths_min: int
    courses: Courses


_SHOWN: Final = 20
"""So many local_ids are named in a refusal."""


async def add(
    connection: AsyncConnection,
    conferral: Conferral,
    rows: Sequence[NomineeRow],
    *,
    persons: Persons,
    caller: Caller,
    at: datetime,
    dry_run: bool = False,
) -> list[RowOutcome]:
    """An outcome for each of `rows`: accepted, repeated or refused. A dry run decides and stores nothing.

    Raises ListClosed: then nothing was stored.
    """
    conferral.require_open()
    keyed, refused = await _recognise(connection, rows, persons=persons, at=at)
    keys = await heard.keys_of(connection, {each.human for each in keyed})
    known = await _known(connection, conferral, keyed, keys=keys, at=at)
    unfit: dict[int, Refusal] = {}
    entrants: list[Entrant] = []
    for each in keyed:
        rule = None
        try:
            rule = _judge(conferral, each, known, at=at)
        except Refusal as refusal:
            unfit[each.row.row] = refusal
        nominee = _nominee(conferral, each, rule=rule, persons=persons)
        entrants.append(Entrant(each.row.row, each.id, each.row.local_id, each.person, each.human, nominee))
    nominees, outcomes = rules.decide(
        entrants,
        by_local_id=await store.listed_by_local_id(connection, conferral.id, {each.local_id for each in rows}),
        by_human={
            keys[person]: listed
            for person, listed in (await store.listed_by_person(connection, conferral.id, keys)).items()
        },
        certified=await issuing.certified(connection, keys, occupation=conferral.occupation, award=conferral.award),
        refused=unfit,
    )
    otherwise = {each.row.row: each for each in keyed if _is_called_otherwise(each, known, persons=persons)}
    outcomes = await _noticed(connection, conferral, keyed, outcomes, keys=keys, otherwise=otherwise.keys())
    if dry_run:
        return [*refused, *without_ids(outcomes, {each.id for each in keyed})]
    await _store(connection, nominees, {each.id: each for each in keyed}, known, persons=persons, caller=caller, at=at)
    added = {nominee.id for nominee in nominees}
    asked = [each for each in otherwise.values() if each.id in added]
    await person_store.add_questions(
        connection, [_question(each, conferral, persons=persons, by=caller.person, at=at) for each in asked]
    )
    return [*refused, *outcomes]


def opened(nominee: Nominee, way: CertificateWay, *, persons: Persons) -> Evidence:
    """What the award of a nominee rests on."""
    return evidences.of_json(way, orjson.loads(persons.unseal(nominee.evidence, owner=nominee.id)))


async def require_courses(
    connection: AsyncConnection, conferral: Conferral, nominees: Iterable[Nominee], *, persons: Persons
) -> None:
    """Check that the courses which awards rest on still count, after what was told since.

    Raises CoursesNoLongerCount.
    """
    if conferral.way is not CertificateWay.PROCESS:
        return
    named = [(each, opened(each, conferral.way, persons=persons)) for each in nominees]
    humans = await person_store.humans(connection, {each.person for each, _ in named})
    keys = await heard.keys_of(connection, set(humans.values()))
    known = await _courses(connection, [evidence for _, evidence in named], keys=keys)
    gone = list[str]()
    for nominee, evidence in named:
        try:
            _require_courses(conferral, evidence, humans[nominee.person], known)
        except Refusal:
            gone.append(nominee.local_id)
    if gone:
        raise CoursesNoLongerCount(people=len(gone), local_ids=sorted(gone)[:_SHOWN])


async def _courses(connection: AsyncConnection, evidence: Iterable[Evidence], *, keys: Mapping[UUID, UUID]) -> Courses:
    """What is known of the courses that `evidence` names; `keys` are those of its humans."""
    processes = [each for each in evidence if isinstance(each, Process)]
    classes = {class_id for each in processes for class_id in course_rules.classes_named(each)}
    uses = {use_id for each in processes for use_id in course_rules.uses_named(each)}
    taken = await trainings.taken(connection, classes, keys) if classes else ()
    return Courses(
        classes=await trainings.find_classes(connection, classes) if classes else {},
        # Whoever has two keys may be trained in a class under both: completed once is completed.
        taken={
            (keys[person], class_id): completed
            for person, class_id, completed in sorted(taken, key=lambda each: each[2] is not False)
        },
        uses=await credit_store.by_ids(connection, uses) if uses else {},
        humans=keys,
    )


def _require_courses(conferral: Conferral, evidence: Evidence, human: UUID, known: Courses) -> None:
    if isinstance(evidence, Process):
        course_rules.require_courses(evidence, human, known, occupation=conferral.occupation, award=conferral.award)


async def _noticed(
    connection: AsyncConnection,
    conferral: Conferral,
    keyed: Sequence[_Keyed],
    outcomes: Sequence[RowOutcome],
    *,
    keys: Mapping[UUID, UUID],
    otherwise: Set[int],
) -> list[RowOutcome]:
    """The outcomes with a warning for each who is not a trainee of the list's class, or is known by another name."""
    strangers: set[int] = set()
    if conferral.class_id is not None:
        trained = {keys[person] for person in await trainings.in_class(connection, conferral.class_id, keys)}
        strangers = {each.row.row for each in keyed if each.human not in trained}
    not_in_class = Notice.NOT_IN_CLASS.about("/document_number")
    return [
        each._replace(
            warnings=(
                *((not_in_class,) if each.row in strangers else ()),
                *((NAME_DIFFERS,) if each.row in otherwise else ()),
            )
        )
        if each.outcome == "accepted"
        else each
        for each in outcomes
    ]


async def _recognise(
    connection: AsyncConnection, rows: Iterable[NomineeRow], *, persons: Persons, at: datetime
) -> tuple[list[_Keyed], list[RowOutcome]]:
    today = business_day(at)

    def read(row: NomineeRow) -> tuple[NomineeRow, UUID, str]:
        raise_first(spelling_fault(row.particulars.name))
        try:
            return row, *persons.recognise(row.particulars.document_kind, row.particulars.document_number, today=today)
        except Refusal as refusal:
            refusal.pointer = refusal.pointer or "/document_number"
            raise

    found, refused = read_each(rows, read)
    humans = await person_store.humans(connection, {person for _, person, _ in found})
    return [_Keyed(row, new_id(), person, humans[person], number) for row, person, number in found], refused


async def _known(
    connection: AsyncConnection,
    conferral: Conferral,
    keyed: Sequence[_Keyed],
    *,
    keys: Mapping[UUID, UUID],
    at: datetime,
) -> _Known:
    today = business_day(at)
    held: defaultdict[UUID, set[Award]] = defaultdict(set)
    for person, award in await store.held(connection, keys, occupation=conferral.occupation):
        held[keys[person]].add(award)
    bases = {basis for each in keyed if (basis := evidences.basis(each.row.evidence)) is not None}
    used = {(keys[person], basis) for person, basis in await store.used(connection, keys, bases)} if bases else set()
    return _Known(
        sealed=await person_store.sealed(connection, {each.person for each in keyed}),
        held=held,
        used=used,
        rules=await store.RECOGNITION.entered_rows(connection) if bases else (),
        above=(await plans.load(connection)).region_and_above(conferral.region, on=today),
        tenths_min=(await rule_of(connection, day=today, region=conferral.region)).part_tenths_min,
        courses=await _courses(connection, [each.row.evidence for each in keyed], keys=keys),
    )


def _judge(conferral: Conferral, each: _Keyed, known: _Known, *, at: datetime) -> RecognitionRow | None:
    """The rule by which a place in a contest is recognised. Raises what speaks against the evidence."""
    evidence = each.row.evidence
    evidences.require_of(evidence, conferral.way)
    evidences.require_complete(evidence, today=business_day(at))
    evidences.require_passed(evidence, tenths_min=known.tenths_min)
    _require_courses(conferral, evidence, each.human, known.courses)
    if not isinstance(evidence, ContestPlace):
        return None
    basis = evidences.basis(evidence)
    if basis is not None and (each.human, basis) in known.used:
        raise ContestUsed(pointer="/contest", contest=evidence.contest, day=evidence.held_on.isoformat())
    stated = set() if evidence.held is None else {Award.from_code(evidence.held)}
    holds = stated | known.held.get(each.human, set())
    return recognise(known.rules, evidence, conferral.award, holds=holds, region_and_above=known.above)


def _is_called_otherwise(each: _Keyed, known: _Known, *, persons: Persons) -> bool:
    """Whether the number is known under another name, which the row does not just spell right."""
    stored, name = known.sealed.get(each.person), each.row.particulars.name
    if stored is None or persons.is_called(stored, name):
        return False
    return not corrects(name, persons.particulars(stored).name)


def _question(each: _Keyed, conferral: Conferral, *, persons: Persons, by: str, at: datetime) -> NameQuestion:
    id_ = new_id()
    return NameQuestion(
        id=id_,
        person=each.person,
        body_id=conferral.body_id,
        session_id=None,
        candidate_id=None,
        conferral_id=conferral.id,
        nominee_id=each.id,
        region=conferral.region,
        reporting_region=conferral.reporting_region,
        given=persons.seal(each.row.particulars.name.encode(), owner=id_),
        asked_by=by,
        asked_at=at,
    )


def _nominee(conferral: Conferral, each: _Keyed, *, rule: RecognitionRow | None, persons: Persons) -> Nominee:
    said = orjson.dumps(evidences.as_json(each.row.evidence))
    return Nominee(
        id=each.id,
        conferral_id=conferral.id,
        person=each.person,
        local_id=each.row.local_id,
        evidence=persons.seal(said, owner=each.id),
        basis=evidences.basis(each.row.evidence),
        rule=None if rule is None else rule.id,
        programme=conferral.programme,
    )


async def _store(
    connection: AsyncConnection,
    nominees: Sequence[Nominee],
    keyed: Mapping[UUID, _Keyed],
    known: _Known,
    *,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> None:
    added = [keyed[each.id] for each in nominees]
    await person_store.add_all(
        connection, [persons.close(each.person, each.number, each.row.particulars) for each in added]
    )
    for each in added:
        stored, name = known.sealed.get(each.person), each.row.particulars.name
        if stored is not None and corrects(name, persons.particulars(stored).name):
            renamed = persons.called(stored, name, None)
            await renaming.rename(connection, renamed, persons=persons, by=caller.person, at=at)
    await store.add_nominees(connection, nominees)
