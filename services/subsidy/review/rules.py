"""The reviewers' decisions: take in hand, return, reject, and approve step by step; and which claims are late.

A claim is reviewed by one person or, where policy asks for it, by a second one; then it is public for some working
days, if policy says so; then it is approved. Source: domain rules §4.5.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final, NamedTuple

from services.subsidy.claims.rules.claims import (
    Claim,
    fact_of,
    moved,
)
from services.subsidy.claims.rules.lines import Line
from services.subsidy.claims.rules.refusals import NothingToClaim
from services.subsidy.claims.rules.states import (
    PUBLIC,
    REVIEWED,
    ClaimVerb,
)
from services.subsidy.holds.rules import Flag, require_free
from shared.contracts.subsidy.claims import (
    ClaimApproved,
    ClaimPublished,
    ClaimRejected,
    ClaimReturned,
    ClaimReviewed,
    ClaimState,
    ClaimStatus,
)
from shared.kernel.four_eyes import require_another
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict
from shared.kernel.working_days import CalendarUnset, WorkingDays

CLOCK: Final = "clock"
"""Who approves a claim when its publicity is over: nothing is left to decide then."""


class ClaimOutdated(Conflict):
    """Facts: `lines`, each with its number and the check that would refuse it now (null: its content changed)."""

    slug = "claim-outdated"
    title_en = "Some payable lines have changed since the claim was built."
    title_zh = "部分可补贴明细与最新情况不符。"
    cure_en = "Return the claim; the institution can then rebuild it from current data."
    cure_zh = "请退回该申领，由机构按最新情况重新生成。"


class PublicityRunning(Conflict):
    """Facts: `public_until`, the last day."""

    slug = "publicity-running"
    title_en = "The claim is still public, and objections to it are in time."
    title_zh = "该申领仍在公示期内。"
    cure_en = "It is public until {public_until} inclusive; from the next day on it is approved by itself."
    cure_zh = "公示至 {public_until}（含当日）；次日起系统自动批准，也可手动办理。"


_RULE: Final = "preparation of a claim and a decision on it"
_TWO_REVIEWS: Final = "first and second review of a claim"


class Deadlines(NamedTuple):
    """Days that the next step of a claim is given: when it is due, and until when the claim is public."""

    second_due_on: date | None = None
    public_until: date | None = None
    approval_due_on: date | None = None


NO_DEADLINES: Final = Deadlines()


def take(claim: Claim, *, prepared_by: Collection[str], by: str, at: datetime) -> tuple[Claim, ClaimReviewed]:
    """Take a claim in hand, from the queue or from a colleague. Raises IllegalMove, SamePerson."""
    after = moved(claim, ClaimVerb.TAKE)
    _require_reviewer(claim, prepared_by, by)
    after = replace(after, handled_by=by)
    return after, fact_of(ClaimReviewed, after, at=at)


def return_(
    claim: Claim, *, prepared_by: Collection[str], held_until: date | None, by: str, at: datetime
) -> tuple[Claim, ClaimReturned]:
    """Send a claim back to be rebuilt: one that waits for a review, that is public, or approved and not paid yet.

    It holds its trainees' subsidies until `held_until`. Raises IllegalMove, SamePerson if `by` is one of those who
    prepared it, or reviewed it first and would do so again.
    """
    after = replace(_decided(moved(claim, ClaimVerb.RETURN)), approved_by=None, approved_on=None, held_until=held_until)
    _require_reviewer(claim, prepared_by, by)
    after = replace(after, first_reviewed_by=None, second_reviewed_by=None, published_on=None, public_until=None)
    return after, fact_of(ClaimReturned, after, at=at)


def reject(claim: Claim, *, prepared_by: Collection[str], by: str, at: datetime) -> tuple[Claim, ClaimRejected]:
    """Refuse a claim; its class and its trainees can be claimed for again, and its institution can appeal.

    Raises IllegalMove, SamePerson if `by` is one of those who prepared it, or reviewed it first and would do so again.
    """
    after = _decided(moved(claim, ClaimVerb.REJECT))
    _require_reviewer(claim, prepared_by, by)
    return after, fact_of(ClaimRejected, after, at=at)


def next_verb(claim: Claim) -> ClaimVerb:
    """What follows when the claim passes the step that it is in, by the policy of its submission."""
    if claim.second_review and claim.status in (ClaimStatus.SUBMITTED, ClaimStatus.FIRST_REVIEW):
        return ClaimVerb.PASS_REVIEW
    if claim.publicity_days > 0 and claim.status in REVIEWED:
        return ClaimVerb.PUBLISH
    return ClaimVerb.APPROVE


def approve(
    claim: Claim,
    *,
    as_of_now: Sequence[Line],
    flags: Sequence[Flag],
    prepared_by: Collection[str],
    by: str,
    at: datetime,
    deadlines: Deadlines = NO_DEADLINES,
) -> tuple[Claim, ClaimState]:
    """Let a claim pass the step that it is in, if its payable lines equal `as_of_now`, built from current data.

    `flags` are those that hold it. Raises IllegalMove, SamePerson if `by` is one of those who prepared it, or reviewed
    it first and would do so again, FlagsOpen, FlagsUpheld, ClaimOutdated, PublicityRunning, NothingToClaim.
    """
    verb, today = next_verb(claim), business_day(at)
    after = replace(moved(claim, verb), handled_by=None, due_on=None)
    _require_reviewer(claim, prepared_by, by)
    if claim.public_until is not None and today <= claim.public_until:
        raise PublicityRunning(public_until=claim.public_until.isoformat())
    require_free(flags)
    _require_current(claim, as_of_now)
    if claim.amount_fen == 0:
        raise NothingToClaim
    after = _signed(claim, after, by=by)
    match verb:
        case ClaimVerb.PASS_REVIEW:
            after = replace(after, due_on=deadlines.second_due_on)
            return after, fact_of(ClaimReviewed, after, at=at)
        case ClaimVerb.PUBLISH:
            assert deadlines.public_until is not None, "a claim is made public until a day"
            after = replace(
                after,
                published_on=today,
                public_until=deadlines.public_until,
                due_on=deadlines.approval_due_on,
            )
            return after, fact_of(ClaimPublished, after, at=at)
        case _:
            # Who answers for the approval is who reviewed it last, whoever finds that its publicity is over.
            after = replace(after, approved_by=after.second_reviewed_by or after.first_reviewed_by, approved_on=today)
            return after, fact_of(ClaimApproved, after, at=at)


def escalated_to(claim: Claim, region_and_above: Sequence[str], *, today: date) -> str | None:
    """The region above the claim's, whose reviewers see to it once it is late; None before, and for the province's."""
    if claim.due_on is None or today <= claim.due_on or len(region_and_above) < 2:
        return None
    return region_and_above[1]


def working_days_late(claim: Claim, calendar: WorkingDays, *, today: date) -> int | None:
    """The working days since the claim was due; None while the calendar of a year between is not known."""
    try:
        return 0 if claim.due_on is None else calendar.between(claim.due_on, today)
    except CalendarUnset:
        return None


def _decided(claim: Claim) -> Claim:
    return replace(claim, handled_by=None, due_on=None)


def _signed(claim: Claim, after: Claim, *, by: str) -> Claim:
    """`after` with who reviewed it; in publicity nobody reviews it again."""
    if claim.status in PUBLIC:
        return after
    if claim.status is ClaimStatus.SECOND_REVIEW:
        return replace(after, second_reviewed_by=by)
    return replace(after, first_reviewed_by=by)


def _require_reviewer(claim: Claim, prepared_by: Collection[str], by: str) -> None:
    require_another(by, *prepared_by, rule=_RULE)
    if claim.status is ClaimStatus.SECOND_REVIEW:
        require_another(by, claim.first_reviewed_by, rule=_TWO_REVIEWS)


def _require_current(claim: Claim, as_of_now: Sequence[Line]) -> None:
    current = {line.line: line for line in as_of_now}
    outdated = [
        {"line": line.line, "refusal": current[line.line].refusal if line.line in current else None}
        for line in claim.lines
        if line.is_payable and line != current.get(line.line)
    ]
    if outdated:
        raise ClaimOutdated(lines=outdated)
