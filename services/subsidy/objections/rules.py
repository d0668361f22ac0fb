"""Objections to lines of a claim: when they stop the line, who answers them, and what an answer leads to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.subsidy.claims.rules.claims import (
    Claim,
    fact_of,
    moved,
)
from services.subsidy.claims.rules.states import (
    PUBLIC,
    ClaimVerb,
)
from shared.contracts.subsidy.claims import ClaimObjected, ClaimObjectionAnswered, ClaimStatus
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict, NotFound


class ObjectionStatus(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    OVERTURNED = "overturned"
    """It was upheld, and the appeal of the institution against that was granted."""


class ObjectionVerb(StrEnum):
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    OVERTURN = "overturn"


MOVES: Final[Mapping[ObjectionStatus, Mapping[ObjectionVerb, ObjectionStatus]]] = {
    ObjectionStatus.OPEN: {
        ObjectionVerb.UPHOLD: ObjectionStatus.UPHELD,
        ObjectionVerb.DISMISS: ObjectionStatus.DISMISSED,
    },
    ObjectionStatus.UPHELD: {ObjectionVerb.OVERTURN: ObjectionStatus.OVERTURNED},
    ObjectionStatus.DISMISSED: {},
    ObjectionStatus.OVERTURNED: {},
}
WHY_FINAL: Final = {
    ObjectionStatus.DISMISSED: "The line can be objected to again, also after the payment; then it is answered again.",
    ObjectionStatus.OVERTURNED: "The region above decided it on appeal. A new objection is answered on its own.",
}


class ObjectionPointless(Conflict):
    """Facts: `state`, the state of the claim."""

    slug = "objection-pointless"
    title_en = "Nothing is paid for this line, so there is nothing to object to."
    title_zh = "该明细不予补贴，无需提出异议。"
    cure_en = "The claim is {state}. If it is claimed for again, it is made public again, and you can object then."
    cure_zh = "该申领状态为 {state}；如再次申领，将重新公示，届时可以提出异议。"


@dataclass(frozen=True)
class Objection:
    """An objection to a line; its words and the objector's contact are stored apart, encrypted.

    It is answered by reviewers of `region` or above by `due_on`. One that is `late`, after the publicity, stops nothing
    until it is upheld. `receipt_mark` is the keyed hash of the receipt; the contact is erased on `erase_contact_on`.
    """

    id: UUID
    receipt_mark: UUID
    claim_id: UUID
    line: int
    enrolment_id: UUID
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    received_at: datetime
    late: bool
    due_on: date | None
    erase_contact_on: date | None
    status: ObjectionStatus = ObjectionStatus.OPEN
    reason: str | None = None
    """The reviewer's reason, for the file."""
    answer: str | None = None
    """What the objector reads."""
    answered_by: str | None = None
    answered_at: datetime | None = None
    version: int = 1

    def is_overdue(self, today: date) -> bool:
        return self.status is ObjectionStatus.OPEN and self.due_on is not None and self.due_on < today


def is_late(claim: Claim, number: int, *, today: date) -> bool:
    """Whether an objection to the line `number` comes after the publicity of `claim`.

    Raises NotFound for what was never public, ObjectionPointless for what is not paid.
    """
    line = next((each for each in claim.lines if each.line == number), None)
    if claim.public_until is None:
        raise NotFound(what="public claim", id=claim.id)
    if line is None:
        raise NotFound(pointer="/line", what="line", id=number)
    is_dead = claim.status in (ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN, ClaimStatus.RECOVERED)
    if is_dead or not line.is_payable or line.recovered_on is not None:
        raise ObjectionPointless(state=claim.status.value)
    return claim.status not in PUBLIC or today > claim.public_until


def object_(claim: Claim, objection: Objection, *, at: datetime) -> tuple[Claim, ClaimObjected]:
    """The claim waits for the answer to an objection that came in time. Raises IllegalMove."""
    due_on = claim.due_on if claim.status is ClaimStatus.OBJECTED else objection.due_on
    after = replace(moved(claim, ClaimVerb.OBJECT), due_on=due_on)
    return after, fact_of(ClaimObjected, after, at=at)


def answer(
    objection: Objection,
    verb: ObjectionVerb,
    *,
    decided_by: Collection[str | None],
    reason: str,
    text: str,
    by: str,
    at: datetime,
) -> Objection:
    """Answer an open objection, with a reason for the file and a text for the objector.

    Raises IllegalMove, SamePerson if `by` is one of those who prepared or reviewed the claim.
    """
    status = move(MOVES, objection.status, verb)
    require_another(by, *decided_by, rule="preparation or review of a claim and the answer to an objection")
    return replace(
        objection,
        status=status,
        reason=reason,
        answer=text,
        answered_by=by,
        answered_at=at,
        version=objection.version + 1,
    )


def overturn(objection: Objection) -> Objection:
    """Take back that an objection was upheld, as the appeal against it was granted. Raises IllegalMove."""
    status = move(MOVES, objection.status, ObjectionVerb.OVERTURN)
    return replace(objection, status=status, version=objection.version + 1)


def answered(
    claim: Claim, *, open_due_on: Collection[date | None], approval_due_on: date | None, at: datetime
) -> tuple[Claim, ClaimObjectionAnswered]:
    """The claim after one of its objections was answered; the others that are open are due on `open_due_on`.

    Without others it is public again, until its last day, and then approved. Raises IllegalMove.
    """
    verb = ClaimVerb.ANSWER_OBJECTION if open_due_on else ClaimVerb.SETTLE_OBJECTION
    days = [each for each in open_due_on if each is not None]
    due_on = (min(days) if days else None) if open_due_on else _later(approval_due_on, business_day(at))
    after = replace(moved(claim, verb), due_on=due_on)
    return after, fact_of(ClaimObjectionAnswered, after, at=at)


def _later(due_on: date | None, today: date) -> date | None:
    """An answer that came after the publicity leaves the day on which it is given for the approval."""
    return None if due_on is None else max(due_on, today)
