"""Flags in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.flags.rules.flags import Flag
from services.registry.plan.rules.reach import Reach
from shared.contracts.dimensions import FundSource
from shared.contracts.registry import FlagStatus
from shared.database import driver
from shared.kernel.refusals import NotFound, Stale

_COLUMNS: Final = """id, code, kind, seen, institution_id, class_id, enrolment_id, person, region, reporting_region,
    programme, occupation, level, fund_source, holds, facts, raised_at, status, settled_by, settled_at, settling_reason,
    version"""
# In one order always, so that two requests that see the same things do not wait for each other.
_ADD: Final = """
INSERT INTO flag (id, code, kind, seen, institution_id, class_id, enrolment_id, person, region, reporting_region,
    programme, occupation, level, fund_source, holds, facts, raised_at, status, version)
SELECT id, code, kind, seen, institution_id, class_id, enrolment_id, person, region, reporting_region, programme,
    occupation, level, fund_source, holds, CAST(facts AS jsonb), raised_at, 'open', 1
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[],
        $9::text[], $10::text[], $11::text[], $12::text[], $13::smallint[], $14::text[], $15::boolean[], $16::text[],
        $17::timestamptz[])
    AS f (id, code, kind, seen, institution_id, class_id, enrolment_id, person, region, reporting_region, programme,
        occupation, level, fund_source, holds, facts, raised_at)
ORDER BY kind, seen, id
ON CONFLICT (kind, seen) DO NOTHING RETURNING id
"""
_FIND: Final = f"SELECT {_COLUMNS} FROM flag WHERE id = :id"
_LOCK: Final = f"{_FIND} FOR UPDATE"
_SAVE: Final = """
UPDATE flag
SET status = :status, settled_by = :settled_by, settled_at = :settled_at, settling_reason = :settling_reason,
    version = :version
WHERE id = :id AND version = :expected
"""
_NARROWED: Final = {
    "region": "region = :region",
    "reporting_region": "reporting_region = :reporting_region",
    "status": "status = :status",
    "code": "code = :code",
    "class_id": "class_id = :class_id",
    "institution_id": "institution_id = :institution_id",
}


async def add_all(connection: AsyncConnection, flags: Sequence[Flag]) -> set[UUID]:
    """Store those of `flags` whose kind and seen are new; the ids of these."""
    columns: list[list[Any]] = [
        [flag.id for flag in flags],
        [flag.check for flag in flags],
        [flag.kind for flag in flags],
        [flag.seen for flag in flags],
        [flag.institution_id for flag in flags],
        [flag.class_id for flag in flags],
        [flag.enrolment_id for flag in flags],
        [flag.person for flag in flags],
        [flag.region for flag in flags],
        [flag.reporting_region for flag in flags],
        [flag.programme for flag in flags],
        [flag.occupation for flag in flags],
        [flag.level for flag in flags],
        [flag.fund_source for flag in flags],
        [flag.holds for flag in flags],
        [orjson.dumps(flag.facts, default=str).decode() for flag in flags],
        [flag.raised_at for flag in flags],
    ]
    return {row["id"] for row in await (await driver(connection)).fetch(_ADD, *columns)}


async def load(connection: AsyncConnection, flag_id: UUID, *, lock: bool = False) -> Flag:
    """Raises NotFound."""
    row = (await connection.execute(text(_LOCK if lock else _FIND), {"id": flag_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="flag", id=flag_id)
    return _flag(row)


async def save(connection: AsyncConnection, flag: Flag, *, expected: int) -> None:
    """Raises Stale if the stored version is not `expected` any more."""
    names = ("id", "status", "settled_by", "settled_at", "settling_reason", "version")
    values = {name: getattr(flag, name) for name in names} | {"expected": expected}
    if (await connection.execute(text(_SAVE), values)).rowcount == 0:
        raise Stale


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    status: FlagStatus | None,
    check: str | None,
    class_id: UUID | None,
    institution_id: UUID | None,
    after: UUID,
    limit: int,
) -> list[Flag]:
    """Flags in the order of their ids, from above `after`."""
    asked = {
        **reach._asdict(),
        "status": status,
        "code": check,
        "class_id": class_id,
        "institution_id": institution_id,
    }
    # Only what was asked for stands in the statement: so each combination is planned for itself, on its own index.
    narrowed = [_NARROWED[name] for name, value in asked.items() if value is not None]
    statement = f"SELECT {_COLUMNS} FROM flag WHERE {' AND '.join(['id > :after', *narrowed])} ORDER BY id LIMIT :limit"
    values = {name: value for name, value in asked.items() if value is not None}
    rows = await connection.execute(text(statement), values | {"after": after, "limit": limit})
    return [_flag(row) for row in rows.mappings()]


def _flag(row: RowMapping) -> Flag:
    values = dict(row)
    source = values["fund_source"]
    parsed = {"check": values.pop("code"), "status": FlagStatus(values["status"])}
    return Flag(**values | parsed | {"fund_source": None if source is None else FundSource(source)})
