"""Follow-ups in the database: many at a time, and what a correction replaced."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.follow_ups.rules import Evidence, FollowUp, Outcome
from shared.database import driver

_COLUMNS: Final = """f.enrolment_id, f.employed_on, f.evidence, f.pay_before_fen, f.pay_after_fen, f.reported_by,
    f.reported_at, f.version"""
_OF_ENROLMENTS: Final = f"SELECT {_COLUMNS} FROM follow_up AS f WHERE f.enrolment_id = ANY($1)"
_SAVE: Final = """
INSERT INTO follow_up
    (enrolment_id, employed_on, evidence, pay_before_fen, pay_after_fen, reported_by, reported_at, version)
SELECT * FROM unnest($1::uuid[], $2::date[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::timestamptz[],
    $8::integer[])
ON CONFLICT (enrolment_id) DO UPDATE SET employed_on = excluded.employed_on, evidence = excluded.evidence,
    pay_before_fen = excluded.pay_before_fen, pay_after_fen = excluded.pay_after_fen,
    reported_by = excluded.reported_by, reported_at = excluded.reported_at, version = excluded.version
"""
_KEEP: Final = """
INSERT INTO replaced_follow_up
    (enrolment_id, version, employed_on, evidence, pay_before_fen, pay_after_fen, reported_by, reported_at, reason,
        replaced_by, replaced_at)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::date[], $4::text[], $5::bigint[], $6::bigint[], $7::text[],
    $8::timestamptz[], $9::text[], $10::text[], $11::timestamptz[])
"""
_OF_CLASS: Final = f"""
SELECT {_COLUMNS} FROM enrolment AS e JOIN follow_up AS f ON f.enrolment_id = e.id
WHERE e.class_id = $1 AND e.id > $2 ORDER BY e.id LIMIT $3
"""


class Replaced(NamedTuple):
    """What was reported until somebody filled in what was missing, or replaced it for a reason."""

    before: FollowUp
    reason: str
    by: str
    at: datetime


async def of_enrolments(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> dict[UUID, FollowUp]:
    rows = await (await driver(connection)).fetch(_OF_ENROLMENTS, list(enrolment_ids))
    return {row["enrolment_id"]: _follow_up(row) for row in rows}


async def save_all(connection: AsyncConnection, follow_ups: Sequence[FollowUp]) -> None:
    """Store each as it is now. The caller holds the locks of the enrolments."""
    if follow_ups:
        columns = [list(column) for column in zip(*map(_values, follow_ups), strict=True)]
        await (await driver(connection)).execute(_SAVE, *columns)


async def keep_replaced(connection: AsyncConnection, replaced: Sequence[Replaced]) -> None:
    """Store what was reported before."""
    if replaced:
        columns = [list(column) for column in zip(*map(_kept, replaced), strict=True)]
        await (await driver(connection)).execute(_KEEP, *columns)


async def of_class(connection: AsyncConnection, class_id: UUID, *, after: UUID, limit: int) -> list[FollowUp]:
    """The class's follow-ups in the order of the enrolments' ids, from above `after`."""
    return [_follow_up(row) for row in await (await driver(connection)).fetch(_OF_CLASS, class_id, after, limit)]


def _kept(each: Replaced) -> tuple[Any, ...]:
    before, said = each.before, each.before.outcome
    outcome = (said.employed_on, said.evidence, said.pay_before_fen, said.pay_after_fen)
    reported = (before.reported_by, before.reported_at)
    return before.enrolment_id, before.version, *outcome, *reported, each.reason, each.by, each.at


def _values(each: FollowUp) -> tuple[Any, ...]:
    said = each.outcome
    pay = (said.pay_before_fen, said.pay_after_fen)
    return each.enrolment_id, said.employed_on, said.evidence, *pay, each.reported_by, each.reported_at, each.version


def _follow_up(row: Any) -> FollowUp:
    evidence = None if row["evidence"] is None else Evidence(row["evidence"])
    outcome = Outcome(row["employed_on"], evidence, row["pay_before_fen"], row["pay_after_fen"])
    return FollowUp(row["enrolment_id"], outcome, row["reported_by"], row["reported_at"], row["version"])
