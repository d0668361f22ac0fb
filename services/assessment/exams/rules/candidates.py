"""Candidates of a session: who may be added, what their result is, and how it is put right."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from services.assessment.certificates.rules.certificates import Recipient
from services.assessment.exams.rules.marks import Marks, passes
from services.assessment.exams.rules.sessions import ExamSession, SessionClosed
from shared.contracts.assessment import ResultCorrected, ResultRecorded, ResultState, SessionStatus
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Conflict, Invalid, LocalIdTaken, Refusal

F = TypeVar("F", bound=ResultState)


class AlreadyCandidate(Conflict):
    """Facts: `local_id` of the candidate that exists."""

    slug = "already-candidate"
    title_en = "This person is a candidate of the session already, under another local_id."
    title_zh = "该人员已是本场考生（local_id 不同）。"
    cure_en = "Leave the row out, or use the local_id {local_id}."
    cure_zh = "请删除该行，或使用已有的 local_id：{local_id}。"


class AlreadyCertified(Conflict):
    slug = "already-certified"
    title_en = "This person holds a valid certificate of this occupation and level."
    title_zh = "该人员已持有该职业同等级的有效证书。"
    cure_en = "Leave the row out, or examine at the next level."
    cure_zh = "请删除该行，或报考更高等级。"


class NotInSession(Invalid):
    slug = "not-in-session"
    title_en = "No candidate of this session has this local_id."
    title_zh = "本场考试没有此 local_id 的考生。"
    cure_en = "Use the local_id under which the candidate was posted to this session, or post the candidate first."
    cure_zh = "请使用该考生在本场考试登记时的 local_id，或先登记考生。"


class ResultDiffers(Conflict):
    """Facts: `candidate_id`."""

    slug = "result-differs"
    title_en = "The candidate has another result already."
    title_zh = "该考生已有不同的成绩。"
    cure_en = "Correct the result, with a reason."
    cure_zh = "如需更正，请说明原因并办理成绩更正。"
    reference = "POST /v1/candidates/{candidate_id}/correction"


class NoResultYet(Conflict):
    slug = "no-result-yet"
    title_en = "The candidate has no result that could be corrected."
    title_zh = "该考生尚无成绩，无法更正。"
    cure_en = "Post the first result to the session."
    cure_zh = "请先在该场考试中登记成绩。"
    reference = "POST /v1/sessions/…/results"


class CertificateStands(Conflict):
    """Facts: `certificate_id`."""

    slug = "certificate-stands"
    title_en = "With these marks the candidate would fail, but holds a certificate of this exam."
    title_zh = "按更正后的成绩该考生不合格，但其本次考试的证书仍有效。"
    cure_en = "Have the authority revoke certificate {certificate_id} first, then correct the result."
    cure_zh = "请先由主管部门撤销证书 {certificate_id}，再更正成绩。"
    reference = "POST /v1/certificates/{certificate_id}/revocation"


@dataclass(frozen=True, slots=True)
class Candidate:
    id: UUID
    session_id: UUID
    person: UUID
    local_id: str
    programme: str
    """What the candidate counts to: their enrolment's programme if they sat in the session's class, else its own."""
    absent: bool
    marks: Marks | None
    passed: bool | None
    version: int
    """Of the result: 0 while there are no marks."""

    @property
    def has_result(self) -> bool:
        return self.absent or self.marks is not None

    def has(self, marks: Marks | None) -> bool:
        """Whether the result is `marks` already, or an absence for None."""
        return self.absent if marks is None else self.marks == marks

    @property
    def recipient(self) -> Recipient:
        """The candidate, who has passed, as somebody to certify."""
        assert self.passed, "certificates are for those who passed"
        return Recipient(candidate_id=self.id, person=self.person, programme=self.programme)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that was well formed: who, under which number of the body's own.

    `id` is the one that the candidate will have if the row is accepted. `human` is the key that the person goes by:
    another one if two keys turned out to be one human's.
    """

    row: int
    id: UUID
    local_id: str
    person: UUID
    human: UUID


