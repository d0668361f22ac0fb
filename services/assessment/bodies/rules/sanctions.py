"""Sanctions on assessment bodies: while a stop or more holds, none of their exams is held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.assessment.bodies.rules.bodies import Body
from shared.contracts.assessment import BodySanctionImposed, BodySanctionLifted, BodySanctionState
from shared.kernel.periods import Period, business_day
from shared.kernel.refusals import Conflict
from shared.sanctions import rules as ladder
from shared.sanctions.rules import DELISTING, STOPPING, SanctionStatus


class BodyStopped(Conflict):
    """Facts: `step`, `day`, `first_on`, `last_on` (None: until it is lifted)."""

    slug = "body-stopped"
    title_en = "The body is under a sanction on the day of the exam and cannot examine."
    title_zh = "该评价机构在考试日期处于处罚期内，不得开展评价。"
    cure_en = (
        "Wait until the sanction ({step}, {first_on} to {last_on}) ends or is lifted; ask the authority what it "
        "requires for lifting it. What was examined before that day is not affected."
    )
    cure_zh = "请待处罚（{step}，{first_on} 至 {last_on}）到期或解除；解除条件请咨询主管部门。此前的考试不受影响。"


class BodyDelisted(Conflict):
    """Facts: `step`, `first_on`, `last_on` (None: until it is lifted)."""

    slug = "body-delisted"
    title_en = "The body is delisted on some of these days."
    title_zh = "该评价机构在所选时间内已被移出目录或列入黑名单。"
    cure_en = "Choose days outside the sanction ({step}, {first_on} to {last_on}), or have the sanction lifted first."
    cure_zh = "请避开处罚期间（{step}，{first_on} 至 {last_on}），或先解除该处罚。"


@dataclass(frozen=True, kw_only=True)
class BodySanction(ladder.Sanction):
    """A step of the ladder against a body."""

    body_id: UUID


def require_not_stopped(sanctions: Iterable[BodySanction], *, day: date) -> None:
    """Check that a body with `sanctions` may hold an exam on `day`. Raises BodyStopped. Source: domain rules §4.6."""
    highest = ladder.stopping(sanctions, day=day)
    if highest is not None:
        raise BodyStopped(step=highest.step.value, day=day.isoformat(), **highest.days())


def require_not_delisted(sanctions: Iterable[BodySanction], period: Period) -> None:
    """Check that a body with `sanctions` can be filed for something in all of `period`. Raises BodyDelisted."""
    for each in sanctions:
        if each.step in DELISTING and each.meets(period):
            raise BodyDelisted(step=each.step.value, **each.days())


def tell(sanction: BodySanction, body: Body, *, at: datetime) -> BodySanctionState:
    """The fact of what was done with `sanction` on `body`: it was imposed, also again, or lifted."""
    cls = BodySanctionImposed if sanction.status is SanctionStatus.IMPOSED else BodySanctionLifted
    return cls(
        subject=f"body-sanctions/{sanction.id}",
        version=sanction.version,
        at=at,
        sanction_id=sanction.id,
        body_id=sanction.body_id,
        region=body.region,
        reporting_region=body.reporting_region,
        step=sanction.step,
        first_on=sanction.first_on,
        last_on=sanction.last_on,
        stops=sanction.step in STOPPING,
        imposed_on=business_day(sanction.opened_at),
    )
