"""A claim, from the draft to the money: its states, and one function per verb."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from services.subsidy.domain.budgets import Account
from services.subsidy.domain.claim_refusals import (
    ClaimOutdated,
    LineRecovered,
    NothingToClaim,
    NotPaidLine,
    PaymentDayImpossible,
)
from services.subsidy.domain.heard import Trainee
from services.subsidy.domain.lines import Line, as_heard
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import (
    ClaimApproved,
    ClaimCorrected,
    ClaimDrafted,
    ClaimLine,
    ClaimPaid,
    ClaimRecovered,
    ClaimRejected,
    ClaimReturned,
    ClaimState,
    ClaimStatus,
    ClaimSubmitted,
)
from shared.kernel.levels import Level
from shared.kernel.money import Fen
from shared.kernel.moves import move
from shared.kernel.periods import business_day
from shared.kernel.refusals import SamePerson

F = TypeVar("F", bound=ClaimState)


class ClaimVerb(StrEnum):
    DRAFT = "draft"
    """Makes a claim, so no state allows it."""
    SUBMIT = "submit"
    REBUILD = "rebuild"
    RETURN = "return"
    REJECT = "reject"
    APPROVE = "approve"
    PAY = "pay"
    RECOVER = "recover"
    RECOVER_REST = "recover_rest"
    """A recovery after which nothing that was paid is left."""
    CORRECT = "correct"
    """Lets lines follow their trainings: nothing is decided and nobody asks for it, so it is no move."""


MOVES: Final[Mapping[ClaimStatus, Mapping[ClaimVerb, ClaimStatus]]] = {
    ClaimStatus.DRAFT: {
        ClaimVerb.SUBMIT: ClaimStatus.SUBMITTED,
        ClaimVerb.REBUILD: ClaimStatus.DRAFT,
    },
    ClaimStatus.SUBMITTED: {
        ClaimVerb.RETURN: ClaimStatus.RETURNED,
        ClaimVerb.REJECT: ClaimStatus.REJECTED,
        ClaimVerb.APPROVE: ClaimStatus.APPROVED,
    },
    ClaimStatus.RETURNED: {
        ClaimVerb.REBUILD: ClaimStatus.DRAFT,
    },
    ClaimStatus.APPROVED: {
        ClaimVerb.PAY: ClaimStatus.PAID,
    },
    ClaimStatus.PAID: {
        ClaimVerb.RECOVER: ClaimStatus.PAID,
        ClaimVerb.RECOVER_REST: ClaimStatus.RECOVERED,
    },
    ClaimStatus.REJECTED: {},
    ClaimStatus.RECOVERED: {},
}


@dataclass(frozen=True)
class Claim:
    id: UUID
    institution_id: UUID
    local_id: str
    class_id: UUID
    region: str
    reporting_region: str
    fund_source: FundSource
    occupation: str
    level: Level
    starts_on: date
    """The first day of the class: the policy and the budget of that day hold."""
    policy_row: str | None
    """The id of the row that gave the amounts."""
    status: ClaimStatus
    submitted_by: str | None
    submitted_on: date | None
    """The first submission's business day; a return does not take it away."""
    approved_by: str | None
    approved_on: date | None
    paid_on: date | None
    payment_reference: str | None
    lines: tuple[Line, ...]
    version: int

    @property
    def account(self) -> Account:
        return Account(self.reporting_region, self.fund_source, self.starts_on.year)

    @property
    def amount_fen(self) -> Fen:
        return Fen(sum(line.amount_fen for line in self.lines))

    @property
    def recovered_fen(self) -> Fen:
        return Fen(sum(line.recovered_fen for line in self.lines))

    def claimed_on(self, today: date) -> date:
        """The day by which the claim window is judged: of the first submission, until then `today`."""
        return self.submitted_on or today


def draft(claim: Claim, *, at: datetime) -> ClaimDrafted:
    """The fact that a new `claim` (draft, version 1) was built."""
    return _fact(ClaimDrafted, claim, at=at)


def rebuild(
    claim: Claim, lines: tuple[Line, ...], *, policy_row: str | None, at: datetime
) -> tuple[Claim, ClaimDrafted]:
    """Replace the lines of a draft or returned claim by `lines`, built from what is known now. Raises IllegalMove."""
    after = replace(_moved(claim, ClaimVerb.REBUILD), lines=lines, policy_row=policy_row)
    return after, _fact(ClaimDrafted, after, at=at)


def submit(claim: Claim, *, by: str, at: datetime) -> tuple[Claim, ClaimSubmitted]:
    """Hand a draft in. Raises IllegalMove, or NothingToClaim where every line is refused."""
    after = _moved(claim, ClaimVerb.SUBMIT)
    if claim.amount_fen == 0:
        raise NothingToClaim
    after = replace(after, submitted_by=by, submitted_on=claim.claimed_on(business_day(at)))
    return after, _fact(ClaimSubmitted, after, at=at)


def return_(claim: Claim, *, at: datetime) -> tuple[Claim, ClaimReturned]:
    """Send a submitted claim back to be rebuilt. Raises IllegalMove."""
    after = _moved(claim, ClaimVerb.RETURN)
    return after, _fact(ClaimReturned, after, at=at)


