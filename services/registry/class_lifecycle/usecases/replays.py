"""Decide a filing or an approval again, by the rules as they were known when it was decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.class_lifecycle.rules import filing as rules
from services.registry.class_lifecycle.usecases.filing import Fee, Filing
from services.registry.classes.rules import classes as class_rules
from services.registry.classes.rules.classes import ClassVerb, TrainingClass
from services.registry.classes.rules.history import FILINGS, ClassEvent
from services.registry.classes.store import history as event_store
from services.registry.classes.usecases import visible_class
from services.registry.plan.rules.replays import NotReplayable, Replay, known_then
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.callers import Caller
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal

_A_SITE: Final = UUID(int=0)
"""The site that a filing named: rules ask no more than whether it named one."""


@dataclass(frozen=True, kw_only=True)
class ClassReplay(Replay):
    """The step `event` decided again, with which class as the result."""

    event: ClassEvent
    class_: TrainingClass


async def replay(connection: AsyncConnection, class_id: UUID, event_id: UUID, *, caller: Caller) -> ClassReplay:
    """The step decided again by the rows that were approved up to then, from what was filed and found.

    Raises NotFound, ForeignOrganisation, ForeignRegion, NotReplayable.
    """
    class_ = await visible_class(connection, class_id, caller)
    event = await event_store.load(connection, class_id, event_id)
    if event.grounds is None or event.verb not in (*FILINGS, ClassVerb.APPROVE):
        raise NotReplayable
    filed = await event_store.latest_filing(connection, class_id, up_to=event_id)
    now = await rulebook_store.current(connection)
    rulebook, when_filed = known_then(now, event.grounds), known_then(now, filed.grounds)
    as_filed, refusal = _as_filed(class_, filed), None
    try:
        as_filed = _judge(as_filed, filed, when_filed)
        if event.verb == ClassVerb.APPROVE:
            _approve(as_filed, event, rulebook)
    except Refusal as refused:
        refusal = refused
    grounds = rules.grounds(as_filed, rulebook)
    return ClassReplay(
        rulebook=rulebook, grounds=grounds, kept=event.grounds, refusal=refusal, event=event, class_=as_filed
    )


def _as_filed(class_: TrainingClass, filed: ClassEvent) -> TrainingClass:
    """`class_` with the terms that were `filed`, before anything was decided about it."""
    filing = Filing.of(filed.change or {})
    fee = filing.fee or Fee()
    return replace(
        class_,
        programme=filing.programme,
        region=filing.region,
        occupation=parse_occupation(filing.occupation),
        award=filing.award,
        fund_source=filing.fund_source,
        starts_on=filing.starts_on,
        ends_on=filing.ends_on,
        hours=filing.hours,
        seats=filing.seats,
        status=ClassStatus.FILED,
        project=None,
        is_scarce=False,
        is_needed=False,
        answer_due_on=None,
        site_id=None if filing.site is None else _A_SITE,
        teaching_plan=filing.teaching_plan,
        exam_plan=filing.exam_plan,
        government_fen=fee.government_fen,
        enterprise_fen=fee.enterprise_fen,
        individual_fen=fee.individual_fen,
    )


def _judge(class_: TrainingClass, filed: ClassEvent, rulebook: Rulebook) -> TrainingClass:
    project = rules.choose_project_of(class_, (filed.change or {}).get("project"), rulebook)
    return rules.judge(class_, project, rulebook, seated=0, filed_on=business_day(filed.done_at))


def _approve(class_: TrainingClass, event: ClassEvent, rulebook: Rulebook) -> None:
    found = event.change or {}
    policy = rulebook.policy(class_.starts_on, class_.region)
    today, at = business_day(event.done_at), event.done_at
    class_rules.approve(class_, policy=policy, by=event.done_by, today=today, at=at, enrolled=found["seated"])
    rules.require_standing(class_, rulebook, seated=found["seated"])
    rules.require_whole(class_, policy=policy, planned=found["planned"], seated=found["seated"])
