"""Store steps of enrolments: the new state, the history and the fact, always all three."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.history import event_of
from services.registry.enrolments.store import enrolments as store
from services.registry.enrolments.store import history as event_store
from shared.backbone import outbox
from shared.contracts.registry.enrolments import EnrolmentState
from shared.dated_rules.rules import Grounds


async def keep(
    connection: AsyncConnection,
    steps: Sequence[tuple[Enrolment, EnrolmentState]],
    *,
    by: str,
    reason: str | None = None,
    sealed: Iterable[str] = (),
    grounds: Mapping[UUID, Grounds] | None = None,
) -> None:
    """Store the next version of each enrolment, its history event and its fact; `grounds` of outcomes, by class.

    `sealed` names changed fields that are encrypted. Raises Stale.
    """
    if not steps:
        return
    before = await store.by_ids(connection, [enrolment.id for enrolment, _ in steps])
    await store.save_all(connection, [enrolment for enrolment, _ in steps])
    events = [
        event_of(
            before[each.id],
            each,
            fact,
            by=by,
            reason=reason,
            sealed=sealed,
            grounds=None if grounds is None else grounds.get(each.class_id),
        )
        for each, fact in steps
    ]
    await event_store.add_all(connection, events)
    await outbox.record(connection, *(fact for _, fact in steps))
