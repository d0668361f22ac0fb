"""Closings of bodies: when one may be closed, who may take it over, and what goes with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.assessment.bodies.rules.bodies import Body, BodyKind
from services.assessment.bodies.rules.sanctions import BodySanction
from services.assessment.bodies.rules.scope import OF_EMPLOYERS, ScopeEntry
from shared.contracts.dimensions import SanctionStep
from shared.kernel.periods import Period
from shared.kernel.refusals import Conflict
from shared.sanctions.rules import DELISTING

CLOSING: Final = "closing"
REVERSAL: Final = "closing-reversal"
"""The kinds of the proposals that ask to close a body, and to open it again."""


class BodyClosedAlready(Conflict):
    slug = "body-closed-already"
    title_en = "The body is closed already."
    title_zh = "该评价机构已注销或已被承接。"
    cure_en = "Reverse that closing first, if it was a mistake."
    cure_zh = "如属误办，请先办理恢复。"
    reference = "POST /v1/bodies/…/closing-reversal"


class BodyNotClosed(Conflict):
    slug = "body-not-closed"
    title_en = "The body is open, so there is no closing to reverse."
    title_zh = "该评价机构未注销，无需恢复。"
    cure_en = "Look the body up: its closed_from says since when it is closed."
    cure_zh = "请查询该机构的 closed_from。"
    reference = "GET /v1/bodies/…"


class BodySuccessorClosed(Conflict):
    slug = "body-successor-closed"
    title_en = "The successor is closed itself, or is the body that is to be closed."
    title_zh = "承接机构本身已注销，或与被注销机构相同。"
    cure_en = "Name an open body, such as the one that has taken over the successor."
    cure_zh = "请填写正常开办的机构，例如接替该承接机构的机构。"


class BodyClosingAhead(Conflict):
    """Facts: `possible_from`."""

    slug = "body-closing-ahead"
    title_en = "The closing is proposed for a later day."
    title_zh = "注销或承接的生效日期未到。"
    cure_en = "Confirm it on {possible_from} or later, when everything that is open by then is known."
    cure_zh = "请于 {possible_from} 当日或之后确认。"


class SessionsOpen(Conflict):
    """Facts: `sessions`, some of the ids."""

    slug = "sessions-open"
    title_en = "The body has sessions that are neither concluded nor cancelled."
    title_zh = "该机构仍有未结束或未取消的考试。"
    cure_en = "Conclude or cancel these sessions first, or name a successor that goes on with them: {sessions}."
    cure_zh = "请先将以下考试结束或取消，或指定承接机构：{sessions}。"


@dataclass(frozen=True)
class Carried:
    """What a closing changed, so that its reversal can change it back: ids of entries and sanctions.

    `ended` are the body's own; `opened` and `imposed` are the successor's, which replaced them.
    """

    ended: Collection[str] = ()
    opened: Collection[str] = ()
    imposed: Collection[str] = ()

    def as_json(self) -> dict[str, Any]:
        return {name: list(getattr(self, name)) for name in ("ended", "opened", "imposed")}


@dataclass(frozen=True)
class Closing:
    """A closing that was confirmed; its persons and reasons are those of the proposals. `id` is that of its own."""

    id: UUID
    body_id: UUID
    successor_id: UUID | None
    from_on: date
    carried: Carried = field(default_factory=Carried)
    reversed_by: UUID | None = None
    """The proposal that reversed it."""
    version: int = 1


def require_possible(body: Body, successor: Body | None) -> None:
    """Raises BodyClosedAlready, BodySuccessorClosed."""
    if body.closed_from is not None:
        raise BodyClosedAlready
    if successor is not None and (successor.id == body.id or successor.closed_from is not None):
        raise BodySuccessorClosed(pointer="/successor_id")


def require_due(from_on: date, *, today: date) -> None:
    """Raises BodyClosingAhead before the day."""
    if today < from_on:
        raise BodyClosingAhead(possible_from=from_on.isoformat())


def require_none_open(sessions: Collection[UUID]) -> None:
    """Check that a body without a successor leaves no open `sessions`. Raises SessionsOpen."""
    if sessions:
        raise SessionsOpen(sessions=[str(each) for each in sessions])


def inherited_scope(
    scope: Iterable[ScopeEntry],
    successor: Body,
    *,
    own: Collection[ScopeEntry],
    sanctions: Collection[BodySanction],
    from_on: date,
    by: str,
    at: datetime,
    next_id: Callable[[], UUID],
) -> list[ScopeEntry]:
    """The entries of a closed body that its successor gets: those that it does not have, while it is not delisted."""
    opened = []
    for each in scope:
        period = Period(max(from_on, each.first_on), each.last_on)
        has = any(
            (known.occupation, known.award) == (each.occupation, each.award) and known.meets(period) for known in own
        )
        barred = each.award in OF_EMPLOYERS and successor.kind is not BodyKind.EMPLOYER
        delisted = any(known.step in DELISTING and known.meets(period) for known in sanctions)
        if not (has or barred or delisted):
            opened.append(
                replace(
                    each,
                    id=next_id(),
                    body_id=successor.id,
                    first_on=period.first,
                    opened_by=by,
                    opened_at=at,
                    version=1,
                )
            )
    return opened


def inherited_sanctions(
    sanctions: Iterable[BodySanction],
    successor: Body,
    *,
    own: Collection[BodySanction],
    from_on: date,
    by: str,
    at: datetime,
    next_id: Callable[[], UUID],
) -> list[BodySanction]:
    """The sanctions of a closed body that its successor gets, where it is not under the same step already.

    Otherwise a new credit code would be the way out of them.
    """
    imposed = []
    for each in sanctions:
        period = Period(max(from_on, each.first_on), each.last_on)
        under = any(known.step is each.step and known.meets(period) for known in own)
        if each.step is not SanctionStep.TALK and not under:
            imposed.append(
                replace(
                    each,
                    id=next_id(),
                    body_id=successor.id,
                    first_on=period.first,
                    opened_by=by,
                    opened_at=at,
                    version=1,
                )
            )
    return imposed
