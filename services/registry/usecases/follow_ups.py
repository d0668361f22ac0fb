"""Report what became of trainees after their training, and put it right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import follow_ups as rules
from services.registry.domain.classes import TrainingClass
from services.registry.domain.enrolments import Enrolment
from services.registry.domain.follow_ups import FollowUp, OtherFollowUp, Outcome
from services.registry.store import classes as class_store
from services.registry.store import enrolments as enrolment_store
from services.registry.store import follow_ups as store
from services.registry.store import plan as plan_store
from shared.backbone import outbox
from shared.contracts.registry.follow_ups import FollowUpCorrected, FollowUpReported
from shared.kernel.callers import Caller, Role
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import NotFound, Refusal
from shared.plan import Plan


class FollowUpRow(NamedTuple):
    row: int
    enrolment_id: UUID
    outcome: Outcome


async def report(
    connection: AsyncConnection, rows: Sequence[FollowUpRow], *, caller: Caller, at: datetime
) -> list[RowOutcome]:
    """An outcome for each of `rows`: reported, a repeat, or refused. Raises WrongRole: then nothing was stored."""
    caller.require(Role.INSTITUTION, Role.COUNTY_OFFICER, Role.PROVINCE)
    ids = {row.enrolment_id for row in rows}
    enrolments = await enrolment_store.by_ids(connection, ids)
    classes = await class_store.by_ids(connection, {each.class_id for each in enrolments.values()})
    plan = await plan_store.load(connection)
    known = await store.of_enrolments(connection, ids)
    new: list[FollowUp] = []
    outcomes: list[RowOutcome] = []
    for row in rows:
        name = str(row.enrolment_id)
        try:
            if (enrolment := enrolments.get(row.enrolment_id)) is None:
                raise NotFound(what="enrolment", id=row.enrolment_id)
            require_reach(classes[enrolment.class_id], plan, caller)
            if (before := known.get(enrolment.id)) is not None:
                _require_same(before, row.outcome)
                outcomes.append(RowOutcome(row.row, "repeated", name, id=enrolment.id))
                continue
            after = rules.report(enrolment, row.outcome, by=caller.person, at=at)
        except Refusal as refusal:
            outcomes.append(RowOutcome(row.row, "refused", name, refusal=refusal))
            continue
        known[enrolment.id] = after
        new.append(after)
        outcomes.append(RowOutcome(row.row, "accepted", name, id=enrolment.id))
    await store.add_all(connection, new)
    await outbox.record_all(connection, [_reported(each, enrolments, classes) for each in new])
    return outcomes


async def correct(
    connection: AsyncConnection, enrolment_id: UUID, outcome: Outcome, *, reason: str, caller: Caller, at: datetime
) -> FollowUp:
    """Replace what was reported; the same content again changes nothing.

    Raises WrongRole, NotFound, ForeignOrganisation, ForeignRegion, and the rule's.
    """
    caller.require(Role.INSTITUTION, Role.COUNTY_OFFICER, Role.PROVINCE)
    enrolment = await enrolment_store.load(connection, enrolment_id, lock=True)
    class_ = await class_store.load(connection, enrolment.class_id)
    require_reach(class_, await plan_store.load(connection), caller)
    before = (await store.of_enrolments(connection, [enrolment_id])).get(enrolment_id)
    if before is None:
        raise NotFound(what="follow-up", id=enrolment_id)
    if before.outcome == outcome:
        return before
    after = rules.correct(before, enrolment, outcome, by=caller.person, at=at)
    await store.replace(connection, after, reason=reason)
    await outbox.record(connection, rules.tell(FollowUpCorrected, after, enrolment, class_))
    return after


def require_reach(class_: TrainingClass, plan: Plan, caller: Caller) -> None:
    """Raises ForeignOrganisation, ForeignRegion."""
    if caller.role is Role.INSTITUTION:
        caller.require_organisation(class_.institution_id)
    else:
        caller.require_region(plan.region_and_above(class_.region))


def _require_same(before: FollowUp, outcome: Outcome) -> None:
    if before.outcome != outcome:
        raise OtherFollowUp(correction=f"/v1/follow-ups/{before.enrolment_id}/correction")


def _reported(
    follow_up: FollowUp, enrolments: dict[UUID, Enrolment], classes: dict[UUID, TrainingClass]
) -> FollowUpReported:
    enrolment = enrolments[follow_up.enrolment_id]
    return rules.tell(FollowUpReported, follow_up, enrolment, classes[enrolment.class_id])
