"""Decide an outcome again, by the rules as they were known when it was decided."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.usecases import visible_class
from services.registry.enrolments.rules import outcomes as rules
from services.registry.enrolments.rules.history import EnrolmentEvent, hours_at
from services.registry.enrolments.rules.outcomes import CONCLUDED, Miss
from services.registry.enrolments.store import enrolments as store
from services.registry.enrolments.store import history as event_store
from services.registry.enrolments.usecases.outcomes import grounds_of, thresholds_of
from services.registry.plan.rules.replays import NotReplayable, Replay, known_then
from services.registry.plan.store import rulebook as rulebook_store
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.callers import Caller
from shared.kernel.refusals import NotFound


@dataclass(frozen=True, kw_only=True)
class OutcomeReplay(Replay):
    """The outcome of the step `event`, found again from its `hours` of the `class_hours`."""

    event: EnrolmentEvent
    hours: int
    class_hours: int
    missed: list[Miss]

    @property
    def status(self) -> EnrolmentStatus:
        return EnrolmentStatus.FAILED if self.missed else EnrolmentStatus.COMPLETED


async def replay(connection: AsyncConnection, enrolment_id: UUID, version: int, *, caller: Caller) -> OutcomeReplay:
    """The outcome that a step decided, by the rows that were approved up to then and from the hours that it had.

    Raises NotFound, ForeignOrganisation, ForeignRegion, NotReplayable.
    """
    enrolment = await store.load(connection, enrolment_id)
    class_ = await visible_class(connection, enrolment.class_id, caller)
    events = await event_store.since(connection, enrolment_id, version)
    if not events or events[0].version != version:
        raise NotFound(what="step", id=str(version))
    event = events[0]
    if event.grounds is None or event.status not in CONCLUDED:
        raise NotReplayable
    rulebook = known_then(await rulebook_store.current(connection), event.grounds)
    hours = hours_at(version, enrolment, events)
    thresholds = thresholds_of(class_, rulebook)
    missed = rules.missed(hours, class_hours=class_.hours, **thresholds._asdict())
    return OutcomeReplay(
        rulebook=rulebook,
        grounds=grounds_of(class_, rulebook),
        kept=event.grounds,
        refusal=None,
        same_result=(event.status is EnrolmentStatus.FAILED) == bool(missed),
        event=event,
        hours=hours,
        class_hours=class_.hours,
        missed=missed,
    )
