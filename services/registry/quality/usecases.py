"""Quality rates: reported from sums per class, which a background job keeps up to date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final, NamedTuple

import structlog
from msgspec.structs import asdict
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.registry.classes.store import classes as class_store
from services.registry.classes.usecases import policies_of
from services.registry.directory.store import institutions as institution_store
from services.registry.plan.rules.policy import Policy
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.quality.rules import Rates, rates, require_window
from services.registry.quality.store import rates as store
from services.registry.quality.store import sums as quality_sums
from services.registry.quality.store import told
from services.registry.quality.store.rates import Grouping, RatesQuery
from services.registry.quality.store.sums import Months
from services.registry.quality.store.told import Cell
from shared.backbone import outbox
from shared.contracts.registry.quality import QualityCounted
from shared.dated_rules.figures import PolicyUnset
from shared.faults import forever
from shared.kernel.callers import Caller
from shared.kernel.periods import business_day
from shared.plan import Plan, UnknownProgramme
from shared.reach import Scope, scope

log = structlog.get_logger()

POLL_SECONDS: Final = 0.5
TELL_SECONDS: Final = 60.0
_DUE_A_TIME: Final = 500
"""Some tens of thousands of trainings: less than a second."""


class Question(NamedTuple):
    first_on: date
    last_on: date
    by: Grouping
    region: str | None
    programme: str | None


class QualityReport(NamedTuple):
    """Everything stored before `as_of` is counted; `policy` is that of the first day of the period."""

    as_of: datetime
    policy: Policy
    groups: list[Rates]


async def report(
    connection: AsyncConnection, question: Question, *, caller: Caller, at: datetime, after: str, limit: int
) -> QualityReport:
    """The rates of the groups with keys above `after`: of an officer's region, or of an institution's own trainees.

    Raises ForeignOrganisation, ForeignRegion, WrongWindow, UnknownRegion, UnknownProgramme, PolicyUnset.
    """
    require_window(question.first_on, question.last_on)
    rulebook = await rulebook_store.current(connection)
    plan = rulebook.plan
    seen = scope(plan, caller, region=question.region, organisation_id=None)
    policy = rulebook.policy(question.first_on, await _place(connection, plan, seen))
    query = RatesQuery(
        question.first_on,
        question.last_on,
        business_day(at),
        question.by,
        **seen.reach.narrowed,
        institutions=seen.owners,
        programmes=None if question.programme is None else _with_parts(plan, question.programme, on=question.first_on),
    )
    as_of = await quality_sums.due_since(connection) or at
    counts = await store.count(connection, query, after=after, limit=limit)
    return QualityReport(as_of, policy, [rates(each, size_min=policy.quality_group_size_min) for each in counts])


async def _place(connection: AsyncConnection, plan: Plan, seen: Scope) -> str:
    """The region whose policy applies: the one that the answer is about, or that of the institution."""
    if seen.owners:
        return (await institution_store.load(connection, seen.owners[0])).region
    return seen.reach.region or seen.reach.reporting_region or plan.provinces[0]


def _with_parts(plan: Plan, programme: str, *, on: date) -> list[str]:
    """The programme of the plan that holds on day `on`, and its parts."""
    programmes = plan.programmes_on(on)
    if programme not in programmes:
        raise UnknownProgramme(pointer="/programme")
    return [programme, *(each.code for each in programmes.values() if each.parent == programme)]


async def tell(engine: AsyncEngine, *, at: datetime) -> int:
    """Tell the sums that have changed, of each group once a day; returns of how many. 0 while classes are due."""
    today = business_day(at)
    async with engine.begin() as connection:
        rulebook = await rulebook_store.current(connection)
        if not rulebook.plan.provinces or await quality_sums.due_since(connection) is not None:
            return 0
        policy = rulebook.policy_or_fault(today, rulebook.plan.provinces[0])
        if isinstance(policy, PolicyUnset):
            log.warning("quality.untold", key=policy.facts["key"])
            return 0
        cells = await told.changed(connection, today=today)
        facts = [_counted(cell, policy, today=today, at=at) for cell in cells]
        await outbox.record(connection, *facts)
    return len(facts)


def _counted(cell: Cell, policy: Policy, *, today: date, at: datetime) -> QualityCounted:
    return QualityCounted(
        subject=f"quality-sums/{cell.programme}-{cell.reporting_region}-{cell.year}",
        version=cell.version,
        at=at,
        programme=cell.programme,
        reporting_region=cell.reporting_region,
        year=cell.year,
        counted_on=today,
        level_rise_months=policy.quality_level_rise_months,
        followup_months=policy.followup_months,
        pay_months=policy.followup_pay_months,
        group_size_min=policy.quality_group_size_min,
        **asdict(cell.sums),
    )


async def tell_all_day(engine: AsyncEngine, *, now: Callable[[], datetime]) -> None:
    """Tell what has changed, in an endless loop."""

    async def step() -> bool:
        await tell(engine, at=now())
        return False

    await forever("quality told", step, pause_seconds=TELL_SECONDS)


async def work(engine: AsyncEngine) -> None:
    """Count due classes in an endless loop; after a failure they stay due."""
    await forever("quality sums", lambda: recount(engine), pause_seconds=POLL_SECONDS)


async def recount(engine: AsyncEngine) -> bool:
    """Recount the classes that have waited longest. False if none are due."""
    async with engine.begin() as connection:
        due = await quality_sums.take_due(connection, limit=_DUE_A_TIME)
        if not due:
            return False
        classes = await class_store.by_ids(connection, due)
        policies = policies_of(classes.values(), await rulebook_store.current(connection))
        months: list[Months] = []
        for class_id, policy in policies.items():
            if isinstance(policy, PolicyUnset):
                # When the missing policy row is entered, the class becomes due again.
                log.warning("quality.class.left-out", class_id=str(class_id), key=policy.facts["key"])
                continue
            months.append(Months(class_id, policy.quality_level_rise_months, policy.followup_months))
        await quality_sums.forget(connection, list(due))
        await quality_sums.count(connection, months)
    return True
