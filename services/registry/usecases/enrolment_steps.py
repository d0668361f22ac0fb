"""Keep steps of enrolments: the new state, the history and the fact, always all three."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.enrolment_events import event_of
from services.registry.domain.enrolments import Enrolment
from services.registry.store import enrolment_events as event_store
from services.registry.store import enrolments as store
from shared.backbone import outbox
from shared.contracts.registry import EnrolmentState


async def keep(
    connection: AsyncConnection,
    steps: Sequence[tuple[Enrolment, EnrolmentState]],
    *,
    by: str,
    reason: str | None = None,
) -> None:
    """Store each enrolment's next version, who brought it there and why, and tell it. Raises Stale."""
    if not steps:
        return
    await store.save_all(connection, [enrolment for enrolment, _ in steps])
    await event_store.add_all(connection, [event_of(each, fact, by=by, reason=reason) for each, fact in steps])
    await outbox.record_all(connection, [fact for _, fact in steps])
