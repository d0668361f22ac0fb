"""What is listed, above all the plan: kept as it was told last, read by kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.plan.rules import YearPlan
from shared.contracts.books import BookState
from shared.contracts.registry.flags import FlagState
from shared.contracts.registry.plan import IndicatorListed, LevelListed, ProgrammeListed, RegionListed
from shared.contracts.registry.quality import QualityCounted
from shared.contracts.registry.supervision import FindingState, PatrolRecorded
from shared.contracts.subsidy.budgets import BudgetState
from shared.database import driver
from shared.plan import UnknownRegion

OfPlan = ProgrammeListed | RegionListed | LevelListed | IndicatorListed
OfSupervision = FlagState | FindingState | PatrolRecorded
ListedFact = OfPlan | OfSupervision | BudgetState | BookState | QualityCounted

_LIST = """
INSERT INTO listed (subject, content) SELECT subject, content::jsonb
FROM unnest($1::text[], $2::text[]) AS l (subject, content)
ON CONFLICT (subject) DO UPDATE SET content = excluded.content
"""
_LISTED = "SELECT content FROM listed WHERE starts_with(subject, :kind) ORDER BY subject"
_IS_PROVINCE = "SELECT content->>'reporting_region' IS NULL FROM listed WHERE subject = 'regions/' || :region"
_PLANS = """
SELECT content->>'code' AS code, CAST(content->>'year' AS integer) AS year, content->>'name_zh' AS name_zh,
    content->>'name_en' AS name_en
FROM listed WHERE starts_with(subject, 'programmes/') AND content->>'parent' IS NULL ORDER BY year
"""
# Without a year the programmes of all plans: those that bear the code in any of them.
_PARTS = """
WITH RECURSIVE programme AS (
    SELECT content->>'code' AS code, content->>'parent' AS parent FROM listed
    WHERE starts_with(subject, 'programmes/')
      AND (CAST(:year AS integer) IS NULL OR CAST(content->>'year' AS integer) = :year)
), part AS (
    SELECT code FROM programme WHERE code = :programme
    UNION
    SELECT programme.code FROM programme JOIN part ON programme.parent = part.code
)
SELECT code FROM part
"""


async def list_(connection: AsyncConnection, facts: Sequence[ListedFact]) -> None:
    """Keep the latest content of each subject that is listed."""
    contents = {fact.subject: msgspec.json.encode(fact).decode() for fact in facts}
    await (await driver(connection)).execute(_LIST, list(contents), list(contents.values()))


async def plans(connection: AsyncConnection) -> list[YearPlan]:
    """The plans that were told, by year."""
    return [YearPlan(**row) for row in (await connection.execute(text(_PLANS))).mappings()]


async def programmes(connection: AsyncConnection, year: int) -> dict[str, ProgrammeListed]:
    """The programmes of the plan of `year`, by code."""
    return {each.code: each for each in await all_programmes(connection) if each.year == year}


async def all_programmes(connection: AsyncConnection) -> list[ProgrammeListed]:
    """The programmes of all plans."""
    return msgspec.convert(await listed(connection, "programmes/"), list[ProgrammeListed])


async def indicators(connection: AsyncConnection, year: int) -> dict[str, IndicatorListed]:
    """The indicators of the plan of `year`, by code."""
    found = msgspec.convert(await listed(connection, "indicators/"), list[IndicatorListed])
    return {each.code: each for each in found if each.year == year}


async def regions(connection: AsyncConnection) -> list[RegionListed]:
    """The regions that were told, by code."""
    return msgspec.convert(await listed(connection, "regions/"), list[RegionListed])


async def parts(connection: AsyncConnection, programme: str, *, year: int | None) -> list[str]:
    """`programme` of the plan of `year`, its parts, and theirs; empty if it was never told."""
    return list(await connection.scalars(text(_PARTS), {"programme": programme, "year": year}))


async def is_province(connection: AsyncConnection, region: str) -> bool:
    """Whether `region` is the one that all others lie in. Raises UnknownRegion."""
    found: bool | None = await connection.scalar(text(_IS_PROVINCE), {"region": region})
    if found is None:
        raise UnknownRegion(pointer="/region")
    return found


async def listed(connection: AsyncConnection, kind: str) -> Sequence[Any]:
    """The contents of all subjects that begin with `kind`, as they were told last."""
    return list(await connection.scalars(text(_LISTED), {"kind": kind}))
