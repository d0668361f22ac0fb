"""What sessions need next, and the classes that a body may examine."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store import bodies as body_store
from services.assessment.bodies.store import scope as scope_store
from services.assessment.exams.rules.next_steps import NextTask, next_task
from services.assessment.exams.rules.sessions import ExamSession, Summary
from services.assessment.exams.store import candidates as candidate_store
from services.assessment.exams.store import sessions as store
from services.assessment.session_rules.usecases import rules_of
from services.assessment.sight.usecases import sight
from services.assessment.trainings import store as trainings
from services.assessment.trainings.rules import ExaminableClass
from shared.contracts.assessment import SessionStatus
from shared.kernel.callers import Caller
from shared.kernel.periods import business_day


class SessionInHand(NamedTuple):
    """A session with its candidates counted, and what it needs next."""

    session: ExamSession
    summary: Summary
    next_task: NextTask | None


async def in_hand(
    connection: AsyncConnection,
    *,
    status: SessionStatus | None,
    caller: Caller,
    after: UUID,
    limit: int,
    at: datetime,
) -> list[SessionInHand]:
    """Sessions that the caller sees, in the order of their ids. Raises NotYetReceived, PolicyUnset."""
    seen, today = await sight(connection, caller), business_day(at)
    found = await store.page(connection, seen, class_id=None, status=status, award=None, after=after, limit=limit)
    ids = [each.id for each in found]
    counts = await store.summaries(connection, ids)
    posted = await candidate_store.posted_of(connection, ids, caller.person)
    rules = await rules_of(connection, [(each.held_on, each.region) for each in found])
    return [
        SessionInHand(
            each,
            counts[each.id],
            next_task(
                each,
                counts[each.id],
                rules[each.held_on, each.region].figures,
                has_posted=each.id in posted,
                today=today,
            ),
        )
        for each in found
    ]


async def examinable_classes(
    connection: AsyncConnection, *, caller: Caller, after: UUID, limit: int, at: datetime
) -> list[ExaminableClass]:
    """The classes of the body's own reporting region for the occupations that it may examine."""
    body_id = caller.require_some_organisation()
    body = await body_store.load(connection, body_id)
    entries = (await scope_store.since(connection, [body_id], business_day(at)))[body_id]
    occupations = {each.occupation for each in entries}
    return await trainings.examinable(connection, body.reporting_region, occupations, after=after, limit=limit)
