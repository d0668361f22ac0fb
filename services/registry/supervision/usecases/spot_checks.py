"""Record what trainees of a completed class answered when they were asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.store import classes as class_store
from services.registry.flags import usecases as flag_usecases
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.supervision.rules import spot_checks as rules
from services.registry.supervision.rules.patrols import level_of
from services.registry.supervision.rules.spot_checks import SpotCheck
from services.registry.supervision.store import spot_checks as store
from shared.backbone import outbox
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.kernel.refusals import LocalIdTaken


class SpotCheckReport(NamedTuple):
    """A spot check as the officer reports it. `local_id` is the officer's own id of it."""

    local_id: str
    checked_on: date
    asked: int
    confirmed: int
    note: str = ""


async def record(
    connection: AsyncConnection, class_id: UUID, report: SpotCheckReport, *, caller: Caller, at: datetime
) -> SpotCheck:
    """A new spot check, by an officer of the class's county or above; a repeat returns the existing one.

    If too many did not confirm, the class is flagged (C14). Raises NotFound, ForeignRegion, LocalIdTaken
    and the rule's.
    """
    # The class is locked, so that of two concurrent repeats the second one finds the first.
    class_ = await class_store.load(connection, class_id, lock=True)
    rulebook = await rulebook_store.current(connection)
    caller.require_region(rulebook.plan.region_and_above(class_.region, on=caller.today))
    check = SpotCheck(
        id=new_id(),
        class_id=class_id,
        institution_id=class_.institution_id,
        region=class_.region,
        reporting_region=class_.reporting_region,
        level=level_of(rulebook.plan, caller),
        **report._asdict(),
        trained=(await class_store.headcount(connection, class_id)).seated,
        done_by=caller.person,
    )
    known = await store.find_by_local_id(connection, caller.person, report.local_id)
    if known is not None:
        if not known.same_as(check):
            raise LocalIdTaken(pointer="/local_id")
        return known
    policy = rulebook.policy(class_.starts_on, class_.region)
    rules.require_possible(check, class_, policy, today=business_day(at))
    await store.add(connection, check)
    await outbox.record(connection, rules.record(check, class_, at=at))
    seen = list(rules.looks_wrong(check, class_, denied_share_max=policy.spotcheck_denied_share_max))
    await flag_usecases.raise_all(connection, seen, at=at, rulebook=rulebook)
    return check
