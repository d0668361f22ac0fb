"""What one subject contributes to the totals, from its latest fact alone.

A fold keeps each subject's latest contributions; when a newer fact comes, totals move by the difference. So
corrections, withdrawals, revocations and recoveries bring totals down by themselves.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from services.metrics.measures.rules.measures import Measure
from services.metrics.measures.rules.traits import FUND, GROUP, NO_FUND, Group
from shared.contracts.assessment import CertificateState, CertificateStatus
from shared.contracts.dimensions import award_of
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EnrolmentState, EnrolmentStatus
from shared.contracts.subsidy import ClaimLine, ClaimState
from shared.kernel.awards import Award
from shared.kernel.levels import Level


class Contribution(NamedTuple):
    """What one part of one subject counts: `amount` in the cell of the seven fields before it and `traits`, or nothing.

    `plan_year` is the year whose plan `programme` belongs to. `region` is the place itself, `reporting_region` the one
    that reported it; by today's map queries roll the place up by parent.

    Part 0 of a subject is always there: its version is the subject's, and `before` the version that it must take the
    place of. The other parts follow part 0.
    """

    subject: UUID
    part: int
    before: int | None
    version: int
    measure: Measure | None = None
    plan_year: int = 0
    programme: str | None = None
    region: str | None = None
    reporting_region: str = ""
    award: Award | None = None
    day: date | None = None
    amount: int = 0
    waits_for: UUID | None = None
    """The class with whose start this begins to count as in training, with the cell or for the days that are given."""
    organisation: UUID | None = None
    """Whose kind the fold adds to `traits`: the institution of a training or claim, the body of a certificate."""
    traits: int = 0
    was_from: date | None = None
    was_until: date | None = None
    """Of an enrolment that has ended: it was in training from the first day on, and from the second day on was not."""


class Holding(NamedTuple):
    """A certificate of a level: whose it is, and whether it is valid. From these, persons are counted."""

    certificate: UUID
    person: UUID
    plan_year: int
    programme: str
    region: str
    reporting_region: str
    award: Award
    issued_on: date
    valid: bool
    organisation: UUID
    """The body that issued it."""


_ENROLMENT_MEASURE = {
    EnrolmentStatus.IN_TRAINING: Measure.IN_TRAINING,
    EnrolmentStatus.DEFERRED: None,
    EnrolmentStatus.COMPLETED: Measure.TRAININGS,
    EnrolmentStatus.FAILED: None,
    EnrolmentStatus.WITHDRAWN: None,
    EnrolmentStatus.TRANSFERRED: None,
}

_PARTS_PER_LINE = 4


STARTED: Final = frozenset({ClassStatus.RUNNING, ClassStatus.COMPLETED})
"""States of a class that has started; what became of a cancelled one is told by its enrolments."""

PERSONS: Final = {
    Measure.HIGH_SKILLED_PERSONS: (min(level for level in Level if level.is_high_skilled), max(Level)),
    Measure.SKILLED_PERSONS: (min(Level), max(Level)),
    Measure.TECHNICIANS: (Level.TECHNICIAN, Level.SENIOR_TECHNICIAN),
    Measure.CHIEF_TECHNICIANS: (Level.SPECIAL_GRADE_TECHNICIAN, Level.CHIEF_TECHNICIAN),
}
"""What is counted of persons, each with the lowest and the highest level of a certificate that makes them one."""


def of_enrolment(fact: EnrolmentState, *, before: int, is_started: bool) -> list[Contribution]:
    """An enrolment counts in one measure or in none; in training only once its class `is_started`.

    `before`: see Contribution, here as below.
    """
    measure = _ENROLMENT_MEASURE[fact.status]
    is_in_training = measure is Measure.IN_TRAINING
    was_from, was_until = (None, None) if is_in_training else _was_in_training(fact)
    if measure is None and was_from is None:
        return [Contribution(fact.enrolment_id, 0, before, fact.version)]
    day = fact.from_on or fact.effective_on if is_in_training else fact.effective_on
    place = (
        fact.plan_year or fact.effective_on.year, fact.programme, fact.region, fact.reporting_region, award_of(fact),
        day,
    )  # fmt: skip
    waits_for = None if is_started or (was_from is None and not is_in_training) else fact.class_id
    counted = None if is_in_training and not is_started else measure
    return [
        Contribution(
            fact.enrolment_id, 0, before, fact.version, counted, *place, int(counted is not None), waits_for,
            fact.institution_id, _traits_of_enrolment(fact), was_from, was_until,
        )
    ]  # fmt: skip


def _was_in_training(fact: EnrolmentState) -> tuple[date, date] | tuple[None, None]:
    """From which day on, and until before which, an enrolment with an outcome was in training; None if it never was.

    Facts from before they carried the days of a training do not say it.
    """
    if fact.from_on is None or fact.from_on >= fact.effective_on:
        return None, None
    return fact.from_on, fact.effective_on


def _traits_of_enrolment(fact: EnrolmentState) -> int:
    return FUND.packed(fact.fund_source or NO_FUND) | GROUP.packed(Group.PRIORITY if fact.priority else Group.OTHER)


def of_certificate(fact: CertificateState, *, before: int) -> list[Contribution]:
    """A valid certificate counts once."""
    if fact.status is not CertificateStatus.VALID:
        return [Contribution(fact.certificate_id, 0, before, fact.version)]
    return [
        Contribution(
            fact.certificate_id, 0, before, fact.version,
            Measure.CERTIFICATES, _plan_year(fact), fact.programme, fact.region, fact.reporting_region,
            award_of(fact), fact.issued_on, 1, None, fact.body_id,
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
    is_owed = line.recovered_fen > 0 or line.owed_on is not None
    stands = line.amount_fen > 0 and not is_owed and claim.approved_on is not None
    amounts = (
        (Measure.SUBSIDISED_TRAININGS, line.trained_on, int(stands)),
        (Measure.APPROVED_FEN, claim.approved_on, line.amount_fen),
        (Measure.PAID_FEN, claim.paid_on, line.amount_fen),
        (Measure.RECOVERED_FEN, line.recovered_on, line.recovered_fen),
    )
    found = []
    traits = FUND.packed(claim.fund_source)
    for place, (measure, day, amount) in enumerate(amounts, 1):
        part = (line.line - 1) * _PARTS_PER_LINE + place
        if day is None or amount == 0:
            found.append(Contribution(claim.claim_id, part, None, claim.version))
            continue
        year = claim.plan_year or line.trained_on.year
        cell = (measure, year, line.programme, claim.region, claim.reporting_region, award_of(line), day)
        found.append(
            Contribution(claim.claim_id, part, None, claim.version, *cell, amount, None, claim.institution_id, traits)
        )
    return found


def holding(fact: CertificateState) -> Holding | None:
    """The holding behind a certificate that makes its person skilled; None for an award without a level.

    A later version of a certificate may have had one: its award was corrected, and nothing is held by it any more.
    """
    award = award_of(fact)
    if award.level is None and fact.version == 1:
        return None
    return Holding(
        certificate=fact.certificate_id,
        person=fact.person,
        plan_year=_plan_year(fact),
        programme=fact.programme,
        region=fact.region,
        reporting_region=fact.reporting_region,
        award=award,
        issued_on=fact.issued_on,
        valid=fact.status is CertificateStatus.VALID and award.level is not None,
        organisation=fact.body_id,
    )


def _plan_year(fact: CertificateState) -> int:
    # Facts from before plans had years say nothing: they count to the year of their day, here as above.
    return fact.plan_year or fact.issued_on.year
