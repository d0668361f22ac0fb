"""Flags about exams: an officer examines each by a day, and says what came of it. Only those that hold stop anything.

They have no facts: nobody outside hears of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.assessment.supervision.rules.kinds import KINDS, FlagKind
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Invalid


class FlagStatus(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class FlagVerb(StrEnum):
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    REOPEN = "reopen"


ASSIGN: Final = "assign"
"""The step that gives a flag to a person; it changes no state, so it is no verb."""

MOVES: Final[Mapping[FlagStatus, Mapping[FlagVerb, FlagStatus]]] = {
    FlagStatus.OPEN: {FlagVerb.UPHOLD: FlagStatus.UPHELD, FlagVerb.DISMISS: FlagStatus.DISMISSED},
    FlagStatus.UPHELD: {FlagVerb.REOPEN: FlagStatus.OPEN},
    FlagStatus.DISMISSED: {FlagVerb.REOPEN: FlagStatus.OPEN},
}


class ExamFlagSettled(Conflict):
    slug = "exam-flag-settled"
    title_en = "The flag is settled, so it is nobody's task any more."
    title_zh = "该预警已处理完毕，无需再指派人员。"
    cure_en = "If it has to be examined again, reopen it with a reason first."
    cure_zh = "如需重新核查，请先说明理由并重新打开。"


class SessionHeld(Conflict):
    """Facts: `flag_id`."""

    slug = "session-held"
    title_en = "An inspection of the session found something that is not settled yet."
    title_zh = "本场考试检查发现的问题尚未处理完毕。"
    cure_en = "Ask the authority: the session goes on once flag {flag_id} is dismissed."
    cure_zh = "请联系主管部门：预警 {flag_id} 撤销后方可继续办理。"
    reference = "GET /v1/exam-flags/{flag_id}"


class RatesTooLong(Invalid):
    """Facts: `days_max`."""

    slug = "exam-flag-rates-too-long"
    title_en = "The period is longer than one answer can cover."
    title_zh = "查询的日期范围过长。"
    cure_en = "Request at most {days_max} days at once."
    cure_zh = "一次最多查询 {days_max} 天。"


@dataclass(frozen=True, kw_only=True)
class ExamFlag:
    """A flag about a session and its body. Its owner is its region, and `assigned_to` among the officers there."""

    id: UUID
    kind: FlagKind
    session_id: UUID
    body_id: UUID
    region: str
    reporting_region: str
    holds: bool
    facts: Mapping[str, Any]
    raised_at: datetime
    due_on: date
    assigned_to: str | None = None
    status: FlagStatus = FlagStatus.OPEN
    settled_by: str | None = None
    settled_at: datetime | None = None
    settling_reason: str | None = None
    version: int = 1

    @property
    def check(self) -> str:
        return KINDS[self.kind].check


class FlagStep(NamedTuple):
    """A step of a flag after it was raised."""

    flag_id: UUID
    version: int
    verb: str
    by: str
    at: datetime
    reason: str
    assigned_to: str | None


class HitRate(NamedTuple):
    """What became of the flags of one kind; the share is of the settled ones, in thousandths, rounded down."""

    kind: FlagKind
    raised: int
    upheld: int
    dismissed: int
    open: int
    overdue: int

    @property
    def upheld_permille(self) -> int | None:
        settled = self.upheld + self.dismissed
        return self.upheld * 1000 // settled if settled else None


def settle(flag: ExamFlag, verb: FlagVerb, *, by: str, reason: str, at: datetime) -> ExamFlag:
    """Uphold or dismiss an open flag. Raises IllegalMove."""
    return replace(
        flag,
        status=move(MOVES, flag.status, verb),
        settled_by=by,
        settled_at=at,
        settling_reason=reason,
        version=flag.version + 1,
    )


def reopen(flag: ExamFlag, *, due_on: date) -> ExamFlag:
    """Open a settled flag again, to be settled by `due_on`. Raises IllegalMove."""
    return replace(
        flag,
        status=move(MOVES, flag.status, FlagVerb.REOPEN),
        due_on=due_on,
        settled_by=None,
        settled_at=None,
        settling_reason=None,
        version=flag.version + 1,
    )


def assign(flag: ExamFlag, person: str | None) -> ExamFlag:
    """Give an open flag to `person`, or back to its region. Raises ExamFlagSettled."""
    if flag.status is not FlagStatus.OPEN:
        raise ExamFlagSettled
    return replace(flag, assigned_to=person, version=flag.version + 1)
