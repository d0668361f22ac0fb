"""Closings: an institution is proposed to be closed or taken over, another officer confirms it, and so the way back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from services.registry.directory.rules.institutions import Institution
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Invalid


class ClosingKind(StrEnum):
    CLOSURE = "closure"
    """It ends; nobody goes on with what it held, so nothing may be left open."""
    MERGER = "merger"
    """Another institution of the same owner goes on with what it held."""
    SUCCESSION = "succession"
    """The same school goes on under another credit code."""


class ClosingStatus(StrEnum):
    PROPOSED = "proposed"
    CLOSED = "closed"
    REVERSAL_PROPOSED = "reversal_proposed"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"


class ClosingVerb(StrEnum):
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    PROPOSE_REVERSAL = "propose_reversal"
    CONFIRM_REVERSAL = "confirm_reversal"
    WITHDRAW_REVERSAL = "withdraw_reversal"


PROPOSE: Final = "propose"
"""The step that made a closing, in addition to the verbs that move it."""

MOVES: Final[Mapping[ClosingStatus, Mapping[ClosingVerb, ClosingStatus]]] = {
    ClosingStatus.PROPOSED: {
        ClosingVerb.CONFIRM: ClosingStatus.CLOSED,
        ClosingVerb.WITHDRAW: ClosingStatus.WITHDRAWN,
    },
    ClosingStatus.CLOSED: {ClosingVerb.PROPOSE_REVERSAL: ClosingStatus.REVERSAL_PROPOSED},
    ClosingStatus.REVERSAL_PROPOSED: {
        ClosingVerb.CONFIRM_REVERSAL: ClosingStatus.REVERSED,
        ClosingVerb.WITHDRAW_REVERSAL: ClosingStatus.CLOSED,
    },
    ClosingStatus.WITHDRAWN: {},
    ClosingStatus.REVERSED: {},
}

WHY_FINAL: Final = {
    ClosingStatus.WITHDRAWN: "Nothing was closed, and the same closing can be proposed again.",
    ClosingStatus.REVERSED: "The institution acts again; a closing of its own closes it once more.",
}


class SuccessorNeeded(Invalid):
    slug = "successor-needed"
    title_en = "A merger or succession names the institution that goes on; a closure names none."
    title_zh = "合并或承接须填写承接机构，注销则不填。"
    cure_en = "Name the successor, or choose the kind of closing without one."
    cure_zh = "请填写承接机构，或改选不需要承接机构的类型。"


class SuccessorClosed(Conflict):
    slug = "successor-closed"
    title_en = "The successor is closed itself, or is the institution that is to be closed."
    title_zh = "承接机构本身已注销，或与被注销机构相同。"
    cure_en = "Name an open institution, such as the one that has taken over the successor."
    cure_zh = "请填写正常开办的机构，例如接替该承接机构的机构。"


class OwnersDiffer(Conflict):
    slug = "owners-differ"
    title_en = "The two institutions are not known to have the same owner."
    title_zh = "两家机构登记的法定代表人不同，或尚未登记。"
    cure_en = "Enter the owner of both first. If the school goes on under another owner, record a succession."
    cure_zh = "请先登记两家机构的法定代表人；由他人接办的，请按承接办理。"


class ClosedAlready(Conflict):
    """Facts: `closing` (None if it was closed otherwise)."""

    slug = "closed-already"
    title_en = "The institution is closed, or its closing is proposed already."
    title_zh = "该机构已注销，或已有待确认的注销、合并申请。"
    cure_en = "Confirm, withdraw or reverse that closing ({closing}) instead."
    cure_zh = "请对已有记录（{closing}）办理确认、撤回或恢复。"


class ClosingAhead(Conflict):
    """Facts: `possible_from`."""

    slug = "closing-ahead"
    title_en = "The closing is proposed for a later day."
    title_zh = "注销或合并的生效日期未到。"
    cure_en = "Confirm it on {possible_from} or later, when everything that is open by then is known."
    cure_zh = "请于 {possible_from} 当日或之后确认。"


class ClassesOpen(Conflict):
    """Facts: `classes`, some of the ids."""

    slug = "classes-open"
    title_en = "The institution has classes that are neither completed nor cancelled."
    title_zh = "该机构仍有未结班或未取消的班级。"
    cure_en = "Complete or cancel these classes first, or name a successor that goes on with them: {classes}."
    cure_zh = "请先将以下班级结班或取消，或指定承接机构：{classes}。"


@dataclass(frozen=True)
class Carried:
    """What a closing changed, so that its reversal can change it back.

    `listings` were ended and `engagements` too, with their last days before (None: without an end);
    `opened_listings` and `imposed_sanctions` are those of the successor that replaced the institution's own.
    """

    listings: Mapping[str, str | None] = field(default_factory=dict)
    engagements: Mapping[str, str | None] = field(default_factory=dict)
    opened_listings: Collection[str] = ()
    imposed_sanctions: Collection[str] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "listings": dict(self.listings),
            "engagements": dict(self.engagements),
            "opened_listings": list(self.opened_listings),
            "imposed_sanctions": list(self.imposed_sanctions),
        }


@dataclass(frozen=True)
class Closing:
    """`from_on` is the first day on which the institution is closed; `proposed_by` made the proposal that stands."""

    id: UUID
    institution_id: UUID
    successor_id: UUID | None
    kind: ClosingKind
    from_on: date
    reason: str
    proposed_by: str
    status: ClosingStatus = ClosingStatus.PROPOSED
    carried: Carried = field(default_factory=Carried)
    version: int = 1


@dataclass(frozen=True)
class ClosingEvent:
    """A step of a closing: who took it, when, and why."""

    id: UUID
    closing_id: UUID
    version: int
    verb: str
    done_by: str
    done_at: datetime
    said: str


def require_possible(kind: ClosingKind, institution: Institution, successor: Institution | None) -> None:
    """Raises SuccessorNeeded, SuccessorClosed, ClosedAlready, OwnersDiffer."""
    if (successor is None) is not (kind is ClosingKind.CLOSURE):
        raise SuccessorNeeded(pointer="/successor_id")
    if institution.closed_from is not None:
        raise ClosedAlready(closing=None)
    if successor is None:
        return
    if successor.id == institution.id or successor.closed_from is not None:
        raise SuccessorClosed(pointer="/successor_id")
    same_owner = institution.owner_mark is not None and institution.owner_mark == successor.owner_mark
    if kind is ClosingKind.MERGER and not same_owner:
        raise OwnersDiffer(pointer="/successor_id")


def require_none_open(classes: Collection[UUID]) -> None:
    """Check that an institution without a successor leaves no open `classes`. Raises ClassesOpen."""
    if classes:
        raise ClassesOpen(classes=[str(each) for each in classes])


def confirm(closing: Closing, *, by: str, today: date) -> Closing:
    """Close it. Raises IllegalMove, SamePerson if `by` proposed it, ClosingAhead before its day."""
    after = _second_person(closing, ClosingVerb.CONFIRM, by=by)
    if today < closing.from_on:
        raise ClosingAhead(possible_from=closing.from_on.isoformat())
    return after


def withdraw(closing: Closing) -> Closing:
    """Take a proposal back. Raises IllegalMove."""
    return _moved(closing, ClosingVerb.WITHDRAW)


def propose_reversal(closing: Closing, *, by: str) -> Closing:
    """Raises IllegalMove."""
    return replace(_moved(closing, ClosingVerb.PROPOSE_REVERSAL), proposed_by=by)


def confirm_reversal(closing: Closing, *, by: str) -> Closing:
    """Raises IllegalMove, SamePerson if `by` proposed the reversal."""
    return _second_person(closing, ClosingVerb.CONFIRM_REVERSAL, by=by)


def withdraw_reversal(closing: Closing) -> Closing:
    """Raises IllegalMove."""
    return _moved(closing, ClosingVerb.WITHDRAW_REVERSAL)


def _second_person(closing: Closing, verb: ClosingVerb, *, by: str) -> Closing:
    after = _moved(closing, verb)
    require_another(by, closing.proposed_by, rule="proposal and confirmation of a closing")
    return after


def _moved(closing: Closing, verb: ClosingVerb) -> Closing:
    return replace(closing, status=move(MOVES, closing.status, verb), version=closing.version + 1)
