"""Marks of institutions in the database: current ones, and those kept of blacklisted institutions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.blacklist import Mark, MarkKind, MarkOf
from shared.database import driver

_MARKS: Final = "unnest($1::text[], $2::uuid[]) AS m (kind, mark)"
# Always in one order, so that two requests for the same marks cannot deadlock.
_LOCK: Final = f"""
SELECT pg_advisory_xact_lock(hashtextextended(name, 0))
FROM (SELECT DISTINCT 'mark ' || kind || ' ' || mark AS name FROM {_MARKS} ORDER BY name) AS sorted
"""
_OF: Final = """
SELECT 'owner' AS kind, owner_mark AS mark FROM institution WHERE id = $1 AND owner_mark IS NOT NULL
UNION SELECT 'account', account_mark FROM institution WHERE id = $1 AND account_mark IS NOT NULL
UNION SELECT 'site', address_mark FROM site WHERE institution_id = $1
"""
_BEARERS: Final = f"""
SELECT m.*, i.id AS institution_id FROM {_MARKS} JOIN institution AS i ON m.kind = 'owner' AND i.owner_mark = m.mark
WHERE i.id <> $3
UNION SELECT m.*, i.id FROM {_MARKS} JOIN institution AS i ON m.kind = 'account' AND i.account_mark = m.mark
WHERE i.id <> $3
UNION SELECT m.*, s.institution_id FROM {_MARKS} JOIN site AS s ON m.kind = 'site' AND s.address_mark = m.mark
WHERE s.institution_id <> $3
ORDER BY kind, mark, institution_id
"""
_ADD: Final = f"""
INSERT INTO blacklisted_mark (kind, mark, institution_id) SELECT kind, mark, $3::uuid FROM {_MARKS}
ON CONFLICT (kind, mark, institution_id) DO NOTHING
"""
# A blacklisting that was lifted from its first day never took effect.
_BLACKLISTED: Final = f"""
SELECT b.kind, b.mark, b.institution_id
FROM {_MARKS} JOIN blacklisted_mark AS b ON b.kind = m.kind AND b.mark = m.mark
WHERE b.institution_id <> $3 AND EXISTS (
    SELECT FROM sanction AS s
    WHERE s.institution_id = b.institution_id AND s.step = 'blacklist'
      AND (s.last_on IS NULL OR s.last_on >= s.first_on)
)
ORDER BY b.kind, b.mark, b.institution_id
"""


async def lock(connection: AsyncConnection, marks: Collection[Mark]) -> None:
    """Lock `marks` until the transaction ends; whoever locks one of them next sees what it stored."""
    await (await driver(connection)).execute(_LOCK, *_columns(marks))


async def of(connection: AsyncConnection, institution_id: UUID) -> list[Mark]:
    """All marks of the institution: owner, account and sites."""
    rows = await (await driver(connection)).fetch(_OF, institution_id)
    return [Mark(MarkKind(row["kind"]), row["mark"]) for row in rows]


async def bearers(connection: AsyncConnection, marks: Collection[Mark], *, but: UUID) -> list[MarkOf]:
    """Institutions other than `but` that have one of `marks`."""
    return await _marks_of(connection, _BEARERS, marks, but)


async def blacklisted(connection: AsyncConnection, marks: Collection[Mark], *, but: UUID) -> list[MarkOf]:
    """Those of `marks` that were blacklisted with institutions other than `but`."""
    return await _marks_of(connection, _BLACKLISTED, marks, but)


async def add(connection: AsyncConnection, institution_id: UUID, marks: Collection[Mark]) -> None:
    """Store `marks` as those of a blacklisted institution."""
    await (await driver(connection)).execute(_ADD, *_columns(marks), institution_id)


async def _marks_of(connection: AsyncConnection, statement: str, marks: Collection[Mark], but: UUID) -> list[MarkOf]:
    rows = await (await driver(connection)).fetch(statement, *_columns(marks), but)
    return [MarkOf(MarkKind(row["kind"]), row["mark"], row["institution_id"]) for row in rows]


def _columns(marks: Collection[Mark]) -> tuple[list[Any], list[Any]]:
    return [each.kind for each in marks], [each.mark for each in marks]
