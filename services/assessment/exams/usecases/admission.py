"""Who may sit: gather what is known of candidates, and find the route of the standard that admits each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.exams.rules import eligibility as rules
from services.assessment.exams.rules.eligibility import (
    Admission,
    CertificateDiffers,
    Evidence,
    HeldCertificate,
    HeldPaper,
    NotEligible,
    OccupationUnrelated,
    RecordedCertificate,
)
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.store import admissions as store
from services.assessment.session_rules.rules import Figures
from services.assessment.standards.usecases import exam_of
from shared.contracts.assessment import CertificateStatus
from shared.kernel.refusals import Refusal
from shared.persons import Persons


@dataclass(frozen=True, slots=True, repr=False)
class Stated:
    """What a body states of a candidate: years of work in all, certificates of the occupation, diplomas and titles."""

    years_of_work: int | None = None
    certificates: tuple[HeldCertificate, ...] = ()
    papers: tuple[HeldPaper, ...] = ()


class Applicant(NamedTuple):
    """A row with the human behind it, their age on the day of the exam, and what is stated of them."""

    row: int
    human: UUID
    age: int | None
    stated: Stated


class Door(NamedTuple):
    """What became of each row at the door: a refusal, or the route that admits if there is one."""

    refused: Mapping[int, Refusal]
    admitted: Mapping[int, Admission]


async def judge(
    connection: AsyncConnection,
    session: ExamSession,
    applicants: Sequence[Applicant],
    *,
    keys: Mapping[UUID, UUID],
    figures: Figures,
) -> Door:
    """Judge `applicants`, whose person keys are `keys`, by the standard of the session's day.

    Certificates of the occupations that the standard lists as related count like those of its own.

    A certificate that contradicts its number or the record is refused whatever the rules ask for. Without a standard,
    or where the rules do not ask for a route, nobody is refused, and a route that admits is kept.
    """
    exam = await exam_of(connection, occupation=session.occupation, award=session.award, day=session.held_on)
    related = () if exam is None else exam.standard.related
    recorded = await _recorded(connection, keys, occupations={session.occupation, *related})
    numbers = {each.number for applicant in applicants for each in applicant.stated.certificates}
    known = await store.by_numbers(connection, numbers)
    refused: dict[int, Refusal] = {}
    admitted: dict[int, Admission] = {}
    for each in applicants:
        try:
            _require_genuine(each, known, keys=keys)
            for place, held in enumerate(each.stated.certificates):
                rules.require_related(held, place=place, occupation=session.occupation, related=related)
            if exam is not None and exam.level.routes:
                evidence = _evidence(each, recorded.get(each.human, ()))
                admitted[each.row] = rules.admit(exam, evidence, day=session.held_on)
        except NotEligible as refusal:
            if figures.eligibility_required:
                refused[each.row] = refusal
        except (CertificateDiffers, OccupationUnrelated) as refusal:
            refused[each.row] = refusal
    return Door(refused, admitted)


async def keep(connection: AsyncConnection, admissions: Mapping[UUID, Admission], *, persons: Persons) -> None:
    """Store by which route each candidate was admitted; the facts used are encrypted."""
    await store.add_all(
        connection,
        [
            store.StoredAdmission(
                candidate, each.route, each.standard, persons.seal(orjson.dumps(each.facts), owner=candidate)
            )
            for candidate, each in admissions.items()
        ],
    )


async def of(connection: AsyncConnection, candidate_id: UUID, *, persons: Persons) -> Admission | None:
    """The route by which a candidate was admitted, with the facts used; None if none was kept."""
    found = await store.find(connection, candidate_id)
    if found is None:
        return None
    facts = orjson.loads(persons.unseal(found.facts, owner=candidate_id))
    return Admission(found.route, found.standard, facts)


async def _recorded(
    connection: AsyncConnection, keys: Mapping[UUID, UUID], *, occupations: Collection[str]
) -> dict[UUID, list[HeldCertificate]]:
    found: defaultdict[UUID, list[HeldCertificate]] = defaultdict(list)
    for each in await store.of_persons(connection, list(keys), occupations=occupations):
        if each.status is CertificateStatus.VALID:
            found[keys[each.person]].append(
                HeldCertificate(each.award, each.issued_on, each.number, True, each.occupation)
            )
    return dict(found)


def _evidence(applicant: Applicant, recorded: Sequence[HeldCertificate]) -> Evidence:
    stated = applicant.stated
    return Evidence(applicant.age, stated.years_of_work, (*recorded, *stated.certificates), stated.papers)


def _require_genuine(
    applicant: Applicant, known: Mapping[str, RecordedCertificate], *, keys: Mapping[UUID, UUID]
) -> None:
    """Raises CertificateDiffers (C12)."""
    for place, each in enumerate(applicant.stated.certificates):
        record = known.get(each.number)
        is_theirs = record is not None and keys.get(record.person) == applicant.human
        rules.require_genuine(each, record, is_theirs=is_theirs, place=place)
