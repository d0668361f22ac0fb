"""The plan's entries, each the content of its latest fact."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.plan import Plan, Programme, Region

_LIST = "SELECT content FROM plan_entry WHERE starts_with(subject, :kind) ORDER BY subject"
_PROGRAMMES = """
SELECT content->>'code', content->>'parent' FROM plan_entry WHERE starts_with(subject, 'programmes/')
"""
_REGIONS = """
SELECT content->>'code', content->>'parent', content->>'reporting_region', CAST(content->>'valid_to' AS date),
    content->>'replaced_by'
FROM plan_entry WHERE starts_with(subject, 'regions/')
"""
_FIND = "SELECT subject, version, content FROM plan_entry WHERE subject = ANY(:subjects) FOR UPDATE"
_SAVE = """
INSERT INTO plan_entry (subject, version, content) VALUES (:subject, :version, CAST(:content AS jsonb))
ON CONFLICT (subject) DO UPDATE SET version = excluded.version, content = excluded.content
WHERE plan_entry.version = excluded.version - 1
"""


async def entries(connection: AsyncConnection, kind: str) -> list[dict[str, Any]]:
    """All entries of `kind` ("programmes", "regions", "levels", "indicators"), by code."""
    return list(await connection.scalars(text(_LIST), {"kind": f"{kind}/"}))


async def load(connection: AsyncConnection) -> Plan:
    """The programmes and regions that rules ask for."""
    programmes = [Programme(*row) for row in await connection.execute(text(_PROGRAMMES))]
    regions = [Region(*row) for row in await connection.execute(text(_REGIONS))]
    return Plan({each.code: each for each in programmes}, {each.code: each for each in regions})


async def versions(connection: AsyncConnection, subjects: Collection[str]) -> Mapping[str, tuple[int, dict[str, Any]]]:
    """Version and content of those of `subjects` that exist, locked."""
    rows = await connection.execute(text(_FIND), {"subjects": list(subjects)})
    return {row.subject: (row.version, row.content) for row in rows}


async def save(connection: AsyncConnection, subject: str, version: int, content: Mapping[str, object]) -> None:
    """Store the next `version` of `subject`."""
    values = {"subject": subject, "version": version, "content": orjson.dumps(content).decode()}
    await connection.execute(text(_SAVE), values)
