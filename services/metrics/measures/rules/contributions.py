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
from shared.contracts.registry import EnrolmentState, EnrolmentStatus
from shared.contracts.subsidy import ClaimLine, ClaimState
from shared.kernel.levels import Level

CountedFact = EnrolmentState | CertificateState | ClaimState


class Cell(NamedTuple):
    """Where something counts. `region` is the place itself; queries roll it up by parent."""

    measure: Measure
    programme: str
    region: str
    level: int
    day: date


class Contribution(NamedTuple):
    """`amount` in `cell`, from one part of one subject. Part 0 is always there: its version is the subject's."""

    subject: UUID
    part: int
    version: int
    cell: Cell | None
    amount: int


class Holding(NamedTuple):
    """A certificate at rank 4 or above: whose it is, and whether it is valid. From these, persons are counted."""

    certificate: UUID
    person: UUID
    programme: str
    region: str
    level: int
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


def contributions(fact: CountedFact) -> list[Contribution]:
    """All that the subject of `fact` contributes now. The parts of a subject never vanish; they fall to nothing."""
    match fact:
        case EnrolmentState():
            measure = _ENROLMENT_MEASURE[fact.status]
            cell = Cell(measure, fact.programme, fact.region, fact.level, fact.effective_on) if measure else None
            return [Contribution(fact.enrolment_id, 0, fact.version, cell, 1 if cell else 0)]
        case CertificateState():
            valid = fact.status is CertificateStatus.VALID
            cell = Cell(Measure.CERTIFICATES, fact.programme, fact.region, fact.level, fact.issued_on)
            return [Contribution(fact.certificate_id, 0, fact.version, cell if valid else None, int(valid))]
        case ClaimState():
            itself = Contribution(fact.claim_id, 0, fact.version, None, 0)
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
        counts = day is not None and amount > 0
        cell = Cell(measure, line.programme, claim.region, line.level, day) if counts and day else None
        part = (line.line - 1) * _PARTS_PER_LINE + place
        found.append(Contribution(claim.claim_id, part, claim.version, cell, amount if cell else 0))
    return found


def holding(fact: CertificateState) -> Holding | None:
    """The holding behind a certificate that makes its person high-skilled; None for a lower level."""
    if not Level(fact.level).is_high_skilled:
        return None
    return Holding(
        certificate=fact.certificate_id,
        person=fact.person,
        programme=fact.programme,
        region=fact.region,
        level=fact.level,
        issued_on=fact.issued_on,
        valid=fact.status is CertificateStatus.VALID,
    )
