"""End engagements together, where an institution closes or a teacher is gone, and restore them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.teachers.rules import engagements as rules
from services.registry.teachers.rules.engagements import Engagement
from services.registry.teachers.store import engagements as store
from shared.backbone import outbox


async def end_all(
    connection: AsyncConnection, institution_id: UUID, *, last_on: date, at: datetime
) -> dict[UUID, date | None]:
    """End the institution's engagements on `last_on`; by id, the last days before. Those that begin later stay."""
    return await end(connection, await store.since(connection, institution_id, last_on), last_on=last_on, at=at)


async def end(
    connection: AsyncConnection, engagements: Sequence[Engagement], *, last_on: date, at: datetime
) -> dict[UUID, date | None]:
    """End those of `engagements` that hold on `last_on` and later; by id, the last days before."""
    ended: dict[UUID, date | None] = {}
    for each in engagements:
        if each.engaged.first <= last_on and (each.engaged.last is None or each.engaged.last > last_on):
            after, fact = rules.end(each, last_on=last_on, at=at)
            await store.save(connection, after)
            await outbox.record(connection, fact)
            ended[each.id] = each.engaged.last
    return ended


async def restore_all(connection: AsyncConnection, ended: Mapping[UUID, date | None], *, at: datetime) -> None:
    """Give these engagements their last days back; one that overlaps a later one of the same teacher stays ended."""
    for id_, last_on in sorted(ended.items()):
        before = await store.load(connection, id_, lock=True)
        others = await store.of_teachers(connection, [before.teacher_id])
        restored = rules.restore(before, others, last_on=last_on, at=at)
        if restored is not None:
            after, fact = restored
            await store.save(connection, after)
            await outbox.record(connection, fact)
