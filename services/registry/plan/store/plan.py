"""The plans' entries, each the content of its latest fact, with every version it has had."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.plan import PlanEntry
from shared.contracts.dimensions import RegionPeriod
from shared.contracts.fact import ENVELOPE_FIELDS
from shared.contracts.registry.plan import IndicatorListed, ProgrammeListed
from shared.plan import Plan, Programme, Region

_LIST = "SELECT content FROM plan_entry WHERE starts_with(subject, :kind) ORDER BY subject"
_PLANS = """
SELECT content->>'code' AS code, CAST(content->>'year' AS integer) AS year FROM plan_entry
WHERE starts_with(subject, 'programmes/') AND content->>'parent' IS NULL
"""
_PROGRAMMES = """
SELECT content->>'code', content->>'parent', CAST(content->>'year' AS integer)
FROM plan_entry WHERE starts_with(subject, 'programmes/')
"""
_REGIONS = """
SELECT content->>'code' AS code, content->>'parent' AS parent, content->>'reporting_region' AS reporting_region,
    CAST(content->>'valid_to' AS date) AS valid_to, content->>'replaced_by' AS replaced_by,
    content->'periods' AS periods
FROM plan_entry WHERE starts_with(subject, 'regions/')
"""
_OF_YEAR = """
SELECT subject, content FROM plan_entry
WHERE (starts_with(subject, 'programmes/') OR starts_with(subject, 'indicators/'))
  AND CAST(content->>'year' AS integer) = :year
"""
# Entries of the first plan may bear a subject without a year: "programmes/S01" for "programmes/2025-S01".
_SUBJECTS = """
SELECT named.subject AS named, coalesce(e.subject, named.subject) AS published
FROM unnest(CAST(:subjects AS text[])) AS named (subject)
LEFT JOIN plan_entry AS e
ON e.subject = regexp_replace(named.subject, '^(programmes|indicators)/[0-9]{4}-', '\\1/')
   AND (e.content->>'year' IS NULL OR e.content->>'year' = substring(named.subject FROM '/([0-9]{4})-'))
"""
_FIND = "SELECT subject, version, content FROM plan_entry WHERE subject = ANY(:subjects) FOR UPDATE"
_SAVE = """
INSERT INTO plan_entry (subject, version, content) VALUES (:subject, :version, CAST(:content AS jsonb))
ON CONFLICT (subject) DO UPDATE SET version = excluded.version, content = excluded.content
WHERE plan_entry.version = excluded.version - 1
"""
_KEEP_VERSION = """
INSERT INTO plan_entry_version (subject, version, loaded_at, content)
VALUES (:subject, :version, CAST(CAST(:content AS jsonb)->>'at' AS timestamptz), CAST(:content AS jsonb))
"""
_CHANGES = """
SELECT now.subject, now.version, now.loaded_at, before.content AS before, now.content AS after
FROM plan_entry_version AS now JOIN plan_entry_version AS before
ON before.subject = now.subject AND before.version = now.version - 1
WHERE (starts_with(now.subject, 'programmes/') OR starts_with(now.subject, 'indicators/'))
  AND CAST(now.content->>'year' AS integer) = :year
ORDER BY now.loaded_at DESC, now.subject LIMIT :limit
"""


class EntryChange(NamedTuple):
    """An entry that was loaded again with other content: the fields that differ, before and after."""

    subject: str
    version: int
    loaded_at: datetime
    before: dict[str, Any]
    after: dict[str, Any]


async def entries(connection: AsyncConnection, kind: str) -> list[dict[str, Any]]:
    """All entries of `kind` ("programmes", "regions", "levels", "indicators"), by code."""
    return list(await connection.scalars(text(_LIST), {"kind": f"{kind}/"}))


async def load(connection: AsyncConnection) -> Plan:
    """The programmes and regions that rules ask for."""
    programmes = [Programme(*row) for row in await connection.execute(text(_PROGRAMMES))]
    regions = [_region(**row._asdict()) for row in await connection.execute(text(_REGIONS))]
    return Plan.of(programmes, regions)


async def plans(connection: AsyncConnection) -> dict[str, int]:
    """The year of each loaded plan, by code."""
    return {row.code: row.year for row in await connection.execute(text(_PLANS))}


async def of_year(connection: AsyncConnection, year: int) -> list[PlanEntry]:
    """The programmes and indicators of the plan of `year`; none if it was never loaded."""
    rows = await connection.execute(text(_OF_YEAR), {"year": year})
    return [_plan_entry(row.subject, row.content) for row in rows]


async def subjects(connection: AsyncConnection, subjects: Collection[str]) -> dict[str, str]:
    """For each of `subjects` the one under which its entry was published first; itself if it is new."""
    rows = await connection.execute(text(_SUBJECTS), {"subjects": list(subjects)})
    return {row.named: row.published for row in rows}


async def versions(connection: AsyncConnection, subjects: Collection[str]) -> Mapping[str, tuple[int, dict[str, Any]]]:
    """Version and content of those of `subjects` that exist, locked."""
    rows = await connection.execute(text(_FIND), {"subjects": list(subjects)})
    return {row.subject: (row.version, row.content) for row in rows}


async def save(connection: AsyncConnection, subject: str, version: int, content: Mapping[str, object]) -> None:
    """Store the next `version` of `subject`, and keep those before."""
    values = {"subject": subject, "version": version, "content": orjson.dumps(content).decode()}
    await connection.execute(text(_SAVE), values)
    await connection.execute(text(_KEEP_VERSION), values)


async def changes(connection: AsyncConnection, year: int, *, limit: int) -> list[EntryChange]:
    """What later loads changed in programmes and indicators of the plan of `year`, the latest first."""
    rows = await connection.execute(text(_CHANGES), {"year": year, "limit": limit})
    return [_change(*row) for row in rows]


def _change(
    subject: str, version: int, loaded_at: datetime, before: dict[str, Any], after: dict[str, Any]
) -> EntryChange:
    differing = [name for name in after if name not in ENVELOPE_FIELDS and before.get(name) != after[name]]
    return EntryChange(
        subject,
        version,
        loaded_at,
        {name: before.get(name) for name in differing},
        {name: after[name] for name in differing},
    )


def _plan_entry(subject: str, content: dict[str, Any]) -> PlanEntry:
    if subject.startswith("programmes/"):
        return msgspec.convert(content, ProgrammeListed)
    return msgspec.convert(content, IndicatorListed)


def _region(*, periods: Any, **fields: Any) -> Region:
    return Region(**fields, periods=msgspec.convert(periods or (), tuple[RegionPeriod, ...]))
