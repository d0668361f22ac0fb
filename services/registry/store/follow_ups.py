"""Follow-ups in the database: many at a time, and what a correction replaced."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.follow_ups import Evidence, FollowUp, Outcome
from shared.database import driver
from shared.kernel.refusals import Stale

_COLUMNS: Final = """f.enrolment_id, f.employed_on, f.evidence, f.pay_before_fen, f.pay_after_fen, f.reported_by,
    f.reported_at, f.version"""
_OF_ENROLMENTS: Final = f"SELECT {_COLUMNS} FROM follow_up AS f WHERE f.enrolment_id = ANY($1)"
_ADD: Final = """
INSERT INTO follow_up
    (enrolment_id, employed_on, evidence, pay_before_fen, pay_after_fen, reported_by, reported_at, version)
SELECT * FROM unnest($1::uuid[], $2::date[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::timestamptz[],
    $8::integer[])
"""
_KEEP: Final = """
INSERT INTO replaced_follow_up
    (enrolment_id, version, employed_on, evidence, pay_before_fen, pay_after_fen, reason, replaced_by, replaced_at)
SELECT enrolment_id, version, employed_on, evidence, pay_before_fen, pay_after_fen, $2, $3, $4
FROM follow_up WHERE enrolment_id = $1
"""
_SAVE: Final = """
UPDATE follow_up
SET employed_on = $2, evidence = $3, pay_before_fen = $4, pay_after_fen = $5, reported_by = $6, reported_at = $7,
    version = $8
WHERE enrolment_id = $1 AND version = $8 - 1
"""
_OF_CLASS: Final = f"""
SELECT {_COLUMNS} FROM enrolment AS e JOIN follow_up AS f ON f.enrolment_id = e.id
WHERE e.class_id = $1 AND e.id > $2 ORDER BY e.id LIMIT $3
"""


async def of_enrolments(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> dict[UUID, FollowUp]:
    rows = await (await driver(connection)).fetch(_OF_ENROLMENTS, list(enrolment_ids))
    return {row["enrolment_id"]: _follow_up(row) for row in rows}


async def add_all(connection: AsyncConnection, follow_ups: Sequence[FollowUp]) -> None:
    if follow_ups:
        columns = [list(column) for column in zip(*map(_values, follow_ups), strict=True)]
        await (await driver(connection)).execute(_ADD, *columns)


async def replace(connection: AsyncConnection, after: FollowUp, *, reason: str) -> None:
    """Store the next version and keep the one before. Raises Stale if it was changed meanwhile."""
    raw = await driver(connection)
    await raw.execute(_KEEP, after.enrolment_id, reason, after.reported_by, after.reported_at)
    if await raw.execute(_SAVE, *_values(after)) != "UPDATE 1":
        raise Stale


async def of_class(connection: AsyncConnection, class_id: UUID, *, after: UUID, limit: int) -> list[FollowUp]:
    """The class's follow-ups in the order of the enrolments' ids, from above `after`."""
    return [_follow_up(row) for row in await (await driver(connection)).fetch(_OF_CLASS, class_id, after, limit)]


def _values(each: FollowUp) -> tuple[Any, ...]:
    said = each.outcome
    pay = (said.pay_before_fen, said.pay_after_fen)
    return each.enrolment_id, said.employed_on, said.evidence, *pay, each.reported_by, each.reported_at, each.version


def _follow_up(row: Any) -> FollowUp:
    evidence = None if row["evidence"] is None else Evidence(row["evidence"])
    outcome = Outcome(row["employed_on"], evidence, row["pay_before_fen"], row["pay_after_fen"])
    return FollowUp(row["enrolment_id"], outcome, row["reported_by"], row["reported_at"], row["version"])
