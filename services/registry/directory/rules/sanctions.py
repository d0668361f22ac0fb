"""Sanctions on institutions: what was imposed on one, and what it may not do meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.registry.directory.rules.institutions import Institution
from shared.contracts.registry.directory import SanctionImposed, SanctionLifted, SanctionState
from shared.kernel.periods import Period, business_day
from shared.kernel.refusals import Conflict
from shared.sanctions import rules as ladder
from shared.sanctions.rules import DELISTING, STOPPING, SanctionStatus


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


@dataclass(frozen=True, kw_only=True)
class Sanction(ladder.Sanction):
    """A step of the ladder against an institution."""

    institution_id: UUID


def require_not_stopped(sanctions: Iterable[Sanction], *, day: date) -> None:
    """Check that an institution with `sanctions` may begin a class on `day`, subsidised or not.

    Raises InstitutionStopped. Source: domain rules §4.6 C25.
    """
    highest = ladder.stopping(sanctions, day=day)
    if highest is not None:
        raise InstitutionStopped(step=highest.step.value, day=day.isoformat(), **highest.days())


def require_not_delisted(sanctions: Iterable[Sanction], period: Period) -> None:
    """Check that an institution with `sanctions` can be listed in all of `period`. Raises InstitutionDelisted."""
    for each in sanctions:
        if each.step in DELISTING and each.meets(period):
            raise InstitutionDelisted(step=each.step.value, **each.days())


def tell(sanction: Sanction, institution: Institution, *, at: datetime) -> SanctionState:
    """The fact of what was done with `sanction` on `institution`: it was imposed, also again, or lifted."""
    cls = SanctionImposed if sanction.status is SanctionStatus.IMPOSED else SanctionLifted
    return cls(
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
