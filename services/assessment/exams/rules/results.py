"""Results of candidates: recorded once, corrected with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.assessment.chain.rules import Entry, LinkKind, digest
from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.marks import Marks, passes
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.rules.states import SessionClosed
from services.assessment.pass_rules.rules import PassRule
from shared.contracts.assessment import ResultCorrected, ResultRecorded, ResultState, SessionStatus
from shared.contracts.dimensions import award_fields
from shared.kernel.outcomes import Change, Repeat, RowOutcome, decide_each
from shared.kernel.refusals import Conflict, Invalid

F = TypeVar("F", bound=ResultState)


class NotInSession(Invalid):
    slug = "not-in-session"
    title_en = "No candidate of this session has this local_id."
    title_zh = "本场考试没有此 local_id 的考生。"
    cure_en = "Use the local_id under which the candidate was posted to this session, or post the candidate first."
    cure_zh = "请使用该考生在本场考试登记时的 local_id，或先登记考生。"


class ResultDiffers(Conflict):
    """Facts: `candidate_id`."""

    slug = "result-differs"
    title_en = "A different result is already recorded for this candidate."
    title_zh = "该考生已有不同的成绩。"
    cure_en = "Correct the result, with a reason."
    cure_zh = "如需更正，请说明原因并办理成绩更正。"
    reference = "POST /v1/candidates/{candidate_id}/correction"


class NoResultYet(Conflict):
    slug = "no-result-yet"
    title_en = "The candidate has no result to correct yet."
    title_zh = "该考生尚无成绩，无法更正。"
    cure_en = "Post the first result to the session."
    cure_zh = "请先在该场考试中登记成绩。"
    reference = "POST /v1/sessions/…/results"


class CertificateStands(Conflict):
    """Facts: `certificate_id`."""

    slug = "certificate-stands"
    title_en = "With these marks the candidate fails, but a certificate of this exam is still valid."
    title_zh = "按更正后的成绩该考生不合格，但其本次考试的证书仍有效。"
    cure_en = "Ask the authority to revoke certificate {certificate_id} first, then correct the result."
    cure_zh = "请先由主管部门撤销证书 {certificate_id}，再更正成绩。"
    reference = "POST /v1/certificates/{certificate_id}/revocation"


class SameResult(Conflict):
    slug = "result-is-the-same"
    title_en = "The candidate already has these marks."
    title_zh = "该考生的成绩已是所填分数。"
    cure_en = "Nothing has to be corrected."
    cure_zh = "无需更正。"


KIND: Final = "correction"
"""The kind of the proposals that ask for a correction of a result."""


class ResultRow(NamedTuple):
    """A well-formed row: the marks of a candidate; None for an absence."""

    row: int
    local_id: str
    marks: Marks | None


def posted(session_id: UUID, rows: Sequence[ResultRow]) -> Entry:
    """The entry of the chain for rows of results: the digest of what was sent, in the order in which it was."""
    said = [
        value
        for row in rows
        for value in (row.local_id, *(("absent",) if row.marks is None else row.marks.points.values()))
    ]
    return Entry(LinkKind.RESULTS_POSTED, f"sessions/{session_id}", digest(said))


Recorded = tuple[Candidate, ResultRecorded | None]
"""A candidate with a first result, and its fact; an absence has none."""


def decide(
    rows: Sequence[ResultRow],
    session: ExamSession,
    candidates: Mapping[str, Candidate],
    *,
    rule: PassRule,
    at: datetime,
) -> tuple[list[Recorded], list[RowOutcome]]:
    """The first results that `rows` record, and one outcome per row. `candidates` are those of the session that the
    rows name, by local_id.
    """
    known = dict(candidates)

    def decide_one(row: ResultRow) -> Change[Recorded] | Repeat:
        before = known.get(row.local_id)
        if before is None:
            raise NotInSession(pointer="/local_id")
        if before.has(row.marks):
            return Repeat(before.id)
        recorded = record(before, session, row.marks, rule=rule, at=at)
        known[row.local_id] = recorded[0]
        return Change(before.id, recorded)

    return decide_each(rows, decide_one)


def record(
    candidate: Candidate, session: ExamSession, marks: Marks | None, *, rule: PassRule, at: datetime
) -> Recorded:
    """The candidate with a first result: `marks`, or an absence for None, which has no fact.

    Raises ResultDiffers, PartMissing, PartNotHeld.
    """
    if candidate.has_result:
        raise ResultDiffers(candidate_id=str(candidate.id))
    if marks is None:
        return replace(candidate, absent=True), None
    after = _with(candidate, session, marks, rule)
    return after, _fact(ResultRecorded, after, session, at=at)


def correct(
    candidate: Candidate,
    session: ExamSession,
    marks: Marks,
    *,
    rule: PassRule,
    certificate: UUID | None,
    at: datetime,
) -> tuple[Candidate, ResultState]:
    """Correct a result. `certificate` is the valid one that was issued for it.

    A wrong absence becomes a first result. Raises NoResultYet, SessionClosed for a cancelled session, SameResult,
    PartMissing, PartNotHeld, CertificateStands.
    """
    if session.status is SessionStatus.CANCELLED:
        raise SessionClosed(state=session.status.value)
    if not candidate.has_result:
        raise NoResultYet
    if candidate.has(marks):
        raise SameResult
    after = _with(candidate, session, marks, rule)
    if certificate is not None and not after.passed:
        raise CertificateStands(certificate_id=str(certificate))
    if candidate.version == 0:
        return after, _fact(ResultRecorded, after, session, at=at)
    return after, _fact(ResultCorrected, after, session, at=at)


def _with(candidate: Candidate, session: ExamSession, marks: Marks, rule: PassRule) -> Candidate:
    passed = passes(marks, session.award, part_tenths_min=rule.part_tenths_min, of_standard=rule.marks)
    version, row = candidate.version + 1, rule.ground
    return replace(candidate, absent=False, marks=marks, passed=passed, version=version, pass_rule=row)


def _fact(fact: type[F], candidate: Candidate, session: ExamSession, *, at: datetime) -> F:
    assert candidate.passed is not None, "only marks have a fact"
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
        **award_fields(session.award),
        passed=candidate.passed,
        effective_on=session.held_on,
    )
