"""Claims: states, and one function for each verb."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.subsidy.budgets.rules import Account
from services.subsidy.claims.rules import states
from services.subsidy.claims.rules.held import HeldSubsidy, own_subsidy
from services.subsidy.claims.rules.lines import NOTHING, Line, with_current_entries
from services.subsidy.claims.rules.refusals import ClaimBeforeCompletion, NothingToClaim, NotRunning, NotSubsidised
from services.subsidy.claims.rules.sources import Entry, Source
from services.subsidy.claims.rules.states import (
    COMMITTED,
    SPENT,
    UNDECIDED,
    ClaimVerb,
)
from services.subsidy.kinds.rules import KINDS
from services.subsidy.ledger.rules import ClaimStanding, LineStanding
from services.subsidy.limits.rules import Ladder
from services.subsidy.trainings.rules import TrainingClass
from shared.contracts.dimensions import FundSource, award_fields
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import (
    ClaimCorrected,
    ClaimDrafted,
    ClaimLine,
    ClaimState,
    ClaimStatus,
    ClaimSubmitted,
    ClaimWithdrawn,
)
from shared.kernel.awards import Award
from shared.kernel.money import Fen
from shared.kernel.moves import move
from shared.kernel.periods import business_day

F = TypeVar("F", bound=ClaimState)

NO_LADDER: Final = Ladder()
"""One review, no publicity, no deadlines."""
CLASS_COMPLETED: Final = "completed"
"""The state of a class in which it can be claimed for."""
CLASS_RUNNING: Final = "running"
"""The state in which an advance can be claimed for."""


@dataclass(frozen=True)
class Claim:
    id: UUID
    institution_id: UUID
    """Who is paid: the institution, the assessment body, or the person under the key of the day of the draft."""
    local_id: str
    source_id: UUID
    """What it was built from: the class; for an assessment the exam session or the conferral, for a skill upgrade the
    certificate, for a grant the instalment.
    """
    region: str
    reporting_region: str
    fund_source: FundSource
    occupation: str
    award: Award
    starts_on: date
    """The day that determines policy and budget: the first of the class, or the first issue of what was built from."""
    policy_row: str | None
    """The id of the policy row that set the amounts."""
    status: ClaimStatus
    submitted_by: str | None
    submitted_on: date | None
    """The business day of the first submission; a return does not clear it."""
    approved_by: str | None
    approved_on: date | None
    paid_on: date | None
    payment_reference: str | None
    lines: tuple[Line, ...]
    version: int
    supplements: UUID | None = None
    """An earlier claim for the class or exam, if there was one: this one takes those who became due later."""
    held_until: date | None = None
    """The last day on which a draft or returned claim holds its trainees' subsidies; None if no policy sets one."""
    paid_by: str | None = None
    """Who recorded the payment; None for payments from before this was kept."""
    second_review: bool = False
    """Whether another person reviews it a second time, by the policy of the day of its submission."""
    publicity_days: int = 0
    """The working days on which it is public before it is approved, by the same policy; 0: it is not made public."""
    due_on: date | None = None
    """The last day for the step that it waits for; None if no policy sets one."""
    handled_by: str | None = None
    """The reviewer who has taken it in hand."""
    first_reviewed_by: str | None = None
    second_reviewed_by: str | None = None
    published_on: date | None = None
    public_until: date | None = None
    """The last day on which it is public, and an objection to it in time."""
    account_id: UUID | None = None
    """The payee's account to which it was paid, or to which the payment failed last."""
    kind: SubsidyKind = SubsidyKind.TRAINING
    payable_from: date | None = None
    """The day before which it is not paid; None: it is paid once it is approved."""
    kept_fen: Fen = NOTHING
    """What is kept from its payment, because its payee owes it for other claims; the database keeps this sum."""

    @property
    def subsidy(self) -> HeldSubsidy:
        """What each of its payable lines holds for its person."""
        return own_subsidy(self.kind, self.occupation, self.award, self.starts_on)

    @property
    def account(self) -> Account:
        return Account(self.reporting_region, self.fund_source, self.starts_on.year)

    @property
    def amount_fen(self) -> Fen:
        return Fen(sum(line.amount_fen for line in self.lines))

    @property
    def transfer_fen(self) -> Fen:
        """What is transferred when it is paid. Below zero while more is kept from it than it comes to by now."""
        return Fen(self.amount_fen - self.kept_fen)

    @property
    def recovered_fen(self) -> Fen:
        return Fen(sum(line.recovered_fen for line in self.lines))

    @property
    def standing(self) -> ClaimStanding:
        """What the books have to say of it."""
        committed, spent = self.status in COMMITTED, self.status in SPENT
        return ClaimStanding(
            claim_id=self.id,
            version=self.version,
            institution_id=self.institution_id,
            region=self.region,
            reporting_region=self.reporting_region,
            reserved=self.amount_fen if self.status in UNDECIDED else Fen(0),
            lines={
                line.line: LineStanding(
                    approved=line.amount_fen if committed else Fen(0),
                    paid=line.amount_fen if spent else Fen(0),
                    recovered=line.recovered_fen if spent else Fen(0),
                    written_off=line.written_off_fen if spent else Fen(0),
                )
                for line in self.lines
                if line.is_payable
            },
        )

    def claimed_on(self, today: date) -> date:
        """The day that counts for the claim window: that of the first submission, until then `today`."""
        return self.submitted_on or today


