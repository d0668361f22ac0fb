"""The ladder of sanctions: what was imposed on an institution, and what it may not do meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from services.registry.directory.rules import dated_entries, endings
from services.registry.directory.rules.dated_entries import DatedEntry
from services.registry.directory.rules.endings import Ending
from services.registry.directory.rules.institutions import Institution
from shared.contracts.registry.directory import SanctionImposed, SanctionLifted, SanctionState, SanctionStep
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move, reinstated
from shared.kernel.periods import Period, business_day
from shared.kernel.refusals import Conflict

F = TypeVar("F", bound=SanctionState)

LADDER: Final = tuple(SanctionStep)
"""From the lowest step up; a higher step includes the prohibitions of the lower ones. Source: domain rules §4.6."""
STOPPING: Final = frozenset(LADDER[LADDER.index(SanctionStep.STOP) :])
"""Steps under which the institution cannot begin a class."""
DELISTING: Final = frozenset(LADDER[LADDER.index(SanctionStep.DELIST) :])
"""Steps under which the institution cannot be listed for any project."""


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


class InstitutionStopped(Conflict):
    """Facts: `step`, `day`, `first_on`, `last_on` (None: until it is lifted)."""

    slug = "institution-stopped"
    title_en = "The institution is under a sanction on that day and cannot begin a class."
    title_zh = "该机构在所涉日期处于处罚期内，不得开办新班。"
    cure_en = (
        "Wait until the sanction ({step}, {first_on} to {last_on}) ends or is lifted; ask the county what it "
        "requires for lifting it."
    )
    cure_zh = "请待处罚（{step}，{first_on} 至 {last_on}）到期或解除后再报备；解除条件请咨询县区主管部门。"
    check = "C25"


class InstitutionDelisted(Conflict):
    """Facts: `step`, `first_on`, `last_on` (None: until it is lifted)."""

    slug = "institution-delisted"
    title_en = "The institution is delisted on some of these days."
    title_zh = "该机构在所选时间内已被移出目录或列入黑名单。"
    cure_en = "Choose days outside the sanction ({step}, {first_on} to {last_on}), or have the sanction lifted first."
    cure_zh = "请避开处罚期间（{step}，{first_on} 至 {last_on}），或先解除该处罚。"
    check = "C25"


class SanctionStands(Conflict):
    """Facts: `sanction`, `first_on`, `last_on` of the existing one."""

    slug = "sanction-stands"
    title_en = "The institution is already under the same sanction on some of these days."
    title_zh = "该机构在所选时间内已有同级处罚，期间重叠。"
    cure_en = "Choose days outside the existing sanction ({first_on} to {last_on}), or lift that sanction first."
    cure_zh = "请避开已有处罚的期间（{first_on} 至 {last_on}），或先解除该处罚。"
    reference = "POST /v1/institutions/…/sanctions/{sanction}/lifting"


class SanctionEnded(Conflict):
    """Facts: `last_on`."""

    slug = "sanction-ended"
    title_en = "The sanction already ends before that day."
    title_zh = "该处罚在所选日期之前已经到期。"
    cure_en = "You need not lift it."
    cure_zh = "无需解除。"


@dataclass(frozen=True, kw_only=True)
class Sanction(DatedEntry):
    """A step of the ladder against an institution; opened means imposed, ended means lifted."""

    institution_id: UUID
    step: SanctionStep
    reason: str

    @property
    def status(self) -> SanctionStatus:
        return SanctionStatus.IMPOSED if self.ended_by is None else SanctionStatus.LIFTED


def standing(sanctions: Iterable[Sanction], *, day: date) -> Sanction | None:
    """The highest of `sanctions` that holds on `day`."""
    in_force = (each for each in sanctions if each.stands_on(day))
    return max(in_force, key=lambda each: LADDER.index(each.step), default=None)


def require_not_stopped(sanctions: Iterable[Sanction], *, day: date) -> None:
    """Check that an institution with `sanctions` may begin a class on `day`, subsidised or not.

    Raises InstitutionStopped. Source: domain rules §4.6 C25.
    """
    highest = standing(sanctions, day=day)
    if highest is not None and highest.step in STOPPING:
        raise InstitutionStopped(step=highest.step.value, day=day.isoformat(), **highest.days())


def require_not_delisted(sanctions: Iterable[Sanction], period: Period) -> None:
    """Check that an institution with `sanctions` can be listed in all of `period`. Raises InstitutionDelisted."""
    for each in sanctions:
        if each.step in DELISTING and each.meets(period):
            raise InstitutionDelisted(step=each.step.value, **each.days())


def impose(
    sanction: Sanction, institution: Institution, *, others: Iterable[Sanction], at: datetime
) -> tuple[Sanction, SanctionImposed]:
    """The new `sanction` (version 1) on `institution` and its fact. A talk without a last day ends on its first day.

    Raises PeriodEndsBeforeStart, SanctionStands.
    """
    if sanction.step is SanctionStep.TALK and sanction.last_on is None:
        sanction = replace(sanction, last_on=sanction.first_on)
    _require_alone(sanction, others)
    return sanction, _fact(SanctionImposed, sanction, institution, at=at)


def lift(
    sanction: Sanction, institution: Institution, *, from_on: date, by: str, reason: str, at: datetime
) -> tuple[Sanction, SanctionLifted]:
    """End `sanction` on the day before `from_on`.

    Raises IllegalMove, SanctionEnded, or SamePerson if `by` imposed it.
    """
    move(MOVES, sanction.status, SanctionVerb.LIFT)
    require_another(by, sanction.opened_by, rule="imposing and lifting of a sanction")
    after = dated_entries.end(sanction, from_on=from_on, by=by, reason=reason, at=at, ended=SanctionEnded)
    return after, _fact(SanctionLifted, after, institution, at=at)


def give_back(
    sanction: Sanction, institution: Institution, *, from_on: date, by: str, reason: str, at: datetime
) -> tuple[Sanction, SanctionLifted]:
    """End a `sanction` that came with a succession, because the succession is reversed; see `lift` for any other.

    Raises IllegalMove, SanctionEnded.
    """
    move(MOVES, sanction.status, SanctionVerb.LIFT)
    after = dated_entries.end(sanction, from_on=from_on, by=by, reason=reason, at=at, ended=SanctionEnded)
    return after, _fact(SanctionLifted, after, institution, at=at)


def reinstate(
    sanction: Sanction, institution: Institution, ending: Ending | None, *, others: Iterable[Sanction], at: datetime
) -> tuple[Sanction, SanctionImposed]:
    """Take back the lifting (`ending`) of `sanction`: it holds to its former last day.

    Raises IllegalMove, NotEnded, SanctionStands.
    """
    reinstated(WAYS_BACK, sanction.status, SanctionStatus.IMPOSED)
    after = endings.reopen(sanction, ending)
    _require_alone(after, others)
    return after, _fact(SanctionImposed, after, institution, at=at)


def _require_alone(sanction: Sanction, others: Iterable[Sanction]) -> None:
    same_step = [each for each in others if each.step is sanction.step and each.id != sanction.id]
    stands = dated_entries.overlapped(sanction, same_step)
    if stands is not None:
        raise SanctionStands(sanction=str(stands.id), **stands.days())


def _fact(fact: type[F], sanction: Sanction, institution: Institution, *, at: datetime) -> F:
    return fact(
        subject=f"sanctions/{sanction.id}",
        version=sanction.version,
        at=at,
        sanction_id=sanction.id,
        institution_id=sanction.institution_id,
        region=institution.region,
        reporting_region=institution.reporting_region,
        step=sanction.step,
        first_on=sanction.first_on,
        last_on=sanction.last_on,
        stops=sanction.step in STOPPING,
        imposed_on=business_day(sanction.opened_at),
    )