class Seated(NamedTuple):
    """A candidate who exists already (or was accepted by an earlier row): what a repeat is compared with."""

    id: UUID
    person: UUID
    local_id: str


def decide(
    entries: Sequence[Entry],
    *,
    by_local_id: Mapping[str, Seated],
    by_person: Mapping[UUID, Seated],
    certified: Set[UUID],
) -> list[RowOutcome]:
    """One outcome per entry. `by_person` and `certified` go by humans; the latter hold a valid certificate of the
    session's occupation and level.
    """
    ids: MutableMapping[str, Seated] = dict(by_local_id)
    persons: MutableMapping[UUID, Seated] = dict(by_person)
    outcomes: list[RowOutcome] = []
    for entry in entries:
        known = ids.get(entry.local_id)
        refusal: Refusal | None = None
        if known is not None and known.person == entry.person:
            outcomes.append(RowOutcome(entry.row, "repeated", entry.local_id, id=known.id))
            continue
        if known is not None:
            refusal = LocalIdTaken(pointer="/local_id")
        elif (present := persons.get(entry.human)) is not None:
            refusal = AlreadyCandidate(pointer="/document_number", local_id=present.local_id)
        elif entry.human in certified:
            refusal = AlreadyCertified(pointer="/document_number")
        if refusal is not None:
            outcomes.append(RowOutcome(entry.row, "refused", entry.local_id, refusal=refusal))
            continue
        ids[entry.local_id] = persons[entry.human] = Seated(entry.id, entry.person, entry.local_id)
        outcomes.append(RowOutcome(entry.row, "accepted", entry.local_id, id=entry.id))
    return outcomes


def record(
    candidate: Candidate, session: ExamSession, marks: Marks | None, *, at: datetime
) -> tuple[Candidate, ResultRecorded | None]:
    """The candidate's first result: `marks`, or an absence for None, of which nobody is told.

    Raises ResultDiffers, PartMissing, PartNotHeld.
    """
    if candidate.has_result:
        raise ResultDiffers(candidate_id=str(candidate.id))
    if marks is None:
        return replace(candidate, absent=True), None
    after = _with(candidate, session, marks)
    return after, _fact(ResultRecorded, after, session, at=at)


def correct(
    candidate: Candidate, session: ExamSession, marks: Marks, *, certificate: UUID | None, at: datetime
) -> tuple[Candidate, ResultState]:
    """Put a result right. `certificate` is the valid one that this result has led to.

    An absence that was wrong becomes a first result. Raises NoResultYet, SessionClosed for a cancelled session,
    PartMissing, PartNotHeld, CertificateStands.
    """
    if session.status is SessionStatus.CANCELLED:
        raise SessionClosed(state=session.status.value)
    if not candidate.has_result:
        raise NoResultYet
    after = _with(candidate, session, marks)
    if certificate is not None and not after.passed:
        raise CertificateStands(certificate_id=str(certificate))
    if candidate.version == 0:
        return after, _fact(ResultRecorded, after, session, at=at)
    return after, _fact(ResultCorrected, after, session, at=at)


def _with(candidate: Candidate, session: ExamSession, marks: Marks) -> Candidate:
    passed = passes(marks, session.level, on=session.held_on)
    return replace(candidate, absent=False, marks=marks, passed=passed, version=candidate.version + 1)


def _fact(fact: type[F], candidate: Candidate, session: ExamSession, *, at: datetime) -> F:
    assert candidate.passed is not None, "a fact is told of marks only"
    return fact(
        subject=f"candidates/{candidate.id}",
        version=candidate.version,
        at=at,
        candidate_id=candidate.id,
        session_id=session.id,
        person=candidate.person,
        programme=candidate.programme,
        region=session.region,
        reporting_region=session.reporting_region,
        occupation=session.occupation,
        level=session.level.value,
        passed=candidate.passed,
        effective_on=session.held_on,
    )
