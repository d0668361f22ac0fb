"""Flags: something looks wrong and an officer has to examine it; nothing is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from services.registry.flags.rules.kinds import KINDS, FlagKind
from shared.contracts.dimensions import FundSource, award_fields
from shared.contracts.registry.flags import FlagRaised, FlagSettled, FlagState, FlagStatus
from shared.kernel.awards import Award
from shared.kernel.moves import move
from shared.kernel.outcomes import RowWarning

F = TypeVar("F", bound=FlagState)


class FlagVerb(StrEnum):
    UPHOLD = "uphold"
    DISMISS = "dismiss"


MOVES: Final[Mapping[FlagStatus, Mapping[FlagVerb, FlagStatus]]] = {
    FlagStatus.OPEN: {
        FlagVerb.UPHOLD: FlagStatus.UPHELD,
        FlagVerb.DISMISS: FlagStatus.DISMISSED,
    },
    FlagStatus.UPHELD: {},
    FlagStatus.DISMISSED: {},
}


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
    id: UUID
    raised_at: datetime
    status: FlagStatus = FlagStatus.OPEN
    settled_by: str | None = None
    settled_at: datetime | None = None
    settling_reason: str | None = None
    version: int = 1


def raise_(seen: Observation, *, id_: UUID, at: datetime) -> Flag:
    """The open flag for the observation `seen`."""
    values = {name: getattr(seen, name) for name in Observation.__dataclass_fields__}
    return Flag(**values, id=id_, raised_at=at)


def raised(flag: Flag) -> FlagRaised:
    """The fact that a new `flag` was raised."""
    return _fact(FlagRaised, flag, at=flag.raised_at)


def settle(flag: Flag, verb: FlagVerb, *, by: str, reason: str, at: datetime) -> tuple[Flag, FlagSettled]:
    """Uphold or dismiss an open flag; this is final. Raises IllegalMove."""
    after = replace(
        flag,
        status=move(MOVES, flag.status, verb),
        settled_by=by,
        settled_at=at,
        settling_reason=reason,
        version=flag.version + 1,
    )
    return after, _fact(FlagSettled, after, at=at)


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
    )
