"""Pairs of certificates of one human in the database, looked for from the merged keys, which are few."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.certificates.store import CERTIFICATE
from shared import tables
from shared.database import driver
from shared.reach import Reach

_PAGE: Final = """
WITH keys AS (
    SELECT person AS key, into_person AS human FROM heard_alias
    UNION ALL SELECT DISTINCT into_person, into_person FROM heard_alias
), held AS (
    SELECT k.human, c.* FROM keys AS k JOIN certificate AS c ON c.person = k.key AND c.status = 'valid'
)
SELECT first.id AS first, second.id AS second
FROM held AS first
JOIN held AS second ON second.human = first.human
    AND second.occupation = first.occupation AND second.level = first.level AND second.id > first.id
WHERE (first.id, second.id) > ($1, $2)
    AND ($3::text[] = '{}' OR $3 && ARRAY[first.region, first.reporting_region, second.region, second.reporting_region])
ORDER BY first.id, second.id LIMIT $4
"""


class Pair(NamedTuple):
    """Two valid certificates of one human for one occupation and award; `first` was issued first."""

    first: Certificate
    second: Certificate

    @property
    def id(self) -> UUID:
        """The certificate by which the list runs first."""
        return self.first.id

    @property
    def position(self) -> tuple[UUID, UUID]:
        """Its place in the list."""
        return self.first.id, self.second.id


async def page(connection: AsyncConnection, reach: Reach, *, after: tuple[UUID, UUID], limit: int) -> list[Pair]:
    """Pairs of which one lies in `reach`, in the order of their certificates, after `after`."""
    arguments = (*after, sorted(reach.codes), limit)
    rows = await (await driver(connection)).fetch(_PAGE, *arguments)
    ids = {row[each] for row in rows for each in ("first", "second")}
    statement = select(CERTIFICATE).where(tables.one_of(CERTIFICATE.c.id, ids))
    found = {each.id: each for each in await tables.fetch_all(connection, statement, Certificate)} if ids else {}
    return [Pair(found[row["first"]], found[row["second"]]) for row in rows]
