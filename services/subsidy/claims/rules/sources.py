"""What claims and their lines are built from: a class with its trainees, an exam with its certificates or one of them,
or an instalment of a grant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from services.subsidy.allowances.rules import Allowance
from services.subsidy.exams.rules import CertificateWay, Exam, ExamCertificate
from services.subsidy.grants.rules import Instalment
from services.subsidy.kinds.rules import KINDS, Basis
from services.subsidy.trainings.rules import Outcome, Trainee, TrainingClass
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.awards import Award
from shared.kernel.money import Fen

NOTHING: Final = Fen(0)


@dataclass(frozen=True, slots=True)
class Source:
    """What a claim is built from, whatever its kind."""

    kind: SubsidyKind
    id: UUID
    institution_id: UUID
    """Who is paid: the institution, the assessment body, or the person under their current key."""
    region: str
    reporting_region: str
    occupation: str
    award: Award
    fund_source: FundSource | None
    """None if the class was filed without one, so that nothing is paid."""
    starts_on: date
    """The day whose policy and budget year decide: the first day of the class, the first issue of the exam, the issue
    of the certificate, or the first day of the project's first year.
    """
    share_fen: Fen | None = None
    """The government's share of one trainee's fee; None if no fee was filed."""
    fee_fen: Fen | None = None
    """What candidates were charged; None if nothing was stated."""
    spent_fen: Fen | None = None
    """What the enterprise spent on one apprentice; None if it did not say."""
    payable_from: date | None = None
    """The day before which nothing is paid; None if it is paid once it is approved."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line is built from: an enrolment, a certificate, or an instalment, whose person is the payee."""

    id: UUID
    person: UUID
    programme: str
    on: date
    """The day of the training's outcome, or of the certificate's issue."""
    outcome: Outcome | None = None
    """The outcome of a training; None for a certificate."""
    evidenced_on: date | None = None
    """The day of what shows the award; None if nothing does."""
    way: CertificateWay | None = None
    """The way to the certificate; None where the amount does not depend on it."""
    units: int | None = None
    """Days of a living allowance, or years of an apprenticeship; None where the amount is for the person."""
    entitled: bool = False
    """Whether the trainee was in a group that is paid a living allowance, by evidence from before the class."""
    insured_months: int = 0
    advanced_fen: Fen = NOTHING
    """What was advanced for the apprentice, and did not come back."""
    granted_fen: Fen | None = None
    """The amount of an instalment."""
    cancelled: bool = False
    """Whether its project was cancelled."""


def of_grant(instalment: Instalment) -> Source:
    return Source(
        kind=SubsidyKind.PROJECT_GRANT,
        id=instalment.id,
        institution_id=instalment.institution_id,
        region=instalment.region,
        reporting_region=instalment.reporting_region,
        occupation=instalment.occupation,
        award=instalment.award,
        fund_source=instalment.fund_source,
        starts_on=date(instalment.year, 1, 1),
        payable_from=instalment.due_on,
    )


def of_instalment(instalment: Instalment) -> Entry:
    return Entry(
        id=instalment.id,
        person=instalment.institution_id,
        programme=instalment.programme,
        on=instalment.due_on,
        granted_fen=instalment.amount_fen,
        cancelled=instalment.cancelled,
    )


def of_class(class_: TrainingClass, kind: SubsidyKind = SubsidyKind.TRAINING) -> Source:
    """The share of the fee limits what is paid for the training, and no allowance."""
    return Source(
        kind=kind,
        id=class_.id,
        institution_id=class_.institution_id,
        region=class_.region,
        reporting_region=class_.reporting_region,
        occupation=class_.occupation,
        award=class_.award,
        fund_source=KINDS[kind].fund_source or class_.fund_source,
        starts_on=class_.starts_on,
        share_fen=None if kind is SubsidyKind.LIVING else class_.share_fen,
    )


def of_allowance(trainee: Trainee, allowance: Allowance | None, *, starts_on: date) -> Entry:
    """The entry of a trainee for a living allowance: for the days attended, whatever was shown at their end."""
    return Entry(
        id=trainee.enrolment_id,
        person=trainee.person,
        programme=trainee.programme,
        on=trainee.effective_on,
        outcome=trainee.outcome,
        evidenced_on=trainee.effective_on if trainee.outcome is Outcome.COMPLETED else None,
        units=0 if allowance is None else allowance.days,
        entitled=allowance is not None and allowance.entitles(starts_on),
    )


def of_holder(certificate: ExamCertificate) -> Source:
    """A certificate, for which its holder claims."""
    return Source(
        kind=SubsidyKind.SKILL_UPGRADE,
        id=certificate.id,
        institution_id=certificate.person,
        region=certificate.region,
        reporting_region=certificate.reporting_region,
        occupation=certificate.occupation,
        award=certificate.award,
        fund_source=KINDS[SubsidyKind.SKILL_UPGRADE].fund_source,
        starts_on=certificate.issued_on,
    )


def of_held(certificate: ExamCertificate, *, insured_months: int) -> Entry:
    """The entry of a certificate for which its holder claims."""
    return Entry(
        id=certificate.id,
        person=certificate.person,
        programme=certificate.programme,
        on=certificate.issued_on,
        evidenced_on=certificate.issued_on if certificate.valid else None,
        insured_months=insured_months,
    )


def of_exam(exam: Exam) -> Source:
    return Source(
        kind=SubsidyKind.ASSESSMENT,
        id=exam.id,
        institution_id=exam.body_id,
        region=exam.region,
        reporting_region=exam.reporting_region,
        occupation=exam.occupation,
        award=exam.award,
        fund_source=KINDS[SubsidyKind.ASSESSMENT].fund_source,
        starts_on=exam.first_issue_on,
        fee_fen=exam.fee_fen,
    )


def of_trainee(trainee: Trainee, evidence: Mapping[UUID, date]) -> Entry:
    """The entry of a trainee, with the day of what shows the award, by person."""
    return Entry(
        id=trainee.enrolment_id,
        person=trainee.person,
        programme=trainee.programme,
        on=trainee.effective_on,
        outcome=trainee.outcome,
        evidenced_on=evidence.get(trainee.person),
    )


def of_certificate(certificate: ExamCertificate, exam: Exam) -> Entry:
    """The entry of a certificate: it shows the exam's award while it is valid, and says so."""
    shows = certificate.valid and (certificate.occupation, certificate.award) == (exam.occupation, exam.award)
    return Entry(
        id=certificate.id,
        person=certificate.person,
        programme=certificate.programme,
        on=certificate.issued_on,
        evidenced_on=certificate.issued_on if shows else None,
        way=certificate.way,
    )


def is_of_class(kind: SubsidyKind) -> bool:
    """Whether lines are built from enrolments, and not from certificates."""
    return KINDS[kind].built_from is Basis.CLASS
