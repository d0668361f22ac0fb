"""What one subject contributes to the totals, from its latest fact alone.

A fold keeps each subject's latest contributions; when a newer fact comes, totals move by the difference. So
corrections, withdrawals, revocations and recoveries bring totals down by themselves.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.metrics.measures.rules.measures import Measure
from shared.contracts.assessment import CertificateState, CertificateStatus
from shared.contracts.dimensions import award_of
from shared.contracts.registry.enrolments import EnrolmentState, EnrolmentStatus
from shared.contracts.subsidy import ClaimLine, ClaimState
from shared.kernel.awards import Award


class Contribution(NamedTuple):
    """What one part of one subject counts: `amount` in the cell of the five fields before it, or nothing.

    `region` is the place itself; queries roll it up by parent. Part 0 of a subject is always there: its version is the
    subject's, and `before` the version that it must take the place of. The other parts follow part 0.
    """

    subject: UUID
    part: int
    before: int | None
    version: int
    measure: Measure | None = None
    programme: str | None = None
    region: str | None = None
    award: Award | None = None
    day: date | None = None
    amount: int = 0


class Holding(NamedTuple):
    """A certificate at rank 4 or above: whose it is, and whether it is valid. From these, persons are counted."""

    certificate: UUID
    person: UUID
    programme: str
    region: str
    award: Award
    issued_on: date
    valid: bool


_ENROLMENT_MEASURE = {
    EnrolmentStatus.IN_TRAINING: Measure.IN_TRAINING,
    EnrolmentStatus.DEFERRED: None,
    EnrolmentStatus.COMPLETED: Measure.TRAININGS,
    EnrolmentStatus.FAILED: None,
    EnrolmentStatus.WITHDRAWN: None,
    EnrolmentStatus.TRANSFERRED: None,
}

_PARTS_PER_LINE = 4


def of_enrolment(fact: EnrolmentState, *, before: int) -> list[Contribution]:
    """An enrolment counts in one measure or in none. `before`: see Contribution, here as below."""
    measure = _ENROLMENT_MEASURE[fact.status]
    if measure is None:
        return [Contribution(fact.enrolment_id, 0, before, fact.version)]
    return [
        Contribution(
            fact.enrolment_id, 0, before, fact.version,
            measure, fact.programme, fact.region, award_of(fact), fact.effective_on, 1,
        )
    ]  # fmt: skip


def of_certificate(fact: CertificateState, *, before: int) -> list[Contribution]:
    """A valid certificate counts once."""
    if fact.status is not CertificateStatus.VALID:
        return [Contribution(fact.certificate_id, 0, before, fact.version)]
    return [
        Contribution(
            fact.certificate_id, 0, before, fact.version,
            Measure.CERTIFICATES, fact.programme, fact.region, award_of(fact), fact.issued_on, 1,
        )
    ]  # fmt: skip


def of_claim(fact: ClaimState, *, before: int) -> list[Contribution]:
    """A claim counts by its lines. The parts of a claim never vanish; they fall to nothing."""
    itself = Contribution(fact.claim_id, 0, before, fact.version)
    return [itself, *(each for line in fact.lines for each in _of_line(fact, line))]


def _of_line(claim: ClaimState, line: ClaimLine) -> list[Contribution]:
    """A claim's line, each amount on the day of its own step. Source: domain trap 12 (dates stay apart).

    A subsidised training counts on the day of the training, so that on every day they are a subset of the trainings.
    """
    stands = line.amount_fen > 0 and line.recovered_fen == 0 and claim.approved_on is not None
    amounts = (
        (Measure.SUBSIDISED_TRAININGS, line.trained_on, int(stands)),
        (Measure.APPROVED_FEN, claim.approved_on, line.amount_fen),
        (Measure.PAID_FEN, claim.paid_on, line.amount_fen),
        (Measure.RECOVERED_FEN, line.recovered_on, line.recovered_fen),
    )
    found = []
    for place, (measure, day, amount) in enumerate(amounts, 1):
        part = (line.line - 1) * _PARTS_PER_LINE + place
        if day is None or amount == 0:
            found.append(Contribution(claim.claim_id, part, None, claim.version))
            continue
        cell = (measure, line.programme, claim.region, award_of(line), day)
        found.append(Contribution(claim.claim_id, part, None, claim.version, *cell, amount))
    return found


def holding(fact: CertificateState) -> Holding | None:
    """The holding behind a certificate that makes its person high-skilled; None for a lower level or none."""
    award = award_of(fact)
    if not award.is_high_skilled:
        return None
    return Holding(
        certificate=fact.certificate_id,
        person=fact.person,
        programme=fact.programme,
        region=fact.region,
        award=award,
        issued_on=fact.issued_on,
        valid=fact.status is CertificateStatus.VALID,
    )
