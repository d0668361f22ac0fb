"""Received flags that hold claims, in the database: one row each, with the latest state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Column, MetaData, Table, Text, Uuid
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.holds.rules import OF_EVERY_KIND, Flag, HoldStatus, ListKind
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
    Column("certificate_id", Uuid),
)
# In one order always, so that two batches do not wait for each other.
_KEEP: Final = f"""
INSERT INTO heard_flag ({tables.names(HEARD_FLAG.c)}) SELECT * FROM {tables.unnest(HEARD_FLAG.c)} ORDER BY id
ON CONFLICT (id) DO UPDATE SET {tables.excluded(HEARD_FLAG.c)}
"""
_SET_STATUS: Final = "UPDATE heard_flag SET status = $2 WHERE id = $1"
OF_TRAININGS: Final = ", ".join(f"'{kind}'" for kind in sorted(set(ListKind) - OF_EVERY_KIND))
"""The lists of other authorities that concern every kind but an assessment, as SQL."""
_UPHELD: Final = f"""
SELECT DISTINCT e.id
FROM heard_enrolment AS e
JOIN heard_class AS k ON k.id = e.class_id
LEFT JOIN heard_alias AS a ON a.person = e.person
LEFT JOIN heard_alias AS o ON o.into_person = coalesce(a.into_person, e.person)
JOIN heard_flag AS f ON f.status = 'upheld' AND (
    f.enrolment_id = e.id
    OR (f.enrolment_id IS NULL AND f.class_id IS NULL
        AND f.person IN (e.person, coalesce(a.into_person, e.person), o.person)
        AND (f.first_on IS NULL OR f.first_on <= e.effective_on) AND (f.last_on IS NULL OR f.last_on >= k.starts_on))
)
WHERE e.class_id = $1
UNION SELECT e.id
FROM exam_certificate AS e
LEFT JOIN heard_alias AS a ON a.person = e.person
LEFT JOIN heard_alias AS o ON o.into_person = coalesce(a.into_person, e.person)
JOIN heard_flag AS f ON f.status = 'upheld' AND f.enrolment_id IS NULL AND f.class_id IS NULL
    AND f.person IN (e.person, coalesce(a.into_person, e.person), o.person) AND f.kind <> ALL(ARRAY[{OF_TRAININGS}])
    AND (f.first_on IS NULL OR f.first_on <= e.issued_on) AND (f.last_on IS NULL OR f.last_on >= e.issued_on)
WHERE e.exam_id = $1
UNION SELECT e.id
FROM exam_certificate AS e
LEFT JOIN heard_alias AS a ON a.person = e.person
LEFT JOIN heard_alias AS o ON o.into_person = coalesce(a.into_person, e.person)
JOIN heard_flag AS f ON f.status = 'upheld' AND f.enrolment_id IS NULL AND f.class_id IS NULL
    AND f.person IN (e.person, coalesce(a.into_person, e.person), o.person)
    AND (f.first_on IS NULL OR f.first_on <= e.issued_on) AND (f.last_on IS NULL OR f.last_on >= e.issued_on)
WHERE e.id = $1
"""
_OBJECTED: Final = "SELECT enrolment_id FROM objection WHERE class_id = $1 AND status = 'upheld'"


async def keep(connection: AsyncConnection, flags: Sequence[Flag]) -> None:
    """Store the latest state of each flag."""
    if flags:
        columns = tables.arrays(HEARD_FLAG.c, [tables.values_of(HEARD_FLAG, each) for each in flags])
        await (await driver(connection)).execute(_KEEP, *columns)


async def set_status(connection: AsyncConnection, hold_id: UUID, status: HoldStatus) -> None:
    """What became of a hold that was found in this service, with the record that it belongs to."""
    await (await driver(connection)).execute(_SET_STATUS, hold_id, status.value)


async def upheld(connection: AsyncConnection, source_id: UUID) -> frozenset[UUID]:
    """The entries of the source about which, or about whose person, a flag that holds was upheld."""
    return frozenset(row["id"] for row in await (await driver(connection)).fetch(_UPHELD, source_id))


async def objected(connection: AsyncConnection, source_id: UUID) -> frozenset[UUID]:
    """The entries of the class or exam to whose line an objection was upheld."""
    return frozenset(row["enrolment_id"] for row in await (await driver(connection)).fetch(_OBJECTED, source_id))
