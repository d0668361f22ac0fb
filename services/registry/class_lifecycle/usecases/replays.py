"""Decide a filing or an approval again, by the rules as they were known when it was decided."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.class_lifecycle.rules import filing as rules
from services.registry.class_lifecycle.usecases.filing import Fee, Filing
from services.registry.classes.rules import classes as class_rules
from services.registry.classes.rules.classes import ClassVerb, TrainingClass
from services.registry.classes.rules.history import FILINGS, ClassEvent
from services.registry.classes.store import history as event_store
from services.registry.classes.usecases import visible_class
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from shared.contracts.registry.classes import ClassStatus
from shared.dated_rules.rules import Grounds
from shared.kernel.callers import Caller
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict, Refusal


class NotReplayable(Conflict):
    slug = "step-not-replayable"
    title_en = "This step cannot be decided again."
    title_zh = "该步骤无法重新推演。"
    cure_en = "Choose a filing, a filing after a return, or an approval whose grounds the history shows."
    cure_zh = "请选择历史中载有依据的报备、重新报备或批准步骤。"


class Replay(NamedTuple):
    """A step decided again: by which rows, with which class as the result, or with which refusal."""

    event: ClassEvent
    rulebook: Rulebook
    grounds: Grounds
    class_: TrainingClass
    refusal: Refusal | None


async def replay(connection: AsyncConnection, class_id: UUID, event_id: UUID, *, caller: Caller) -> Replay:
    """The step decided again by the rows that were approved up to then, from what was filed and found.

    Raises NotFound, ForeignOrganisation, ForeignRegion, NotReplayable.
    """
    class_ = await visible_class(connection, class_id, caller)
    event = await event_store.load(connection, class_id, event_id)
    if event.grounds is None or event.verb not in (*FILINGS, ClassVerb.APPROVE):
        raise NotReplayable
    filed = await event_store.latest_filing(connection, class_id, up_to=event_id)
    if filed.grounds is None:
        raise NotReplayable
    now = await rulebook_store.current(connection)
    rulebook = now.as_known(event.grounds["sequence"])
    as_filed, refusal = _as_filed(class_, filed), None
    try:
        as_filed = _judge(as_filed, filed, now.as_known(filed.grounds["sequence"]))
        if event.verb == ClassVerb.APPROVE:
            _approve(as_filed, event, rulebook)
    except Refusal as refused:
        refusal = refused
    return Replay(event, rulebook, rules.grounds(as_filed, rulebook), as_filed, refusal)


def _as_filed(class_: TrainingClass, filed: ClassEvent) -> TrainingClass:
    """`class_` with the terms that were `filed`, before anything was decided about it."""
    filing = Filing.of(filed.change or {})
    fee = filing.fee or Fee()
    return replace(
        class_,
        occupation=parse_occupation(filing.occupation),
        award=filing.award,
        fund_source=filing.fund_source,
        starts_on=filing.starts_on,
        ends_on=filing.ends_on,
        hours=filing.hours,
        seats=filing.seats,
        status=ClassStatus.FILED,
        project=None,
        site_id=None if filing.site is None else class_.site_id,
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
    rules.require_whole(class_, policy=policy, planned=found["planned"], seated=found["seated"])
