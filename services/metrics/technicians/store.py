"""Who was young, and filed enterprises, in the projection; persons come from its holdings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.technicians.rules import Counts, Filed
from shared.database import driver

_KEEP_YOUNG: Final = """
INSERT INTO young (certificate, is_young) SELECT * FROM unnest($1::uuid[], $2::boolean[]) AS t (id, young) ORDER BY id
ON CONFLICT (certificate) DO UPDATE SET is_young = excluded.is_young
"""
_KEEP_FILED: Final = """
INSERT INTO filed_enterprise (body_id, filed_in)
SELECT * FROM unnest($1::uuid[], $2::smallint[]) AS t (id, year) ORDER BY id
ON CONFLICT (body_id) DO UPDATE SET filed_in = excluded.filed_in
"""
# A person counts once, by their first valid certificate of these ranks, as where technicians are counted.
_COUNT: Final = """
WITH held AS (
    SELECT coalesce(a.into_person, h.person) AS human, c.award >= 7 AS is_appointed, h.issued_on, h.certificate,
        c.plan_year
    FROM holding AS h
    JOIN combination AS c ON c.id = h.combination
    LEFT JOIN alias AS a ON a.person = h.person
    WHERE h.valid AND c.award BETWEEN 5 AND 8
), first AS (
    SELECT DISTINCT ON (human, is_appointed) is_appointed, certificate, plan_year
    FROM held ORDER BY human, is_appointed, issued_on, certificate
)
SELECT count(*) FILTER (WHERE NOT is_appointed AND is_young) AS young_technicians,
    count(*) FILTER (WHERE is_appointed AND is_young) AS young_appointed,
    count(*) FILTER (WHERE is_appointed AND is_young IS NOT NULL) AS appointed,
    (SELECT count(*) FROM filed_enterprise WHERE filed_in = $1) AS filed_enterprises
FROM first LEFT JOIN young USING (certificate) WHERE plan_year = $1
"""
_PLAN_YEARS: Final = """
SELECT DISTINCT CAST(content->>'year' AS smallint) FROM listed WHERE starts_with(subject, 'programmes/')
"""
_KEEP_KNOWN: Final = """
INSERT INTO public.closing_technicians
SELECT day, $2, $3, $4, $5, $6 FROM unnest($1::date[]) AS ended (day)
"""
_KNOWN: Final = f"SELECT {', '.join(Counts._fields)} FROM public.closing_technicians WHERE day = $1 AND plan_year = $2"


async def keep_young(connection: AsyncConnection, young: Mapping[UUID, bool | None]) -> None:
    """Store of certificates whether their holders were young on the day of issue, where that is known."""
    told = {certificate: is_young for certificate, is_young in young.items() if is_young is not None}
    if told:
        await (await driver(connection)).execute(_KEEP_YOUNG, list(told), list(told.values()))


async def keep_filed(connection: AsyncConnection, filed: Sequence[Filed]) -> None:
    """Store in which year each enterprise was filed."""
    if filed:
        columns = [each.body_id for each in filed], [each.filed_in for each in filed]
        await (await driver(connection)).execute(_KEEP_FILED, *columns)


async def counts(connection: AsyncConnection, year: int) -> Counts:
    """What was counted for the plan of a year."""
    return Counts(*await (await driver(connection)).fetchrow(_COUNT, year))


async def keep_known(connection: AsyncConnection, days: Sequence[date]) -> None:
    """Store what is counted now, for every plan, as what was known at the end of `days`."""
    database = await driver(connection)
    for (year,) in await database.fetch(_PLAN_YEARS):
        await database.execute(_KEEP_KNOWN, days, year, *await counts(connection, year))


async def known_counts(connection: AsyncConnection, year: int, *, day: date) -> Counts | None:
    """What was counted for the plan of a year, as known on `day`; None for a day from before this was kept."""
    row = await (await driver(connection)).fetchrow(_KNOWN, day, year)
    return None if row is None else Counts(*row)
