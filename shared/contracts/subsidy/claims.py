"""Facts of claims, from draft to payment and recovery, line by line."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from msgspec import Struct

from shared.contracts.dimensions import (
    AmountFen,
    AwardCode,
    FundSource,
    LevelRank,
    OccupationCode,
    ProgrammeCode,
    RegionCode,
)
from shared.contracts.subsidy.base import SubsidyFact, SubsidyKind


class ClaimStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    FIRST_REVIEW = "first_review"
    """A reviewer has taken it in hand."""
    SECOND_REVIEW = "second_review"
    """It passed the first review, and waits for another person's."""
    PUBLICITY = "publicity"
    """It passed its reviews, and is public for some working days before it is approved."""
    OBJECTED = "objected"
    """It is public, and an objection to one of its lines is open."""
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    """Given up before a decision: by its institution, or because its time was over."""
    APPROVED = "approved"
    PAID = "paid"
    PAYMENT_FAILED = "payment_failed"
    """The bank sent the payment back; it can be paid again, or returned."""
    RECOVERED = "recovered"
    WRITTEN_OFF = "written_off"
    """Nothing of it is paid and still due to come back: what was not recovered was given up."""


class ClaimLine(Struct, frozen=True, gc=False):
    """One trainee of the claim, or one certificate of an exam. A refused line has amount 0 and keeps its number, so
    that line numbers never change.
    """

    line: int
    """1, 2, 3 … within the claim."""
    enrolment_id: UUID
    """What the line was built from: the enrolment; in a claim for an assessment or a skill upgrade the certificate, for
    a grant the instalment, which are none.
    """
    person: UUID
    """Whose training or certificate it is. A grant is for no person: there it is who is paid."""
    programme: ProgrammeCode
    occupation: OccupationCode
    level: LevelRank | None
    trained_on: date
    """The day the training was completed: a subsidised training is one of the trainings of that day. In a claim for an
    assessment the day of issue.
    """
    amount_fen: AmountFen
    refusal: str | None
    """The code of the check that refused it ("C12"), or None."""
    recovered_fen: AmountFen = 0
    recovered_on: date | None = None
    award: AwardCode | None = None
    stopped_on: date | None = None
    """When what it rests on fell away between approval and payment; `refusal` says why."""
    stopped_fen: AmountFen = 0
    """The amount that had been approved."""
    owed_on: date | None = None
    """When what it rests on fell away after the payment: the money is owed until it is recovered."""
    owed_for: str | None = None
    """The code of the check that says why."""
    written_off_fen: AmountFen = 0
    """What was given up of a paid line that was to come back."""


class ClaimState(SubsidyFact):
    claim_id: UUID
    class_id: UUID
    """What it was built from: the class; in a claim for an assessment the exam session or conferral, for a skill
    upgrade the certificate, for a grant the instalment, which are none.
    """
    institution_id: UUID
    """Who is paid: the institution; for an assessment the body, for a skill upgrade the person's key."""
    region: RegionCode
    reporting_region: RegionCode
    fund_source: FundSource
    status: ClaimStatus
    amount_fen: AmountFen
    recovered_fen: AmountFen
    approved_on: date | None
    paid_on: date | None
    lines: tuple[ClaimLine, ...]
    plan_year: int | None = None
    """The year whose plan the programmes of the lines belong to: that of the class's first day."""
    supplements: UUID | None = None
    """An earlier claim for the class, where this one is for those who became due later."""
    published_on: date | None = None
    public_until: date | None = None
    """The last day on which it is public."""
    kind: SubsidyKind = SubsidyKind.TRAINING
    """What it is claimed for. Only the lines of trainings are subsidised trainings."""


class ClaimDrafted(ClaimState):
    """Built from a completed class, or from the certificates of an exam.

    Subject of all claim facts: claims/{claim_id}.
    """

    type: ClassVar[str] = "subsidy.claim-drafted.v1"


class ClaimSubmitted(ClaimState):
    type: ClassVar[str] = "subsidy.claim-submitted.v1"


class ClaimReviewed(ClaimState):
    """A reviewer took it in hand, or it passed the first of two reviews; the status says which."""

    type: ClassVar[str] = "subsidy.claim-reviewed.v1"


class ClaimPublished(ClaimState):
    """It passed its reviews, and is public until `public_until`."""

    type: ClassVar[str] = "subsidy.claim-published.v1"


class ClaimObjected(ClaimState):
    """While it is public, an objection to one of its lines was received: it waits for the answer."""

    type: ClassVar[str] = "subsidy.claim-objected.v1"