class ToldClaim(NamedTuple):
    """What facts tell of a claim: as much of it as is read where a statement moves a hundred thousand of them."""

    id: UUID
    institution_id: UUID
    source_id: UUID
    region: str
    reporting_region: str
    fund_source: FundSource
    occupation: str
    award: Award
    starts_on: date
    status: ClaimStatus
    approved_on: date | None
    paid_on: date | None
    version: int
    supplements: UUID | None
    published_on: date | None
    public_until: date | None
    kind: SubsidyKind
    amount_fen: Fen
    recovered_fen: Fen
    lines: tuple[Line, ...]
    """Without what they were decided by."""


def require_due(class_: TrainingClass, kind: SubsidyKind) -> None:
    """A class is claimed for once it is completed, for an advance while it runs.

    Raises ClaimBeforeCompletion, NotRunning.
    """
    if not KINDS[kind].of_ended:
        if class_.state != CLASS_RUNNING:
            raise NotRunning(state=class_.state)
    elif class_.state != CLASS_COMPLETED:
        raise ClaimBeforeCompletion(state=class_.state)


def new_claim(source: Source, *, claim_id: UUID, local_id: str, supplements: UUID | None = None) -> Claim:
    """A draft for a completed class or an exam, still without lines. Raises NotSubsidised."""
    if source.fund_source is None:
        raise NotSubsidised
    return Claim(
        id=claim_id,
        institution_id=source.institution_id,
        local_id=local_id,
        source_id=source.id,
        region=source.region,
        reporting_region=source.reporting_region,
        fund_source=source.fund_source,
        occupation=source.occupation,
        award=source.award,
        starts_on=source.starts_on,
        kind=source.kind,
        policy_row=None,
        status=ClaimStatus.DRAFT,
        submitted_by=None,
        submitted_on=None,
        approved_by=None,
        approved_on=None,
        paid_on=None,
        payment_reference=None,
        lines=(),
        version=1,
        supplements=supplements,
        payable_from=source.payable_from,
    )


def draft(claim: Claim, *, at: datetime) -> ClaimDrafted:
    """The fact that a new `claim` (draft, version 1) was built."""
    return fact_of(ClaimDrafted, claim, at=at)


def rebuild(claim: Claim, built: Claim, *, at: datetime) -> tuple[Claim, ClaimDrafted]:
    """Replace the lines of a draft or returned claim by those `built` from current data. Raises IllegalMove."""
    after = moved(claim, ClaimVerb.REBUILD)
    after = replace(after, lines=built.lines, policy_row=built.policy_row, held_until=built.held_until)
    return after, fact_of(ClaimDrafted, after, at=at)


