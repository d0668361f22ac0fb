"""What one subject contributes to the totals, from its latest fact alone.

A fold keeps each subject's latest contributions; when a newer fact comes, totals move by the difference. So
corrections, withdrawals, revocations and recoveries bring totals down by themselves.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from services.metrics.measures.rules.measures import Measure
from services.metrics.measures.rules.traits import FUND, GROUP, NO_FUND, SUBSIDY_KIND, Group
from shared.contracts.assessment import CertificateState, CertificateStatus
from shared.contracts.dimensions import award_of
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EnrolmentState, EnrolmentStatus
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimLine, ClaimState
from shared.kernel.awards import Award
from shared.kernel.levels import Level


class Combination(NamedTuple):
    """What many contributions have in common: where, to which plan and towards what they count.

    `plan_year` is the year whose plan `programme` belongs to. `region` is the place itself, `reporting_region` the one
    that reported it; by today's map queries roll the place up by parent. Of `traits`, the kind of the organisation is
    not here: it may become known later.
    """

    plan_year: int
    programme: str
    region: str
    reporting_region: str
    award: Award
    traits: int = 0


class Contribution(NamedTuple):
    """What one part of one subject counts: `amount` of `measure` on `day`, and the days in training, or nothing.

    Part 0 of a subject is always there: its version is the subject's, and `before` the version that it must take the
    place of. The other parts follow part 0.
    """

    subject: UUID
    part: int
    before: int | None
    version: int
    measure: Measure | None = None
    day: date | None = None
    amount: int = 0
    from_on: date | None = None
    until: date | None = None
    """Of an enrolment: in training from the first day on, and from the second day on no longer, if there is one."""
    waits_for: UUID | None = None
    """The class with whose start the days in training begin to count; the fold knows which have started."""
    organisation: UUID | None = None
    """Whose kind it counts under: the institution of a training or claim, the body of a certificate."""
    combination: Combination | None = None


class Holding(NamedTuple):
    """A certificate: whose it is, and whether it is a valid one of a level. From these, persons are counted."""

    certificate: UUID
    person: UUID
    issued_on: date
    valid: bool
    organisation: UUID
    """The body that issued it."""
    combination: Combination


_PARTS_PER_LINE = 4


STARTED: Final = frozenset({ClassStatus.RUNNING, ClassStatus.COMPLETED})
"""States of a class that has started; what became of a cancelled one is told by its enrolments."""

PERSONS: Final = {
    Measure.HIGH_SKILLED_PERSONS: (min(level for level in Level if level.is_high_skilled), max(Level)),
    # Not the apprentice: the opening stock of the skilled that they are added to knows the former five levels only.
    Measure.SKILLED_PERSONS: (Level.JUNIOR_WORKER, max(Level)),
    Measure.TECHNICIANS: (Level.TECHNICIAN, Level.SENIOR_TECHNICIAN),
    Measure.CHIEF_TECHNICIANS: (Level.SPECIAL_GRADE_TECHNICIAN, Level.CHIEF_TECHNICIAN),
}
"""What is counted of persons, each with the lowest and the highest level of a certificate that makes them one."""


def of_enrolment(fact: EnrolmentState, *, before: int) -> list[Contribution]:
    """An enrolment counts once it is completed, and until then it is in training.

    `before`: see Contribution, here as below.
    """
    from_on, until = _in_training(fact)
    is_completed = fact.status is EnrolmentStatus.COMPLETED
    if from_on is None and not is_completed:
        return [Contribution(fact.enrolment_id, 0, before, fact.version)]
    measure, day, amount = (Measure.TRAININGS, fact.effective_on, 1) if is_completed else (None, None, 0)
    combination = _of_many(
        fact.plan_year or fact.effective_on.year, fact.programme, fact.region, fact.reporting_region, fact.level,
        fact.award, fact.fund_source or NO_FUND, fact.priority,
    )  # fmt: skip
    return [
        Contribution(
            fact.enrolment_id, 0, before, fact.version, measure, day, amount, from_on, until,
            None if from_on is None else fact.class_id, fact.institution_id, combination,
        )
    ]  # fmt: skip


def _in_training(fact: EnrolmentState) -> tuple[date, date | None] | tuple[None, None]:
    """From which day on, and until before which if it ended, an enrolment is in training; None if it never was.

    Facts from before they carried the days of a training do not say when what has ended began.
    """
    if fact.status is EnrolmentStatus.IN_TRAINING:
        return fact.from_on or fact.effective_on, None
    if fact.from_on is None or fact.from_on >= fact.effective_on:
        return None, None
    return fact.from_on, fact.effective_on


class _Awarded(NamedTuple):
    level: int | None
    award: str | None


@lru_cache(maxsize=50_000)
def _of_many(
    plan_year: int, programme: str, region: str, reporting_region: str, level: int | None, award: str | None,
    fund: str, priority: bool,
) -> Combination:  # fmt: skip
    """Kept, because enrolments have few combinations, and to work out one takes half of what an enrolment takes."""
    traits = FUND.packed(fund) | GROUP.packed(Group.PRIORITY if priority else Group.OTHER)
    return Combination(plan_year, programme, region, reporting_region, award_of(_Awarded(level, award)), traits)


def of_certificate(fact: CertificateState, *, before: int) -> list[Contribution]:
    """A valid certificate counts once."""
    if fact.status is not CertificateStatus.VALID:
        return [Contribution(fact.certificate_id, 0, before, fact.version)]
    return [
        Contribution(
            fact.certificate_id, 0, before, fact.version, Measure.CERTIFICATES, fact.issued_on, 1,
            organisation=fact.body_id, combination=_combination(fact),
        )
    ]  # fmt: skip


def of_claim(fact: ClaimState, *, before: int) -> list[Contribution]:
    """A claim counts by its lines. The parts of a claim never vanish; they fall to nothing."""
    itself = Contribution(fact.claim_id, 0, before, fact.version)
    return [itself, *(each for line in fact.lines for each in _of_line(fact, line))]


def _of_line(claim: ClaimState, line: ClaimLine) -> list[Contribution]:
    """A claim's line, each amount on the day of its own step. Source: domain trap 12 (dates stay apart).

    A subsidised training counts on the day of the training, so that on every day they are a subset of the trainings.
    What is paid for an assessment is money alone.
    """
    is_owed = line.recovered_fen > 0 or line.owed_on is not None
    is_training = claim.kind is SubsidyKind.TRAINING
    stands = is_training and line.amount_fen > 0 and not is_owed and claim.approved_on is not None
    amounts = (
        (Measure.SUBSIDISED_TRAININGS, line.trained_on, int(stands)),
        (Measure.APPROVED_FEN, claim.approved_on, line.amount_fen),
        (Measure.PAID_FEN, claim.paid_on, line.amount_fen),
        (Measure.RECOVERED_FEN, line.recovered_on, line.recovered_fen),
    )
    combination = Combination(
        claim.plan_year or line.trained_on.year, line.programme, claim.region, claim.reporting_region, award_of(line),
        FUND.packed(claim.fund_source) | SUBSIDY_KIND.packed(claim.kind),
    )  # fmt: skip
    found = []
    for place, (measure, day, amount) in enumerate(amounts, 1):
        part = Contribution(claim.claim_id, (line.line - 1) * _PARTS_PER_LINE + place, None, claim.version)
        if day is not None and amount != 0:
            part = part._replace(
                measure=measure, day=day, amount=amount, organisation=claim.institution_id, combination=combination
            )
        found.append(part)
    return found


def holding(fact: CertificateState) -> Holding | None:
    """The holding behind a certificate that makes its person skilled; None for an award without a level.

    A later version of a certificate may have had one: its award was corrected, and nothing is held by it any more.
    """
    award = award_of(fact)
    if award.level is None and fact.version == 1:
        return None
    is_valid = fact.status is CertificateStatus.VALID and award.level is not None
    return Holding(fact.certificate_id, fact.person, fact.issued_on, is_valid, fact.body_id, _combination(fact))


def _combination(fact: CertificateState) -> Combination:
    # Facts from before plans had years say nothing: they count to the year of their day, here as above.
    year = fact.plan_year or fact.issued_on.year
    return Combination(year, fact.programme, fact.region, fact.reporting_region, award_of(fact))