class ClaimObjectionAnswered(ClaimState):
    """An objection was answered; the status says whether another one is open."""

    type: ClassVar[str] = "subsidy.claim-objection-answered.v1"


class ClaimReopened(ClaimState):
    """An appeal against its rejection was granted: its institution can rebuild it."""

    type: ClassVar[str] = "subsidy.claim-reopened.v1"


class ClaimReturned(ClaimState):
    """Sent back to be rebuilt, with a reason; what an approval had committed is free again."""

    type: ClassVar[str] = "subsidy.claim-returned.v1"


class ClaimRejected(ClaimState):
    type: ClassVar[str] = "subsidy.claim-rejected.v1"


class ClaimWithdrawn(ClaimState):
    """Given up by its institution, or expired: it holds nobody's subsidy any more."""

    type: ClassVar[str] = "subsidy.claim-withdrawn.v1"


class ClaimApproved(ClaimState):
    """Approved by a second person; its amount is committed in the budget."""

    type: ClassVar[str] = "subsidy.claim-approved.v1"


class ClaimPaid(ClaimState):
    type: ClassVar[str] = "subsidy.claim-paid.v1"


class ClaimPaymentFailed(ClaimState):
    """The bank sent the payment back: nothing of it is paid, and its amount stays committed."""

    type: ClassVar[str] = "subsidy.claim-payment-failed.v1"


class ClaimRecoveryReversed(ClaimState):
    """The recovery of some lines was a mistake, or could not be kept from a later payment: they are paid as before."""

    type: ClassVar[str] = "subsidy.claim-recovery-reversed.v1"


class ClaimCorrected(ClaimState):
    """Persons and programmes of its lines follow corrections of their trainings.

    It is not a decision: status and amounts are unchanged.
    """

    type: ClassVar[str] = "subsidy.claim-corrected.v1"


class ClaimLinesStopped(ClaimState):
    """Approved lines pay nothing, because what they rest on fell away; their money is free again."""

    type: ClassVar[str] = "subsidy.claim-lines-stopped.v1"


class ClaimLinesOwed(ClaimState):
    """Paid lines are owed back, or are no longer: what they rest on fell away, or stands again."""

    type: ClassVar[str] = "subsidy.claim-lines-owed.v1"


class ClaimWrittenOff(ClaimState):
    """What was not recovered of some lines was given up. The status is `written_off` once nothing is left to recover of
    any line.
    """

    type: ClassVar[str] = "subsidy.claim-written-off.v1"


class ClaimWriteOffReversed(ClaimState):
    """What was given up of some lines is due again."""

    type: ClassVar[str] = "subsidy.claim-write-off-reversed.v1"


class ClaimRecovered(ClaimState):
    """Some or all lines were recovered, whole or in part. The status is `recovered` once all of it came back."""

    type: ClassVar[str] = "subsidy.claim-recovered.v1"


CLAIM_FACTS: Final = (
    ClaimDrafted, ClaimSubmitted, ClaimReturned, ClaimRejected, ClaimApproved, ClaimPaid, ClaimRecovered,
    ClaimCorrected, ClaimWithdrawn, ClaimLinesStopped, ClaimLinesOwed,
    ClaimPaymentFailed, ClaimRecoveryReversed, ClaimWrittenOff, ClaimWriteOffReversed,
    ClaimReviewed, ClaimPublished,
    ClaimObjected, ClaimObjectionAnswered, ClaimReopened,
)  # fmt: skip
"""All facts of a claim. Versions have no gaps, so a consumer that needs one of them consumes all."""


class RecoveryConfirmed(SubsidyFact):
    """Two people recovered money of an institution, for a cause. Subject: recoveries/{recovery_id}.

    It is told once; `subsidy.claim-recovered.v1` and what follows it say what came back since, and what did not.
    """

    type: ClassVar[str] = "subsidy.recovery-confirmed.v1"

    recovery_id: UUID
    claim_id: UUID
    class_id: UUID
    institution_id: UUID
    region: RegionCode
    reporting_region: RegionCode
    cause: str
    """Why: `ground_lost`, `audit`, `spot_check`, `fraud`, `overpaid`, `voluntary`, `other`."""
    lines: int
    """How many lines it concerns."""
    amount_fen: AmountFen
    recovered_on: date
    kind: SubsidyKind = SubsidyKind.TRAINING
    """What was claimed for; `class_id` and `institution_id` are as in the claim."""
