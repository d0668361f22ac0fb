"""Received flags that hold claims, in the database: one row each, with the latest state."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, MetaData, Table, Text, Uuid
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.holds.rules import Flag, HoldStatus
from shared import tables
from shared.database import driver
from shared.tables import Choice

HEARD_FLAG: Final = Table(
    "heard_flag",
    MetaData(),
    Column("id", Uuid),
    Column("code", Text, key="check"),
    Column("kind", Text),
    Column("institution_id", Uuid),
    Column("class_id", Uuid),
    Column("enrolment_id", Uuid),
    Column("person", Uuid),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("status", Choice(HoldStatus)),
)
# In one order always, so that two batches do not wait for each other.
_KEEP: Final = f"""
INSERT INTO heard_flag ({tables.names(HEARD_FLAG.c)}) SELECT * FROM {tables.unnest(HEARD_FLAG.c)} ORDER BY id
ON CONFLICT (id) DO UPDATE SET {tables.excluded(HEARD_FLAG.c)}
"""
_STANDING: Final = "status <> 'dismissed'"
# A flag of a person names one key; the human may be claimed for under another.
_KEYS: Final = """
WITH named AS (
    SELECT p.person, coalesce(a.into_person, p.person) AS human
    FROM unnest($1::uuid[]) AS p (person) LEFT JOIN heard_alias AS a ON a.person = p.person
), keys AS (
    SELECT person AS key FROM named UNION SELECT human FROM named
    UNION SELECT a.person FROM named JOIN heard_alias AS a ON a.into_person = named.human
)
"""
_OF_CLAIM: Final = f"""
{_KEYS}
SELECT {tables.names(HEARD_FLAG.c)} FROM heard_flag
WHERE {_STANDING} AND (
    (class_id = $3 AND enrolment_id IS NULL)
    OR enrolment_id = ANY($2)
    OR (person IN (SELECT key FROM keys) AND class_id IS NULL AND enrolment_id IS NULL)
    OR (institution_id = $4 AND class_id IS NULL AND enrolment_id IS NULL AND person IS NULL)
)
ORDER BY id LIMIT 500
"""
_UPHELD: Final = """
SELECT DISTINCT e.id
FROM heard_enrolment AS e
LEFT JOIN heard_alias AS a ON a.person = e.person
LEFT JOIN heard_alias AS o ON o.into_person = coalesce(a.into_person, e.person)
JOIN heard_flag AS f ON f.status = 'upheld' AND (
    f.enrolment_id = e.id
    OR (f.enrolment_id IS NULL AND f.class_id IS NULL
        AND f.person IN (e.person, coalesce(a.into_person, e.person), o.person))
)
WHERE e.class_id = $1
"""


async def keep(connection: AsyncConnection, flags: Sequence[Flag]) -> None:
    """Store the latest state of each flag."""
    if flags:
        columns = tables.arrays(HEARD_FLAG.c, [tables.values_of(HEARD_FLAG, each) for each in flags])
        await (await driver(connection)).execute(_KEEP, *columns)


async def of_claim(
    connection: AsyncConnection,
    *,
    class_id: UUID,
    institution_id: UUID,
    enrolments: Collection[UUID],
    persons: Collection[UUID],
) -> list[Flag]:
    """The flags, open or upheld, that hold a claim for the class: about the class, its institution, or one of the
    enrolments and persons that are paid for. By id.
    """
    arguments = (list(persons), list(enrolments), class_id, institution_id)
    return [_flag(row) for row in await (await driver(connection)).fetch(_OF_CLAIM, *arguments)]


async def upheld(connection: AsyncConnection, class_id: UUID) -> frozenset[UUID]:
    """The enrolments of the class about which, or about whose person, a flag that holds was upheld."""
    return frozenset(row["id"] for row in await (await driver(connection)).fetch(_UPHELD, class_id))


def _flag(row: Any) -> Flag:
    values = {column.key: row[column.name] for column in HEARD_FLAG.c}
    return Flag(**values | {"status": HoldStatus(row["status"])})
