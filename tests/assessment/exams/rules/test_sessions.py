"""Sessions, results and certificates: every verb in every state, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.assessment.bodies.rules.bodies import Body, BodyKind
from services.assessment.certificates.rules import certificates
from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.exams.rules import results, sessions
from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.filing import (
    AppointedNotExamined,
    ApprenticesAreNotExamined,
    ClassDiffers,
    ClassWasCancelled,
)
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.results import (
    CertificateStands,
    Correction,
    NoResultYet,
    ResultDiffers,
    ResultRow,
    SameResult,
)
from services.assessment.exams.rules.sessions import ExamSession, Summary
from services.assessment.exams.rules.states import (
    MOVES,
    NoCandidates,
    ResultsMissing,
    ResultsStand,
    SessionClosed,
    TooEarly,
)
from services.assessment.numbers.rules import kinds
from services.assessment.trainings.rules import RegistryClass
from shared.contracts.assessment import CertificateStatus, ResultCorrected, ResultRecorded, SessionStatus
from shared.contracts.fact import Fact
from shared.kernel.awards import Award
from shared.kernel.ids import new_id
from shared.kernel.refusals import IllegalMove, SamePerson
from tests.assessment.pass_rules import SIXTY
from tests.assessment.session_rules import IN_2025

AT = datetime(2025, 6, 30, 4, tzinfo=UTC)
HELD_ON = date(2025, 6, 30)
BODY = Body(new_id(), "52410000MJ00123452", "郑州评价中心", BodyKind.SOCIAL, "410102", "410100", "S000041000123", 1)


def a_session(**changes: object) -> ExamSession:
    session = ExamSession(
        id=new_id(), body_id=BODY.id, local_id="E1", class_id=None, programme="S02-1", region="410102",
        reporting_region="410100", outside_territory=False, occupation="4-10-01-05", award=Award.SENIOR_WORKER,
        held_on=HELD_ON, status=SessionStatus.FILED, filed_by="ann", version=1,
    )  # fmt: skip
    return replace(session, **changes)  # type: ignore[arg-type]


def a_candidate(session: ExamSession) -> Candidate:
    return Candidate(new_id(), session.id, UUID(int=7), "1", session.programme, False, None, None, 0)


PASS, FAIL = Marks(600, 1000), Marks(1000, 599)


class Walk(RuleBasedStateMachine):
    """One session with one candidate, every verb tried in every state."""

    def __init__(self) -> None:
        super().__init__()
        self.session = a_session()
        self.candidate = a_candidate(self.session)
        self.certificates: list[Certificate] = []
        self.told: list[Fact] = [sessions.file(self.session, None, at=AT)]

    @property
    def summary(self) -> Summary:
        marked = self.candidate.marks is not None
        return Summary(1, int(marked), int(self.candidate.passed is True), int(self.candidate.absent),
                       int(not self.candidate.has_result))  # fmt: skip

    def valid(self) -> Certificate | None:
        return next((each for each in self.certificates if each.status is CertificateStatus.VALID), None)

    def issue(self) -> None:
        serials, award = [len(self.certificates) + 1], self.session.award
        [number] = kinds.drawn(BODY.number_prefix, issued_on=HELD_ON, award=award, serials=serials)
        certificate, fact = certificates.issue(
            self.candidate.recipient, self.session.occasion, number, id_=new_id(), on=HELD_ON, is_young=True, by="ann",
            at=AT,
        )  # fmt: skip
        self.certificates.append(certificate)
        self.told.append(fact)

    @precondition(lambda self: self.session.status is SessionStatus.FILED)
    @rule(marks=st.sampled_from([PASS, FAIL, None]))
    def record(self, marks: Marks | None) -> None:
        row = ResultRow(0, self.candidate.local_id, marks)
        before, known = self.candidate, {self.candidate.local_id: self.candidate}
        recorded, [outcome] = results.decide([row], self.session, known, rule=SIXTY, at=AT)
        if before.has_result:
            same = before.absent if marks is None else before.marks == marks
            assert outcome.outcome == "repeated" if same else isinstance(outcome.refusal, ResultDiffers)
            return
        [(self.candidate, fact)] = recorded
        assert (fact is None) == (marks is None)
        self.told += [fact] if fact else []

    @rule(marks=st.sampled_from([PASS, FAIL]))
    def correct(self, marks: Marks) -> None:
        valid = self.valid()
        certificate = valid.id if valid else None
        before = self.candidate
        try:
            after, fact = results.correct(
                before, self.session, Correction(marks), rule=SIXTY, certificate=certificate, at=AT
            )
        except SessionClosed:
            assert self.session.status is SessionStatus.CANCELLED
        except NoResultYet:
            assert before.is_blank
        except SameResult:
            assert before.marks == marks
        except CertificateStands:
            assert certificate is not None
            assert marks is FAIL
        else:
            assert isinstance(fact, ResultRecorded if before.version == 0 else ResultCorrected)
            self.candidate = after
            self.told.append(fact)
            if after.passed and not before.passed and self.session.status is SessionStatus.CONCLUDED:
                self.issue()

    @rule()
    def conclude(self) -> None:
        try:
            self.session, fact = sessions.conclude(self.session, self.summary, IN_2025, today=HELD_ON, at=AT)
        except IllegalMove:
            assert self.session.status is not SessionStatus.FILED
        except ResultsMissing:
            assert not self.candidate.has_result
        else:
            self.told.append(fact)
            if self.candidate.passed:
                self.issue()

    @rule()
    def cancel(self) -> None:
        try:
            self.session, fact = sessions.cancel(self.session, self.summary, at=AT)
        except IllegalMove:
            assert self.session.status is not SessionStatus.FILED
        except ResultsStand:
            assert self.candidate.marks is not None
        else:
            self.told.append(fact)

    @precondition(lambda self: self.certificates)
    @rule(by=st.sampled_from(["ann", "bob"]))
    def revoke(self, by: str) -> None:
        last = self.certificates[-1]
        try:
            self.certificates[-1], fact = certificates.revoke(last, by=by, at=AT)
        except SamePerson:
            assert by == "ann"
        except IllegalMove:
            assert last.status is CertificateStatus.REVOKED
        else:
            self.told.append(fact)

    @invariant()
    def versions_of_each_subject_have_no_gap(self) -> None:
        versions: dict[str, int] = {}
        for fact in self.told:
            assert fact.version == versions.get(fact.subject, 0) + 1
            versions[fact.subject] = fact.version

    @invariant()
    def a_valid_certificate_stands_on_a_pass_of_a_concluded_session(self) -> None:
        if self.valid():
            assert self.candidate.passed
            assert self.session.status is SessionStatus.CONCLUDED
        assert len([each for each in self.certificates if each.status is CertificateStatus.VALID]) <= 1


TestWalk = Walk.TestCase


class TestMoves:
    def test_only_a_session_that_was_concluded_stays_so(self) -> None:
        assert {status for status, verbs in MOVES.items() if not verbs} == {SessionStatus.CONCLUDED}


class TestFile:
    def test_apprentices_and_appointed_technicians_are_not_examined(self) -> None:
        with pytest.raises(ApprenticesAreNotExamined):
            sessions.file(a_session(award=Award.APPRENTICE), None, at=AT)
        for award in (Award.SPECIAL_GRADE_TECHNICIAN, Award.CHIEF_TECHNICIAN):
            with pytest.raises(AppointedNotExamined):
                sessions.file(a_session(award=award), None, at=AT)

    def test_the_class_must_be_of_the_same_occupation_and_level_and_not_cancelled(self) -> None:
        class_ = RegistryClass(new_id(), "4-10-01-05", Award.SENIOR_WORKER, cancelled=False)
        session = a_session(class_id=class_.id)

        assert sessions.file(session, class_, at=AT).class_id == class_.id
        for other in (class_._replace(occupation="4-07-01-01"), class_._replace(award=Award.TECHNICIAN)):
            with pytest.raises(ClassDiffers):
                sessions.file(session, other, at=AT)
        with pytest.raises(ClassWasCancelled):
            sessions.file(session, class_._replace(cancelled=True), at=AT)


class TestConclude:
    def test_it_is_too_early_before_the_day_of_the_exam(self) -> None:
        with pytest.raises(TooEarly):
            sessions.conclude(a_session(), Summary(1, 1, 1, 0, 0), IN_2025, today=date(2025, 6, 29), at=AT)

    def test_a_session_without_candidates_is_not_concluded(self) -> None:
        with pytest.raises(NoCandidates):
            sessions.conclude(a_session(), Summary(0, 0, 0, 0, 0), IN_2025, today=HELD_ON, at=AT)
