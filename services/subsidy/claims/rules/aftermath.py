"""What becomes of a decided claim when what its lines rest on falls away: approved lines stop, paid ones are owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.subsidy.claims.rules.checks import CHECKS, Check, LineFacts, refuses
from services.subsidy.claims.rules.claims import Claim, fact_of
from services.subsidy.claims.rules.held import HeldSubsidy
from services.subsidy.claims.rules.lines import Line, stopped
from services.subsidy.limits.rules import Terms
from services.subsidy.trainings.rules import Outcome
from shared.contracts.subsidy.claims import ClaimLinesOwed, ClaimLinesStopped, ClaimState, ClaimStatus
from shared.kernel.money import Fen
from shared.kernel.periods import business_day

LASTING: Final = (
    Check.WITHDRAWN, Check.TRANSFERRED, Check.NOT_COMPLETED, Check.NOT_ENTITLED, Check.FLAGGED, Check.OBJECTED,
    Check.NO_CERTIFICATE, Check.FEE_CHARGED, Check.ALREADY_CLAIMED, Check.CANCELLED,
)  # fmt: skip
"""The checks that go on after the decision. Amounts, limits and deadlines stay those of the decision."""

_ANY_TERMS: Final = Terms(0, 0)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a line rests on, as it was last received."""

    outcome: Outcome | None
    """The outcome of a training; None for a certificate."""
    effective_on: date
    flagged: bool
    objected: bool
    evidenced_on: date | None
    held: Sequence[HeldSubsidy]
    """What the same human holds by other claims."""
    fee: Fen | None = None
    """What the candidates of the exam were charged."""
    entitled: bool = False
    """Whether the trainee is in a group that is paid a living allowance."""
    cancelled: bool = False
    """Whether the project was cancelled."""


def cause(claim: Claim, ground: Ground) -> Check | None:
    """The first check that a line of `claim` no longer passes; None if it still rests on what it did.

    Of two subsidies of one human, whose keys were merged since, the paid one stands before the approved one, and
    otherwise the one that was claimed first.
    """
    facts = LineFacts(
        outcome=ground.outcome,
        flagged=ground.flagged,
        objected=ground.objected,
        occupation=claim.occupation,
        award=claim.award,
        starts_on=claim.starts_on,
        evidenced_on=ground.evidenced_on,
        claimed_on=claim.starts_on,
        held=tuple(each for each in ground.held if _stands_before(each, claim)),
        rate=None,
        terms=_ANY_TERMS,
        kind=claim.kind,
        fee=ground.fee,
        entitled=ground.entitled,
        cancelled=ground.cancelled,
    )
    asked = CHECKS[claim.kind]
    return next((check for check in LASTING if check in asked and refuses(check, facts)), None)


def follow(claim: Claim, grounds: Mapping[UUID, Ground], *, at: datetime) -> tuple[Claim, ClaimState] | None:
    """The claim after what was received about its lines, by what they were built from. None if nothing changes.

    Approved lines that lost their ground pay nothing, and hold nothing: if it returns, a further claim takes them. Paid
    ones are owed until they are recovered, or until it returns.
    """
    is_paid = claim.status is ClaimStatus.PAID
    lines = tuple(
        _followed(line, claim, grounds[line.source_id], is_paid=is_paid, at=at)
        if line.is_payable and line.outstanding_fen and line.source_id in grounds
        else line
        for line in claim.lines
    )
    if lines == claim.lines:
        return None
    after = replace(claim, lines=lines, version=claim.version + 1)
    fact: type[ClaimState] = ClaimLinesOwed if is_paid else ClaimLinesStopped
    return after, fact_of(fact, after, at=at)


def _followed(line: Line, claim: Claim, ground: Ground, *, is_paid: bool, at: datetime) -> Line:
    check, today = cause(claim, ground), business_day(at)
    if not is_paid:
        if check is None:
            return line
        return stopped(line, check, on=today)
    if check is None:
        # What this service found by itself is not ended by what it rests on.
        owed = line.owed if line.owed is not None and line.owed["check"] not in LASTING else None
        return replace(line, owed=owed, dismissed_for=None)
    if check is line.dismissed_for:
        return line
    if line.owed is not None and line.owed["check"] == check:
        return line
    return replace(line, owed=case(check, ground, since=today))


def case(check: Check, ground: Ground, *, since: date) -> dict[str, Any]:
    """Why a paid line is owed, with what shows it, as JSON."""
    evidenced_on = None if ground.evidenced_on is None else ground.evidenced_on.isoformat()
    return {
        "check": check.value,
        "since": since.isoformat(),
        "outcome": None if ground.outcome is None else ground.outcome.value,
        "outcome_on": ground.effective_on.isoformat(),
        "flagged": ground.flagged,
        "evidenced_on": evidenced_on,
        "held_by": [str(each.claim_id) for each in ground.held if check is Check.ALREADY_CLAIMED],
    }


_RANK: Final = {ClaimStatus.PAID: 2, ClaimStatus.APPROVED: 1}


def _stands_before(held: HeldSubsidy, claim: Claim) -> bool:
    assert held.claim_id is not None, "what is held now says by which claim"
    assert held.status is not None, "and in which state that claim is"
    theirs, own = _RANK.get(ClaimStatus(held.status), 0), _RANK.get(claim.status, 0)
    return theirs > own or (theirs == own and held.claim_id < claim.id)
