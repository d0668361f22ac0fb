"""The ladder of sanctions: its steps, when one is imposed, lifted and reinstated, and which one holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar

from shared.contracts.dimensions import SanctionStep
from shared.dated_entries import endings, entries
from shared.dated_entries.endings import Ending
from shared.dated_entries.entries import DatedEntry
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move, reinstated
from shared.kernel.refusals import Conflict

S = TypeVar("S", bound="Sanction")

LADDER: Final = tuple(SanctionStep)
"""From the lowest step up; a higher step includes the prohibitions of the lower ones. Source: domain rules §4.6."""
STOPPING: Final = frozenset(LADDER[LADDER.index(SanctionStep.STOP) :])
"""Steps under which an institution cannot begin a class, and a body holds no exam."""
DELISTING: Final = frozenset(LADDER[LADDER.index(SanctionStep.DELIST) :])
"""Steps under which an institution cannot be listed for a project, nor an occupation be filed for a body."""


class SanctionStatus(StrEnum):
    IMPOSED = "imposed"
    LIFTED = "lifted"


class SanctionVerb(StrEnum):
    LIFT = "lift"


MOVES: Final[Mapping[SanctionStatus, Mapping[SanctionVerb, SanctionStatus]]] = {
    SanctionStatus.IMPOSED: {SanctionVerb.LIFT: SanctionStatus.LIFTED},
    SanctionStatus.LIFTED: {},
}

WAYS_BACK: Final = frozenset({SanctionStatus.LIFTED})


class SanctionStands(Conflict):
    """Facts: `sanction`, `first_on`, `last_on` of the existing one."""

    slug = "sanction-stands"
    title_en = "It is already under the same sanction on some of these days."
    title_zh = "该机构在所选时间内已有同级处罚，期间重叠。"
    cure_en = "Choose days outside the existing sanction ({first_on} to {last_on}), or lift that sanction first."
    cure_zh = "请避开已有处罚的期间（{first_on} 至 {last_on}），或先解除该处罚。"
    reference = "GET /docs"


class SanctionEnded(Conflict):
    """Facts: `last_on`."""

    slug = "sanction-ended"
    title_en = "The sanction already ends before that day."
    title_zh = "该处罚在所选日期之前已经到期。"
    cure_en = "You need not lift it."
    cure_zh = "无需解除。"


@dataclass(frozen=True, kw_only=True)
class Sanction(DatedEntry):
    """A step of the ladder; opened means imposed, ended means lifted."""

    step: SanctionStep
    reason: str

    @property
    def status(self) -> SanctionStatus:
        return SanctionStatus.IMPOSED if self.ended_by is None else SanctionStatus.LIFTED


def standing(sanctions: Iterable[S], *, day: date) -> S | None:
    """The highest of `sanctions` that holds on `day`."""
    in_force = (each for each in sanctions if each.stands_on(day))
    return max(in_force, key=lambda each: LADDER.index(each.step), default=None)


def stopping(sanctions: Iterable[S], *, day: date) -> S | None:
    """The highest of `sanctions` that holds on `day`, if it is a stop or more."""
    highest = standing(sanctions, day=day)
    return highest if highest is not None and highest.step in STOPPING else None


def impose(sanction: S, *, others: Iterable[S]) -> S:
    """The new `sanction` (version 1). A talk without a last day ends on its first day.

    Raises PeriodEndsBeforeStart, SanctionStands.
    """
    if sanction.step is SanctionStep.TALK and sanction.last_on is None:
        sanction = replace(sanction, last_on=sanction.first_on)
    _require_alone(sanction, others)
    return sanction


def lift(sanction: S, *, from_on: date, by: str, reason: str, at: datetime) -> S:
    """End `sanction` on the day before `from_on`.

    Raises IllegalMove, SanctionEnded, or SamePerson if `by` imposed it.
    """
    move(MOVES, sanction.status, SanctionVerb.LIFT)
    require_another(by, sanction.opened_by, rule="imposing and lifting of a sanction")
    return entries.end(sanction, from_on=from_on, by=by, reason=reason, at=at, ended=SanctionEnded)


def give_back(sanction: S, *, from_on: date, by: str, reason: str, at: datetime) -> S:
    """End a `sanction` that came with a succession, because the succession is reversed; see `lift` for any other.

    Raises IllegalMove, SanctionEnded.
    """
    move(MOVES, sanction.status, SanctionVerb.LIFT)
    return entries.end(sanction, from_on=from_on, by=by, reason=reason, at=at, ended=SanctionEnded)


def reinstate(sanction: S, ending: Ending | None, *, others: Iterable[S]) -> S:
    """Take back the lifting (`ending`) of `sanction`: it holds to its former last day.

    Raises IllegalMove, NotEnded, SanctionStands.
    """
    reinstated(WAYS_BACK, sanction.status, SanctionStatus.IMPOSED)
    after = endings.reopen(sanction, ending)
    _require_alone(after, others)
    return after


def _require_alone(sanction: S, others: Iterable[S]) -> None:
    same_step = [each for each in others if each.step is sanction.step and each.id != sanction.id]
    stands = entries.overlapped(sanction, same_step)
    if stands is not None:
        raise SanctionStands(sanction=str(stands.id), **stands.days())
