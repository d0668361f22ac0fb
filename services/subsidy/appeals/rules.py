"""Appeals: what can be appealed against and until when, who decides, and how a rejected claim is opened again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.subsidy.claims.rules.claims import (
    Claim,
    fact_of,
    moved,
)
from services.subsidy.claims.rules.lines import Line
from services.subsidy.claims.rules.states import ClaimVerb
from shared.contracts.subsidy.claims import ClaimReopened, ClaimStatus
from shared.kernel.callers import Caller
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Forbidden, Invalid, NotFound


class AppealSubject(StrEnum):
    REJECTION = "rejection"
    """Of the whole claim."""
    LINE = "line"
    """A line that pays nothing."""
    RECOVERY = "recovery"
    """Of a line that was paid."""


class AppealStatus(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    DENIED = "denied"


class AppealVerb(StrEnum):
    GRANT = "grant"
    DENY = "deny"


MOVES: Final[Mapping[AppealStatus, Mapping[AppealVerb, AppealStatus]]] = {
    AppealStatus.OPEN: {AppealVerb.GRANT: AppealStatus.GRANTED, AppealVerb.DENY: AppealStatus.DENIED},
    AppealStatus.GRANTED: {},
    AppealStatus.DENIED: {},
}
WHY_FINAL: Final = {
    AppealStatus.GRANTED: "What was granted is reviewed again, or takes two more people, so no single click pays.",
    AppealStatus.DENIED: "It can be appealed again as long as the time for it lasts, and afterwards before a court.",
}


class NothingToAppeal(Conflict):
    """Facts: `state`, of the claim."""

    slug = "nothing-to-appeal"
    title_en = "There is no such decision to appeal against: the claim is {state}."
    title_zh = "没有可申诉的决定：该申领状态为 {state}。"
    cure_en = "Appeal against the rejection of a claim, a line without an amount, or a recovered line."
    cure_zh = "可申诉的事项：申领被驳回、明细不予补贴、补贴被追回。"


class AppealTooLate(Conflict):
    """Facts: `last_day`."""

    slug = "appeal-too-late"
    title_en = "The time to appeal against this decision is over."
    title_zh = "申诉期限已过。"
    cure_en = "The last day was {last_day}. A claim for what becomes due later is not affected by it."
    cure_zh = "申诉截止日为 {last_day}；之后符合条件的，可另行申领。"


class AppealUnspecific(Invalid):
    slug = "appeal-unspecific"
    title_en = "An appeal about a line or a recovery names the line; one about a rejection names none."
    title_zh = "针对明细或追回的申诉须注明明细编号；针对驳回的申诉不填明细编号。"
    cure_en = "Fill in `line`, or leave it out."
    cure_zh = "请填写或去掉 line。"


class NotTheRegionAbove(Forbidden):
    """Facts: `regions`, those that may decide."""

    slug = "not-the-region-above"
    title_en = "An appeal is decided by a region above the one that decided."
    title_zh = "申诉应由上级地区处理。"
    cure_en = "Ask a reviewer of one of these regions: {regions}."
    cure_zh = "请由下列地区的工作人员处理：{regions}。"


@dataclass(frozen=True)
class Appeal:
    """An appeal of the claim's institution, or of a person whom it concerns (`by_person`)."""

    id: UUID
    about: AppealSubject
    claim_id: UUID
    line: int | None
    institution_id: UUID
    region: str
    reporting_region: str
    by_person: bool
    reason: str
    filed_by: str
    filed_at: datetime
    due_on: date | None
    status: AppealStatus = AppealStatus.OPEN
    answer: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    version: int = 1

    def is_overdue(self, today: date) -> bool:
        return self.status is AppealStatus.OPEN and self.due_on is not None and self.due_on < today


def require_possible(
    claim: Claim,
    about: AppealSubject,
    number: int | None,
    *,
    rejected_on: date | None,
    days_max: int | None,
    today: date,
) -> None:
    """Check that there is such a decision, no more than `days_max` days ago; None: it has no end.

    Raises AppealUnspecific, NotFound, NothingToAppeal, AppealTooLate.
    """
    if (about is AppealSubject.REJECTION) is not (number is None):
        raise AppealUnspecific(pointer="/line")
    decided_on = _decided_on(claim, about, number, rejected_on=rejected_on)
    if decided_on is None:
        raise NothingToAppeal(state=claim.status.value)
    last = None if days_max is None else decided_on + timedelta(days=days_max)
    if last is not None and today > last:
        raise AppealTooLate(last_day=last.isoformat())


def line_of(claim: Claim, number: int | None) -> Line | None:
    """The line of an appeal; None for an appeal about the whole claim. Raises NotFound."""
    if number is None:
        return None
    line = next((each for each in claim.lines if each.line == number), None)
    if line is None:
        raise NotFound(pointer="/line", what="line", id=number)
    return line


def decide(
    appeal: Appeal,
    verb: AppealVerb,
    *,
    answer: str,
    region_and_above: Sequence[str],
    decided_before: Collection[str | None],
    caller: Caller,
    at: datetime,
) -> Appeal:
    """Grant or deny an open appeal, as a person of a region above the claim's.

    Raises IllegalMove, NotTheRegionAbove, SamePerson if the caller is one of those who decided what it is about.
    """
    status = move(MOVES, appeal.status, verb)
    above = region_and_above[1:] or region_and_above
    if caller.region not in above:
        raise NotTheRegionAbove(regions=list(above))
    require_another(caller.person, appeal.filed_by, *decided_before, rule="a decision and the appeal against it")
    return replace(
        appeal, status=status, answer=answer, decided_by=caller.person, decided_at=at, version=appeal.version + 1
    )


def reopen(claim: Claim, *, held_until: date | None, at: datetime) -> tuple[Claim, ClaimReopened]:
    """Open a rejected claim again for its institution, to be rebuilt and reviewed again. Raises IllegalMove.

    Its lines hold no subsidy before they are rebuilt.
    """
    after = replace(
        moved(claim, ClaimVerb.REOPEN),
        held_until=held_until,
        first_reviewed_by=None,
        second_reviewed_by=None,
        published_on=None,
        public_until=None,
    )
    return after, fact_of(ClaimReopened, after, at=at)


def _decided_on(claim: Claim, about: AppealSubject, number: int | None, *, rejected_on: date | None) -> date | None:
    """The day of the decision; None if there is none."""
    line = line_of(claim, number)
    match about:
        case AppealSubject.REJECTION:
            return rejected_on if claim.status is ClaimStatus.REJECTED else None
        case AppealSubject.LINE:
            assert line is not None, "checked before"
            return None if line.is_payable else line.stopped_on or claim.submitted_on
        case AppealSubject.RECOVERY:
            assert line is not None, "checked before"
            return line.recovered_on
