"""Follow-ups in the database, written in batches, with the versions that were replaced."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.store.enrolments import ENROLMENT
from services.registry.follow_ups.rules import Evidence, FollowUp, Outcome
from shared import tables
from shared.database import driver
from shared.tables import Choice, Instant


def _columns() -> list[Column[Any]]:
    return [
        Column("enrolment_id", Uuid),
        Column("version", Integer),
        Column("employed_on", Date),
        Column("evidence", Choice(Evidence)),
        Column("pay_before_fen", BigInteger),
        Column("pay_after_fen", BigInteger),
        Column("reported_by", Text),
        Column("reported_at", Instant),
    ]


FOLLOW_UP: Final = Table("follow_up", MetaData(), *_columns())
REPLACED_FOLLOW_UP: Final = Table(
    "replaced_follow_up",
    MetaData(),
    *_columns(),
    Column("reason", Text),
    Column("replaced_by", Text, key="by"),
    Column("replaced_at", Instant, key="at"),
)
_SAVE: Final = f"""
INSERT INTO follow_up ({tables.names(FOLLOW_UP.c)}) SELECT * FROM {tables.unnest(FOLLOW_UP.c)}
ON CONFLICT (enrolment_id) DO UPDATE SET {tables.excluded(FOLLOW_UP.c)}
"""
_KEEP: Final = f"""
INSERT INTO replaced_follow_up ({tables.names(REPLACED_FOLLOW_UP.c)})
SELECT * FROM {tables.unnest(REPLACED_FOLLOW_UP.c)}
"""


class FormerFollowUp(NamedTuple):
    """An earlier version of a follow-up, with who replaced it, when and why."""

    before: FollowUp
    reason: str
    by: str
    at: datetime


async def of_enrolments(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> dict[UUID, FollowUp]:
    statement = select(FOLLOW_UP).where(tables.one_of(FOLLOW_UP.c.enrolment_id, enrolment_ids))
    return {each.enrolment_id: each for each in await tables.fetch_all(connection, statement, _follow_up)}


async def save_all(connection: AsyncConnection, follow_ups: Sequence[FollowUp]) -> None:
    """Insert or update each follow-up. The caller holds the locks of the enrolments."""
    if follow_ups:
        rows = [tables.values_of(FOLLOW_UP, each, **_outcome(each)) for each in follow_ups]
        await (await driver(connection)).execute(_SAVE, *tables.arrays(FOLLOW_UP.c, rows))


async def keep_replaced(connection: AsyncConnection, replaced: Sequence[FormerFollowUp]) -> None:
    """Store earlier versions."""
    if replaced:
        rows = [tables.values_of(FOLLOW_UP, each.before, **_outcome(each.before)) | each._asdict() for each in replaced]
        await (await driver(connection)).execute(_KEEP, *tables.arrays(REPLACED_FOLLOW_UP.c, rows))


async def of_class(connection: AsyncConnection, class_id: UUID, *, after: UUID, limit: int) -> list[FollowUp]:
    """The class's follow-ups with enrolment ids above `after`, ordered by enrolment id."""
    statement = (
        select(FOLLOW_UP)
        .join_from(ENROLMENT, FOLLOW_UP, FOLLOW_UP.c.enrolment_id == ENROLMENT.c.id)
        .where(ENROLMENT.c.class_id == class_id, ENROLMENT.c.id > after)
        .order_by(ENROLMENT.c.id)
        .limit(limit)
    )
    return await tables.fetch_all(connection, statement, _follow_up)


def _outcome(each: FollowUp) -> dict[str, Any]:
    return {name: getattr(each.outcome, name) for name in Outcome.__dataclass_fields__}


def _follow_up(
    *, enrolment_id: UUID, version: int, reported_by: str, reported_at: datetime, **outcome: Any
) -> FollowUp:
    return FollowUp(enrolment_id, Outcome(**outcome), reported_by, reported_at, version)
