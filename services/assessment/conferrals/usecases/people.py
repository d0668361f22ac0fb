"""Put people on a list: recognise them, judge what their award rests on, and store the accepted rows as a set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates.usecases import issuing
from services.assessment.conferrals import store
from services.assessment.conferrals.rules import conferrals as rules
from services.assessment.conferrals.rules import evidence as evidences
from services.assessment.conferrals.rules.conferrals import Conferral, Entrant, KnownUnderAnotherName, Nominee
from services.assessment.conferrals.rules.evidence import ContestPlace, Evidence
from services.assessment.conferrals.rules.recognition import ContestUsed, RecognitionRow, recognise
from services.assessment.pass_rules.usecases import rule_of
from services.assessment.persons import store as person_store
from services.assessment.persons import usecases as renaming
from services.assessment.plan import usecases as plans
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
            _require_known_name(each, known, persons=persons)
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
    if dry_run:
        return [*refused, *without_ids(outcomes, {each.id for each in keyed})]
    await _store(connection, nominees, {each.id: each for each in keyed}, known, persons=persons, caller=caller, at=at)
    return [*refused, *outcomes]


def opened(nominee: Nominee, way: CertificateWay, *, persons: Persons) -> Evidence:
    """What the award of a nominee rests on."""
    return evidences.of_json(way, orjson.loads(persons.unseal(nominee.evidence, owner=nominee.id)))


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
    )


def _judge(conferral: Conferral, each: _Keyed, known: _Known, *, at: datetime) -> RecognitionRow | None:
    """The rule by which a place in a contest is recognised. Raises what speaks against the evidence."""
    evidence = each.row.evidence
    evidences.require_of(evidence, conferral.way)
    evidences.require_complete(evidence, today=business_day(at))
    evidences.require_passed(evidence, tenths_min=known.tenths_min)
    if not isinstance(evidence, ContestPlace):
        return None
    basis = evidences.basis(evidence)
    if basis is not None and (each.human, basis) in known.used:
        raise ContestUsed(pointer="/contest", contest=evidence.contest, day=evidence.held_on.isoformat())
    stated = set() if evidence.held is None else {Award.from_code(evidence.held)}
    holds = stated | known.held.get(each.human, set())
    return recognise(known.rules, evidence, conferral.award, holds=holds, region_and_above=known.above)


def _require_known_name(each: _Keyed, known: _Known, *, persons: Persons) -> None:
    """Raises KnownUnderAnotherName, unless the row only spells a damaged name right."""
    stored = known.sealed.get(each.person)
    name = each.row.particulars.name
    if stored is None or persons.is_called(stored, name) or corrects(name, persons.particulars(stored).name):
        return
    raise KnownUnderAnotherName(pointer="/name")


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
