"""Quality rates: told from sums, and the work beside the requests that keeps the sums of classes true."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.registry.classes.store import classes as class_store
from services.registry.classes.usecases import policies_of
from services.registry.directory.store import institutions as institution_store
from services.registry.plan.rules.policy import Policy, PolicyUnset
from services.registry.plan.rules.reach import Reach, reach, reach_of
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.quality.rules import Rates, rates, require_window
from services.registry.quality.store import rates as store
from services.registry.quality.store import sums as quality_sums
from services.registry.quality.store.rates import By, RatesQuery
from services.registry.quality.store.sums import Months
from shared.faults import forever
from shared.kernel.callers import Caller, ForeignOrganisation, ForeignRegion, Role
from shared.kernel.periods import business_day
from shared.plan import Plan, UnknownProgramme

log = structlog.get_logger()

POLL_SECONDS: Final = 0.5
_DUE_A_TIME: Final = 500
"""Some tens of thousands of trainings: less than a second."""


class Question(NamedTuple):
    first_on: date
    last_on: date
    by: By
    region: str | None
    programme: str | None


class Told(NamedTuple):
    """All that was stored before `as_of` is counted; `policy` holds on the first day asked for."""

    as_of: datetime
    policy: Policy
    groups: list[Rates]


async def tell(
    connection: AsyncConnection, question: Question, *, caller: Caller, at: datetime, after: str, limit: int
) -> Told:
    """The rates of each group, by key from behind `after`: officers of their region, an institution of its own.

    Raises WrongRole, ForeignOrganisation, ForeignRegion, WrongWindow, UnknownRegion, UnknownProgramme, PolicyUnset.
    """
    caller.require(Role.INSTITUTION, Role.COUNTY_OFFICER, Role.REVIEWER, Role.PROVINCE)
    require_window(question.first_on, question.last_on)
    rulebook = await rulebook_store.current(connection)
    plan = rulebook.plan
    place, seen = await _reach(connection, plan, question.region, caller)
    policy = rulebook.policy(question.first_on, place)
    query = RatesQuery(
        question.first_on,
        question.last_on,
        business_day(at),
        question.by,
        **seen._asdict(),
        institution_id=caller.organisation if caller.role is Role.INSTITUTION else None,
        programmes=None if question.programme is None else _with_parts(plan, question.programme),
    )
    as_of = await quality_sums.due_since(connection) or at
    counts = await store.count(connection, query, after=after, limit=limit)
    return Told(as_of, policy, [rates(each, size_min=policy.quality_group_size_min) for each in counts])


async def _reach(connection: AsyncConnection, plan: Plan, region: str | None, caller: Caller) -> tuple[str, Reach]:
    """The place whose policy holds, and how far the answer reaches."""
    if caller.role is not Role.INSTITUTION:
        seen = reach(plan, caller, region)
        if (place := region or caller.region) is None:
            raise ForeignRegion
        return place, seen
    if caller.organisation is None:
        raise ForeignOrganisation
    own = await institution_store.load(connection, caller.organisation)
    return own.region, Reach() if region is None else reach_of(plan, region)


def _with_parts(plan: Plan, programme: str) -> list[str]:
    if programme not in plan.programmes:
        raise UnknownProgramme(pointer="/programme")
    return [programme, *(each.code for each in plan.programmes.values() if each.parent == programme)]


async def work(engine: AsyncEngine) -> None:
    """Count for ever what is due; what a failure leaves due stays due."""
    await forever("quality sums", lambda: recount(engine), pause_seconds=POLL_SECONDS)


async def recount(engine: AsyncEngine) -> bool:
    """Count the classes anew that have waited longest. False if there were none."""
    async with engine.begin() as connection:
        due = await quality_sums.take_due(connection, limit=_DUE_A_TIME)
        if not due:
            return False
        classes = await class_store.by_ids(connection, due)
        policies = policies_of(classes.values(), await rulebook_store.current(connection))
        months: list[Months] = []
        for class_id, policy in policies.items():
            if isinstance(policy, PolicyUnset):
                # The row that is missing makes the class due again when it is entered.
                log.warning("quality.class.left-out", class_id=str(class_id), key=policy.facts["key"])
                continue
            months.append(Months(class_id, policy.quality_level_rise_months, policy.followup_months))
        await quality_sums.forget(connection, list(due))
        await quality_sums.count(connection, months)
    return True
