"""Sanctions in the database, and what blacklisted institutions could come back with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.blacklist import BlacklistedMark, Mark, MarkKind
from services.registry.domain.sanctions import Sanction
from shared.contracts.registry import SanctionStep
from shared.database import driver
from shared.kernel.refusals import NotFound, Stale

_COLUMNS: Final = """id, institution_id, step, first_on, last_on, reason, imposed_by, imposed_at, lifted_by, lifted_at,
    lifting_reason, version"""
_ADD: Final = f"""
INSERT INTO sanction ({_COLUMNS})
VALUES (:id, :institution_id, :step, :first_on, :last_on, :reason, :imposed_by, :imposed_at, :lifted_by, :lifted_at,
    :lifting_reason, :version)
"""
_FIND: Final = f"SELECT {_COLUMNS} FROM sanction WHERE institution_id = :institution_id AND id = :id FOR UPDATE"
_SINCE: Final = f"""
SELECT {_COLUMNS} FROM sanction
WHERE institution_id = :institution_id AND (last_on IS NULL OR last_on >= greatest(first_on, :day)) ORDER BY id
"""
_SAVE: Final = """
UPDATE sanction
SET last_on = :last_on, lifted_by = :lifted_by, lifted_at = :lifted_at, lifting_reason = :lifting_reason,
    version = :version
WHERE id = :id AND version = :version - 1
"""
_LIST: Final = f"""
SELECT {_COLUMNS} FROM sanction
WHERE institution_id = :institution_id AND id > :after ORDER BY id LIMIT :limit
"""
_BLACKLIST: Final = """
INSERT INTO blacklisted_mark (kind, mark, institution_id)
SELECT 'owner', owner_mark, id FROM institution WHERE id = :id AND owner_mark IS NOT NULL
UNION SELECT 'account', account_mark, id FROM institution WHERE id = :id AND account_mark IS NOT NULL
UNION SELECT 'site', address_mark, institution_id FROM site WHERE institution_id = :id
ON CONFLICT (kind, mark, institution_id) DO NOTHING
"""
# A blacklisting that was lifted from its first day on never was.
_MARKED: Final = """
SELECT b.kind, b.mark, b.institution_id
FROM unnest($1::text[], $2::uuid[]) AS m (kind, mark)
JOIN blacklisted_mark AS b ON b.kind = m.kind AND b.mark = m.mark
WHERE b.institution_id <> $3 AND EXISTS (
    SELECT FROM sanction AS s
    WHERE s.institution_id = b.institution_id AND s.step = 'blacklist'
      AND (s.last_on IS NULL OR s.last_on >= s.first_on)
)
ORDER BY b.kind, b.mark, b.institution_id
"""


async def add(connection: AsyncConnection, sanction: Sanction) -> None:
    await connection.execute(text(_ADD), asdict(sanction))


async def load(connection: AsyncConnection, institution_id: UUID, sanction_id: UUID) -> Sanction:
    """The sanction, locked. Raises NotFound."""
    values = {"institution_id": institution_id, "id": sanction_id}
    row = (await connection.execute(text(_FIND), values)).mappings().one_or_none()
    if row is None:
        raise NotFound(what="sanction", id=sanction_id)
    return _sanction(row)


async def since(connection: AsyncConnection, institution_id: UUID, day: date) -> list[Sanction]:
    """The institution's sanctions that stand on `day` or on a later one."""
    values = {"institution_id": institution_id, "day": day}
    return [_sanction(row) for row in (await connection.execute(text(_SINCE), values)).mappings()]


async def save(connection: AsyncConnection, sanction: Sanction) -> None:
    """Store the next version of `sanction`. Raises Stale if it was changed meanwhile."""
    if (await connection.execute(text(_SAVE), asdict(sanction))).rowcount == 0:
        raise Stale


async def page(connection: AsyncConnection, institution_id: UUID, *, after: UUID, limit: int) -> list[Sanction]:
    """The institution's sanctions in the order of their ids, from above `after`."""
    values = {"institution_id": institution_id, "after": after, "limit": limit}
    return [_sanction(row) for row in (await connection.execute(text(_LIST), values)).mappings()]


async def blacklist(connection: AsyncConnection, institution_id: UUID) -> None:
    """Keep what the institution is recognised by: its owner, its account, its sites."""
    await connection.execute(text(_BLACKLIST), {"id": institution_id})


async def blacklisted(connection: AsyncConnection, marks: Collection[Mark], *, but: UUID) -> list[BlacklistedMark]:
    """Those of `marks` that institutions other than `but` were blacklisted with."""
    kinds, values = [each.kind for each in marks], [each.mark for each in marks]
    rows = await (await driver(connection)).fetch(_MARKED, kinds, values, but)
    return [BlacklistedMark(MarkKind(row["kind"]), row["mark"], row["institution_id"]) for row in rows]


def _sanction(row: RowMapping) -> Sanction:
    return Sanction(**dict(row) | {"step": SanctionStep(row["step"])})
