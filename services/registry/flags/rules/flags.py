"""Flags: something looks wrong and an officer has to examine it; nothing is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from services.registry.flags.rules.kinds import KINDS, FlagKind
from shared.contracts.dimensions import FundSource, award_fields
from shared.contracts.registry.flags import FlagRaised, FlagReopened, FlagSettled, FlagState, FlagStatus
from shared.kernel.awards import Award
from shared.kernel.moves import move
from shared.kernel.outcomes import RowWarning
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict

F = TypeVar("F", bound=FlagState)


class FlagVerb(StrEnum):
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    REOPEN = "reopen"


ASSIGN: Final = "assign"
"""The step that gives a flag to a person; it changes no state, so it is no verb."""

MOVES: Final[Mapping[FlagStatus, Mapping[FlagVerb, FlagStatus]]] = {
    FlagStatus.OPEN: {
        FlagVerb.UPHOLD: FlagStatus.UPHELD,
        FlagVerb.DISMISS: FlagStatus.DISMISSED,
    },
    FlagStatus.UPHELD: {FlagVerb.REOPEN: FlagStatus.OPEN},
    FlagStatus.DISMISSED: {FlagVerb.REOPEN: FlagStatus.OPEN},
}


class FlagSettledAlready(Conflict):
    slug = "flag-settled-already"
    title_en = "The flag is settled, so there is nothing left to do about it."
    title_zh = "该预警已处理完毕，无需再指派人员。"
    cure_en = "If it has to be examined again, reopen it with a reason first."
    cure_zh = "如需重新核查，请先说明理由并重新打开。"


@dataclass(frozen=True, kw_only=True)
class Observation:
    """An observation of a rule. `kind` and `seen` identify the flag, however often it is observed.

    `holds`: a claim waits for the settlement. `facts` are JSON values without personal data.
    """

    check: str
    kind: FlagKind
    seen: str
    region: str
    reporting_region: str
    institution_id: UUID | None = None
    class_id: UUID | None = None
    enrolment_id: UUID | None = None
    person: UUID | None = None
    programme: str | None = None
    occupation: str | None = None
    award: Award | None = None
    fund_source: FundSource | None = None
    holds: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title_en(self) -> str:
        return KINDS[self.kind].title_en

    @property
    def title_zh(self) -> str:
        return KINDS[self.kind].title_zh


def see(kind: FlagKind, seen: str, **about: Any) -> Observation:
    """An observation with the check and `holds` of its `kind`; `about` gives the other fields."""
    return Observation(check=KINDS[kind].check, kind=kind, seen=seen, holds=KINDS[kind].holds, **about)


def warning_of(seen: Observation, *, pointer: str) -> RowWarning:
    """The warning in the answer to a row; `pointer` is the field that looks odd."""
    return RowWarning(seen.kind, seen.check, seen.title_en, seen.title_zh, seen.facts, pointer)


@dataclass(frozen=True, kw_only=True)
class Flag(Observation):
    """Its owner is its region, and the person in `assigned_to` if there is one; `due_on` is the last day in time.

    `due_on` is None where no policy row says how many days an officer has.
    """

    id: UUID
    raised_at: datetime
    due_on: date | None = None
    assigned_to: str | None = None
    status: FlagStatus = FlagStatus.OPEN
    settled_by: str | None = None
    settled_at: datetime | None = None
    settling_reason: str | None = None
    version: int = 1

    @property
    def is_confidential(self) -> bool:
        return KINDS[self.kind].is_confidential

    def is_overdue(self, today: date) -> bool:
        return self.status is FlagStatus.OPEN and self.due_on is not None and self.due_on < today


@dataclass(frozen=True)
class FlagEvent:
    """A step of a flag after it was raised: who took it, when and why, and whose the flag was after it."""

    id: UUID
    flag_id: UUID
    verb: str
    done_by: str
    done_at: datetime
    said: str
    assigned_to: str | None


def raise_(seen: Observation, *, id_: UUID, due_on: date | None, at: datetime) -> Flag:
    """The open flag for the observation `seen`, to be settled by the day `due_on`."""
    values = {name: getattr(seen, name) for name in Observation.__dataclass_fields__}
    return Flag(**values, id=id_, raised_at=at, due_on=due_on)


def raised(flag: Flag) -> FlagRaised:
    """The fact that a new `flag` was raised."""
    return _fact(FlagRaised, flag, at=flag.raised_at)


def settle(flag: Flag, verb: FlagVerb, *, by: str, reason: str, at: datetime) -> tuple[Flag, FlagSettled]:
    """Uphold or dismiss an open flag. Raises IllegalMove."""
    after = replace(
        flag,
        status=move(MOVES, flag.status, verb),
        settled_by=by,
        settled_at=at,
        settling_reason=reason,
        version=flag.version + 1,
    )
    return after, _fact(FlagSettled, after, at=at)


def reopen(flag: Flag, *, due_on: date | None, at: datetime) -> tuple[Flag, FlagReopened]:
    """Open a settled flag again, to be settled by the day `due_on`. Raises IllegalMove."""
    after = replace(
        flag,
        status=move(MOVES, flag.status, FlagVerb.REOPEN),
        due_on=due_on,
        settled_by=None,
        settled_at=None,
        settling_reason=None,
        version=flag.version + 1,
    )
    return after, _fact(FlagReopened, after, at=at)


def _fact(fact: type[F], flag: Flag, *, at: datetime) -> F:
    return fact(
        subject=f"flags/{flag.id}",
        version=flag.version,
        at=at,
        flag_id=flag.id,
        check=flag.check,
        kind=flag.kind,
        institution_id=flag.institution_id,
        class_id=flag.class_id,
        enrolment_id=flag.enrolment_id,
        person=flag.person,
        region=flag.region,
        reporting_region=flag.reporting_region,
        holds=flag.holds,
        status=flag.status,
        programme=flag.programme,
        occupation=flag.occupation,
        **award_fields(flag.award),
        fund_source=flag.fund_source,
        raised_on=business_day(flag.raised_at),
        due_on=flag.due_on,
        is_confidential=flag.is_confidential,
    )