def submit(
    claim: Claim, *, by: str, at: datetime, ladder: Ladder = NO_LADDER, due_on: date | None = None
) -> tuple[Claim, ClaimSubmitted]:
    """Submit a draft; it is decided by the steps of `ladder`, the first of which is due on `due_on`.

    Raises IllegalMove, or NothingToClaim if every line is refused.
    """
    after = moved(claim, ClaimVerb.SUBMIT)
    if claim.amount_fen == 0:
        raise NothingToClaim
    after = replace(
        after,
        submitted_by=by,
        submitted_on=claim.claimed_on(business_day(at)),
        held_until=None,
        second_review=ladder.review_second,
        publicity_days=ladder.publicity_working_days,
        due_on=due_on,
    )
    return after, fact_of(ClaimSubmitted, after, at=at)


def withdraw(claim: Claim, *, at: datetime) -> tuple[Claim, ClaimWithdrawn]:
    """Give up a draft or returned claim, as its institution. Raises IllegalMove."""
    after = replace(moved(claim, ClaimVerb.WITHDRAW), held_until=None)
    return after, fact_of(ClaimWithdrawn, after, at=at)


def expire(claim: Claim, *, at: datetime) -> tuple[Claim, ClaimWithdrawn] | None:
    """Give up a claim that its institution left past `held_until`; None before. Raises IllegalMove."""
    if claim.held_until is None or business_day(at) <= claim.held_until:
        return None
    after = replace(moved(claim, ClaimVerb.EXPIRE), held_until=None)
    return after, fact_of(ClaimWithdrawn, after, at=at)


def correct(
    claim: Claim,
    entries: Sequence[Entry],
    *,
    holders: Collection[UUID],
    rekeyed: Collection[UUID] = (),
    at: datetime,
) -> tuple[Claim, ClaimCorrected] | None:
    """Give the lines the current person and programme of their `entries`. None if nothing changes.

    `holders` are the persons who hold the subsidy of the claim's occupation and award by other claims. Of the `rekeyed`
    enrolments, what was approved or paid stays with the person for whom it was: it is owed, not changed silently.
    """
    kept = rekeyed if claim.status in COMMITTED else ()
    lines = with_current_entries(claim.lines, entries, holders=holders, kept=kept)
    if lines == claim.lines:
        return None
    after = replace(claim, lines=lines, version=claim.version + 1)
    return after, fact_of(ClaimCorrected, after, at=at)


def moved(claim: Claim, verb: ClaimVerb) -> Claim:
    """The claim's next version, in the state after `verb`. Raises IllegalMove."""
    return replace(claim, status=move(states.MOVES, claim.status, verb), version=claim.version + 1)


def fact_of(fact: type[F], claim: Claim | ToldClaim, *, at: datetime) -> F:
    """The `fact` with the claim's current state."""
    return fact(
        subject=f"claims/{claim.id}",
        version=claim.version,
        at=at,
        claim_id=claim.id,
        class_id=claim.source_id,
        institution_id=claim.institution_id,
        region=claim.region,
        reporting_region=claim.reporting_region,
        fund_source=claim.fund_source,
        status=claim.status,
        amount_fen=claim.amount_fen,
        recovered_fen=claim.recovered_fen,
        approved_on=claim.approved_on,
        paid_on=claim.paid_on,
        lines=tuple(_fact_line(line, claim) for line in claim.lines),
        plan_year=claim.starts_on.year,
        supplements=claim.supplements,
        published_on=claim.published_on,
        public_until=claim.public_until,
        kind=claim.kind,
    )


def _fact_line(line: Line, claim: Claim | ToldClaim) -> ClaimLine:
    return ClaimLine(
        line=line.line,
        enrolment_id=line.source_id,
        person=line.person,
        programme=line.programme,
        occupation=claim.occupation,
        **award_fields(claim.award),
        trained_on=line.trained_on,
        amount_fen=line.amount_fen,
        refusal=line.refusal,
        recovered_fen=line.recovered_fen,
        recovered_on=line.recovered_on,
        stopped_on=line.stopped_on,
        stopped_fen=line.stopped_fen,
        owed_on=None if line.owed is None else date.fromisoformat(line.owed["since"]),
        owed_for=None if line.owed is None else line.owed["check"],
        written_off_fen=line.written_off_fen,
    )
