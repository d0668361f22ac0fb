"""Results of candidates: recorded once, whole or part by part, and corrected with a reason.

A part is known by its mark, by an absence, or because it was passed in an earlier exam and is kept. The result is
complete once every part is known. Who cheated has failed, whatever the marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from services.assessment.chain.rules import Entry, LinkKind, digest
from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.marks import Marks, PartKept, PartMissing, parts_of, require_held
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.rules.states import FINAL, SessionClosed
from services.assessment.pass_rules.rules import PassRule
from shared.contracts.assessment import ResultCorrected, ResultRecorded, ResultState, SessionStatus
from shared.contracts.dimensions import award_fields
from shared.kernel.awards import Award
from shared.kernel.outcomes import Change, Repeat, RowOutcome, decide_each
from shared.kernel.refusals import Conflict, Forbidden, Invalid

F = TypeVar("F", bound=ResultState)


class NotInSession(Invalid):
    slug = "not-in-session"
    title_en = "No candidate of this session has this local_id."
    title_zh = "本场考试没有此 local_id 的考生。"
    cure_en = "Use the local_id under which the candidate was posted to this session, or post the candidate first."
    cure_zh = "请使用该考生在本场考试登记时的 local_id，或先登记考生。"


class SessionUnknown(Invalid):
    slug = "session-unknown"
    title_en = "Your body has no session with this local_id."
    title_zh = "本机构没有此 local_id 的考试。"
    cure_en = "Enter the local_id under which the session was filed, or file it first."
    cure_zh = "请填写报备该场考试时使用的 local_id，或先报备。"
    reference = "GET /v1/sessions"


class SessionDiffers(Invalid):
    slug = "result-session-differs"
    title_en = "This row names a different session from the one that the file was posted for."
    title_zh = "该行的考试编号与提交文件时指定的考试不一致。"
    cure_en = "Leave the cell empty, or post the file without session_id so that each row goes to its own session."
    cure_zh = "请将该单元格留空；或提交时不指定 session_id，使每行按自己的考试编号登记。"


class ResultDiffers(Conflict):
    """Facts: `candidate_id`."""

    slug = "result-differs"
    title_en = "A different result is already recorded for this candidate."
    title_zh = "该考生已有不同的成绩。"
    cure_en = "Propose a correction of the result, with a reason; another person confirms it."
    cure_zh = "如需更正，请说明原因并办理成绩更正，由另一人确认。"
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


class PosterConcludes(Forbidden):
    slug = "poster-concludes"
    title_en = "Who posted results of a session does not conclude it."
    title_zh = "登记成绩的人员不得结束该场考试。"
    cure_en = "Ask a colleague of your body who has posted no results of this session to conclude it."
    cure_zh = "请由本机构未登记过本场成绩的其他人员办理结束。"


KIND: Final = "correction"
"""The kind of the proposals that ask for a correction of a result."""


class ResultRow(NamedTuple):
    """A well-formed row: marks of a candidate, of all parts or some.

    Without marks, and with no part in `missed`, it says that the candidate was absent from every part that is not known
    yet. `missed` are single parts from which they were absent. `note` says what was found of one who `cheated`.
    """

    row: int
    local_id: str
    marks: Marks | None
    missed: tuple[str, ...] = ()
    cheated: bool = False
    note: str | None = None

    @property
    def is_absence(self) -> bool:
        return not (self.marks or self.missed or self.cheated)


class Correction(NamedTuple):
    """What a result is to be, in whole. `unexamined` are parts whose mark was another person's, so that it is open.

    `absent`: from every part without a mark.
    """

    marks: Marks | None
    missed: tuple[str, ...] = ()
    absent: bool = False
    cheated: bool = False
    note: str | None = None
    unexamined: tuple[str, ...] = ()

    @property
    def content(self) -> dict[str, Any]:
        """What a proposal shows, as JSON."""
        said: dict[str, Any] = dict((self.marks or Marks()).points)
        for name in ("missed", "unexamined"):
            if parts := getattr(self, name):
                said[name] = list(parts)
        for name in ("absent", "cheated", "note"):
            if value := getattr(self, name):
                said[name] = value
        return said

    @classmethod
    def of_content(cls, content: Mapping[str, Any]) -> Correction:
        """What the `content` of a proposal says."""
        marks = Marks.of_points({part: content.get(part) for part in ("theory", "skills", "review")})
        return cls(
            marks if marks.given else None,
            tuple(content.get("missed", ())),
            bool(content.get("absent")),
            bool(content.get("cheated")),
            content.get("note"),
            tuple(content.get("unexamined", ())),
        )


def posted(session_id: UUID, rows: Sequence[ResultRow]) -> Entry:
    """The entry of the chain for rows of results: the digest of what was sent, in the order in which it was."""
    return Entry(
        LinkKind.RESULTS_POSTED, f"sessions/{session_id}", digest([value for row in rows for value in _said(row)])
    )


def _said(row: ResultRow) -> list[Any]:
    said: list[Any] = [row.local_id]
    said += ("absent",) if row.is_absence else (row.marks or Marks()).points.values()
    # Only where they are there, so that whole rows have the digest that they always had.
    said += [f"absent from {part}" for part in row.missed]
    return [*said, "cheated", row.note] if row.cheated else said


Recorded = tuple[Candidate, ResultState | None]
"""A candidate with a result, and its fact; an absence, and a result that is not complete, has none."""


def decide(
    rows: Sequence[ResultRow],
    session: ExamSession,
    candidates: Mapping[str, Candidate],
    *,
    rule: PassRule,
    at: datetime,
) -> tuple[list[Recorded], list[RowOutcome]]:
    """The results that `rows` record, and one outcome per row. `candidates` are those of the session that the rows
    name, by local_id.
    """
    known, parts = dict(candidates), parts_held(session.award, rule)
    recorded, verdicts = dict[UUID, Candidate](), dict[UUID, bool | None]()

    def decide_one(row: ResultRow) -> Change[Candidate] | Repeat:
        before = known.get(row.local_id)
        if before is None:
            raise NotInSession(pointer="/local_id")
        # Only a second row of a candidate needs the verdict so far: a copy for each costs as much as all the rest.
        if before.id in verdicts:
            before = before._replace(passed=verdicts[before.id])
        after = post(before, row, parts, session.award)
        if after is before:
            return Repeat(before.id)
        known[row.local_id] = recorded[after.id] = after
        verdicts[after.id] = _verdict(after, parts)
        return Change(before.id, after)

    _, outcomes = decide_each(rows, decide_one)
    return [_settled(each, session, verdicts[each.id], rule=rule, at=at) for each in recorded.values()], outcomes


def parts_held(award: Award, rule: PassRule) -> dict[str, int]:
    """The parts of an exam for `award`, with the marks that they need."""
    return parts_of(award, part_tenths_min=rule.part_tenths_min, of_standard=rule.marks)


def post(candidate: Candidate, row: ResultRow, parts: Mapping[str, int], award: Award) -> Candidate:
    """The candidate with what a row says for the first time; the same one if nothing of it is new.

    Raises ResultDiffers, PartNotHeld, PartKept.
    """
    if row.cheated:
        return _caught(candidate, row)
    given = {} if row.marks is None else row.marks.given
    for part in (*given, *row.missed):
        require_held(part, parts, award)
    if row.is_absence:
        if candidate.absent or (candidate.missed and not candidate.open_parts(parts)):
            return candidate
        missed = candidate.open_parts(parts)
        if not missed:
            raise ResultDiffers(candidate_id=str(candidate.id))
        return _with_absences(candidate, missed, parts)
    if candidate.cheated:
        raise ResultDiffers(candidate_id=str(candidate.id))
    known = candidate.given
    new = {part: mark for part, mark in given.items() if _is_new_mark(candidate, part, mark, known=known.get(part))}
    after = candidate._replace(marks=(candidate.marks or Marks())._replace(**new)) if new else candidate
    return _with_absences(after, [part for part in row.missed if _is_new_absence(after, part)], parts)


def _caught(candidate: Candidate, row: ResultRow) -> Candidate:
    if candidate.cheated:
        return candidate
    if candidate.has_result:
        raise ResultDiffers(candidate_id=str(candidate.id))
    return candidate._replace(cheated=True, note=row.note)


def _is_new_mark(candidate: Candidate, part: str, mark: int, *, known: int | None) -> bool:
    kept = candidate.kept.get(part)
    if kept is not None:
        # A sheet often has the mark of the earlier exam in it.
        if kept.tenths == mark:
            return False
        raise PartKept(pointer=f"/{part}", part=part, until=kept.until.isoformat())
    if known == mark:
        return False
    if known is not None or candidate.absent or part in candidate.missed:
        raise ResultDiffers(candidate_id=str(candidate.id))
    return True


def _is_new_absence(candidate: Candidate, part: str) -> bool:
    kept = candidate.kept.get(part)
    if kept is not None:
        raise PartKept(pointer=f"/{part}", part=part, until=kept.until.isoformat())
    if part in candidate.given:
        raise ResultDiffers(candidate_id=str(candidate.id))
    return not (candidate.absent or part in candidate.missed)


def _with_absences(candidate: Candidate, missed: Sequence[str], parts: Mapping[str, int]) -> Candidate:
    if not missed:
        return candidate
    all_missed = tuple(part for part in parts if part in candidate.missed or part in missed)
    if not candidate.given and len(all_missed) == len([part for part in parts if part not in candidate.kept]):
        return candidate._replace(absent=True, missed=())
    return candidate._replace(missed=all_missed)


def settle(
    candidate: Candidate, session: ExamSession, parts: Mapping[str, int], *, rule: PassRule, at: datetime
) -> Recorded:
    """The candidate, passed or failed if every part is known, and the fact of a result that is new or has changed.

    `candidate` has what was posted, and the verdict and version of before.
    """
    return _settled(candidate, session, _verdict(candidate, parts), rule=rule, at=at)


def _settled(
    candidate: Candidate, session: ExamSession, passed: bool | None, *, rule: PassRule, at: datetime
) -> Recorded:
    ground = None if passed is None else rule.ground
    if passed is None and candidate.version == 0:
        return candidate._replace(passed=None, pass_rule=None), None
    after = candidate._replace(passed=passed, pass_rule=ground, version=candidate.version + 1)
    # A result that was told and has none any more is told as one that is no pass.
    return after, _fact(ResultRecorded if candidate.version == 0 else ResultCorrected, after, session, at=at)


def _verdict(candidate: Candidate, parts: Mapping[str, int]) -> bool | None:
    """Whether the candidate has passed; None for an absence, and while a part is open."""
    return None if candidate.absent or candidate.open_parts(parts) else candidate.passes(parts)


def correct(
    candidate: Candidate,
    session: ExamSession,
    correction: Correction,
    *,
    rule: PassRule,
    certificate: UUID | None,
    at: datetime,
) -> Recorded:
    """Correct a result. `certificate` is the valid one that was issued for it.

    A part that has a result has one afterwards, unless it is given as unexamined, which is possible until the results
    are public. Raises NoResultYet, SessionClosed for a cancelled session, SameResult, PartMissing, PartNotHeld,
    PartKept, CertificateStands.
    """
    if session.status is SessionStatus.CANCELLED:
        raise SessionClosed(state=session.status.value)
    if candidate.is_blank:
        raise NoResultYet
    parts, award = parts_held(session.award, rule), session.award
    blank = candidate._replace(absent=False, marks=None, missed=(), cheated=False, note=None)
    said = _corrected(blank, correction, parts, award)
    if said == candidate:
        raise SameResult
    was_known = {*candidate.given, *candidate.missed, *(parts if candidate.has_result else ())} - set(candidate.kept)
    is_final = session.status in FINAL
    for part in said.open_parts(parts):
        if is_final or (part in was_known and part not in correction.unexamined):
            raise PartMissing(pointer=f"/{part}", part=part, **award.codes)
    after, fact = settle(said, session, parts, rule=rule, at=at)
    if certificate is not None and not after.passed:
        raise CertificateStands(certificate_id=str(certificate))
    return after, fact


def _corrected(blank: Candidate, correction: Correction, parts: Mapping[str, int], award: Award) -> Candidate:
    after = blank
    if correction.marks is not None or correction.missed:
        after = post(after, ResultRow(0, blank.local_id, correction.marks, correction.missed), parts, award)
    if correction.absent:
        after = post(after, ResultRow(0, blank.local_id, None), parts, award)
    if correction.cheated:
        after = after._replace(cheated=True, note=correction.note)
    return after


def _fact(fact: type[F], candidate: Candidate, session: ExamSession, *, at: datetime) -> F:
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
        passed=bool(candidate.passed),
        effective_on=session.held_on,
    )
