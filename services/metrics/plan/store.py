"""The listed entries of the plan: kept as they were told last, read by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.registry.plan import IndicatorListed, LevelListed, ProgrammeListed, RegionListed
from shared.database import driver
from shared.plan import UnknownRegion

ListedFact = ProgrammeListed | RegionListed | LevelListed | IndicatorListed

_LIST = """
INSERT INTO listed (subject, content) SELECT subject, content::jsonb
FROM unnest($1::text[], $2::text[]) AS l (subject, content)
ON CONFLICT (subject) DO UPDATE SET content = excluded.content
"""
_LISTED = "SELECT content FROM listed WHERE starts_with(subject, :kind) ORDER BY subject"
_IS_PROVINCE = "SELECT content->>'reporting_region' IS NULL FROM listed WHERE subject = 'regions/' || :region"
_PARTS = """
WITH RECURSIVE part AS (
    SELECT content->>'code' AS code FROM listed WHERE subject = 'programmes/' || :programme
    UNION ALL
    SELECT content->>'code' FROM listed JOIN part ON content->>'parent' = part.code
    WHERE starts_with(subject, 'programmes/')
)
SELECT code FROM part
"""


async def list_(connection: AsyncConnection, facts: Sequence[ListedFact]) -> None:
    """Keep the latest content of each programme, region, level and indicator."""
    contents = {fact.subject: msgspec.json.encode(fact).decode() for fact in facts}
    await (await driver(connection)).execute(_LIST, list(contents), list(contents.values()))


async def programmes(connection: AsyncConnection) -> dict[str, ProgrammeListed]:
    """The programmes that were told, by code."""
    listed = msgspec.convert(await _listed(connection, "programmes/"), list[ProgrammeListed])
    return {each.code: each for each in listed}


async def indicators(connection: AsyncConnection) -> dict[str, IndicatorListed]:
    """The indicators that were told, by code."""
    listed = msgspec.convert(await _listed(connection, "indicators/"), list[IndicatorListed])
    return {each.code: each for each in listed}


async def names(connection: AsyncConnection, kind: str) -> Mapping[str, tuple[str, str]]:
    """Chinese and English names by code, of "programmes" or "regions"."""
    return {each["code"]: (each["name_zh"], each["name_en"]) for each in await _listed(connection, f"{kind}/")}


async def parts(connection: AsyncConnection, programme: str) -> list[str]:
    """`programme`, its parts, and theirs; empty if it was never told."""
    return list(await connection.scalars(text(_PARTS), {"programme": programme}))


async def is_province(connection: AsyncConnection, region: str) -> bool:
    """Whether `region` is the one that all others lie in. Raises UnknownRegion."""
    found: bool | None = await connection.scalar(text(_IS_PROVINCE), {"region": region})
    if found is None:
        raise UnknownRegion(pointer="/region")
    return found


async def _listed(connection: AsyncConnection, kind: str) -> Sequence[Any]:
    return list(await connection.scalars(text(_LISTED), {"kind": kind}))
