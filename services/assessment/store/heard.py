"""What was heard from the registry: the plan, classes, enrolments, each as its newest fact said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.domain.sessions import HeardClass
from shared.database import driver
from shared.kernel.levels import Level
from shared.plan import Plan, Programme, Region

_KEEP_PROGRAMMES = """
INSERT INTO heard_programme (code, parent)
SELECT * FROM unnest($1::text[], $2::text[]) AS h (code, parent) ORDER BY code
ON CONFLICT (code) DO UPDATE SET parent = excluded.parent
"""
_KEEP_REGIONS = """
INSERT INTO heard_region (code, parent, reporting_region, valid_to, replaced_by)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[])
    AS h (code, parent, reporting_region, valid_to, replaced_by) ORDER BY code
ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, reporting_region = excluded.reporting_region,
    valid_to = excluded.valid_to, replaced_by = excluded.replaced_by
"""
_KEEP_CLASSES = """
INSERT INTO heard_class (id, occupation, level, cancelled)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::boolean[]) AS h (id, occupation, level, cancelled)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET occupation = excluded.occupation, level = excluded.level, cancelled = excluded.cancelled
"""
_KEEP_ENROLMENTS = """
INSERT INTO heard_enrolment (id, class_id, person, programme, has_left)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::boolean[])
    AS h (id, class_id, person, programme, has_left)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET person = excluded.person, programme = excluded.programme, has_left = excluded.has_left
"""
_PROGRAMMES = "SELECT code, parent FROM heard_programme"
_REGIONS = "SELECT code, parent, reporting_region, valid_to, replaced_by FROM heard_region"
_CLASS = "SELECT id, occupation, level, cancelled FROM heard_class WHERE id = :id"


class HeardEnrolment(NamedTuple):
    """As much of an enrolment as was heard: what the person's training in the class counts to, and if they left."""

    id: UUID
    class_id: UUID
    person: UUID
    programme: str
    has_left: bool


async def keep_programmes(connection: AsyncConnection, programmes: Sequence[Programme]) -> None:
    await _keep(connection, _KEEP_PROGRAMMES, programmes)


async def keep_regions(connection: AsyncConnection, regions: Sequence[Region]) -> None:
    await _keep(connection, _KEEP_REGIONS, regions)


async def keep_classes(connection: AsyncConnection, classes: Sequence[HeardClass]) -> None:
    await _keep(connection, _KEEP_CLASSES, classes)


async def keep_enrolments(connection: AsyncConnection, enrolments: Sequence[HeardEnrolment]) -> None:
    await _keep(connection, _KEEP_ENROLMENTS, enrolments)


async def _keep(connection: AsyncConnection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        await (await driver(connection)).execute(statement, *(list(column) for column in zip(*rows, strict=True)))


async def plan(connection: AsyncConnection) -> Plan:
    """The programmes and regions that rules ask for; empty until they have been heard."""
    programmes = [Programme(*row) for row in await connection.execute(text(_PROGRAMMES))]
    regions = [Region(*row) for row in await connection.execute(text(_REGIONS))]
    return Plan({each.code: each for each in programmes}, {each.code: each for each in regions})


async def find_class(connection: AsyncConnection, class_id: UUID) -> HeardClass | None:
    row = (await connection.execute(text(_CLASS), {"id": class_id})).one_or_none()
    return None if row is None else HeardClass(row.id, row.occupation, Level(row.level), row.cancelled)