def reject(claim: Claim, *, at: datetime) -> tuple[Claim, ClaimRejected]:
    """Refuse a submitted claim for good: its class and its trainees may be claimed for anew. Raises IllegalMove."""
    after = _moved(claim, ClaimVerb.REJECT)
    return after, _fact(ClaimRejected, after, at=at)


def approve(claim: Claim, *, as_of_now: Sequence[Line], by: str, at: datetime) -> tuple[Claim, ClaimApproved]:
    """Accept a submitted claim whose payable lines would come out the same today: `as_of_now` is what they would be.

    Raises IllegalMove, SamePerson if `by` submitted it, ClaimOutdated.
    """
    after = _moved(claim, ClaimVerb.APPROVE)
    if by == claim.submitted_by:
        raise SamePerson(rule="submission and approval of a claim")
    current = {line.line: line for line in as_of_now}
    outdated = [
        {"line": line.line, "refusal": current[line.line].refusal if line.line in current else None}
        for line in claim.lines
        if line.is_payable and line != current.get(line.line)
    ]
    if outdated:
        raise ClaimOutdated(lines=outdated)
    after = replace(after, approved_by=by, approved_on=business_day(at))
    return after, _fact(ClaimApproved, after, at=at)


def pay(claim: Claim, *, paid_on: date, reference: str, by: str, at: datetime) -> tuple[Claim, ClaimPaid]:
    """Note that an approved claim was paid on `paid_on` (from the approval's day to today, both included).

    Raises IllegalMove, SamePerson if `by` approved it, PaymentDayImpossible.
    """
    after = _moved(claim, ClaimVerb.PAY)
    if by == claim.approved_by:
        raise SamePerson(rule="approval and payment of a claim")
    today = business_day(at)
    assert claim.approved_on is not None, "an approved claim has the day of its approval"
    if not claim.approved_on <= paid_on <= today:
        raise PaymentDayImpossible(pointer="/paid_on", earliest=claim.approved_on.isoformat(), latest=today.isoformat())
    after = replace(after, paid_on=paid_on, payment_reference=reference)
    return after, _fact(ClaimPaid, after, at=at)


def recover(claim: Claim, numbers: Collection[int] | None, *, at: datetime) -> tuple[Claim, ClaimRecovered]:
    """Take the whole money of the lines `numbers` back; None: of every line that still has any.

    The status is `recovered` once nothing is left. Raises IllegalMove, NotPaidLine, LineRecovered.
    """
    move(MOVES, claim.status, ClaimVerb.RECOVER)
    paid = {line.line for line in claim.lines if line.is_payable}
    recovered = {line.line for line in claim.lines if line.recovered_on is not None}
    chosen = paid - recovered if numbers is None else set(numbers)
    if not chosen <= paid:
        raise NotPaidLine(pointer="/lines", lines=sorted(chosen - paid))
    if again := chosen & recovered:
        raise LineRecovered(lines=sorted(again))
    today = business_day(at)
    lines = tuple(replace(line, recovered_on=today) if line.line in chosen else line for line in claim.lines)
    verb = ClaimVerb.RECOVER_REST if chosen | recovered == paid else ClaimVerb.RECOVER
    after = replace(_moved(claim, verb), lines=lines)
    return after, _fact(ClaimRecovered, after, at=at)


def correct(
    claim: Claim, trainees: Sequence[Trainee], *, holders: Collection[UUID], at: datetime
) -> tuple[Claim, ClaimCorrected] | None:
    """Let the lines count to whom and to what their trainings, of `trainees`, do now. None where they do already.

    `holders` are the persons who hold the subsidy of the claim's occupation and level by other claims.
    """
    lines = as_heard(claim.lines, trainees, holders=holders)
    if lines == claim.lines:
        return None
    after = replace(claim, lines=lines, version=claim.version + 1)
    return after, _fact(ClaimCorrected, after, at=at)


def _moved(claim: Claim, verb: ClaimVerb) -> Claim:
    return replace(claim, status=move(MOVES, claim.status, verb), version=claim.version + 1)


def _fact(fact: type[F], claim: Claim, *, at: datetime) -> F:
    return fact(
        subject=f"claims/{claim.id}",
        version=claim.version,
        at=at,
        claim_id=claim.id,
        class_id=claim.class_id,
        institution_id=claim.institution_id,
        region=claim.region,
        reporting_region=claim.reporting_region,
        fund_source=claim.fund_source,
        status=claim.status,
        amount_fen=claim.amount_fen,
        recovered_fen=claim.recovered_fen,
        approved_on=claim.approved_on,
        paid_on=claim.paid_on,
        lines=tuple(_told(line, claim) for line in claim.lines),
    )


def _told(line: Line, claim: Claim) -> ClaimLine:
    return ClaimLine(
        line=line.line,
        enrolment_id=line.enrolment_id,
        person=line.person,
        programme=line.programme,
        occupation=claim.occupation,
        level=claim.level.value,
        trained_on=line.trained_on,
        amount_fen=line.amount_fen,
        refusal=line.refusal,
        recovered_fen=line.recovered_fen,
        recovered_on=line.recovered_on,
    )
