"""Classes and enrolments, from the registry's latest facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, column, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.trainings.rules import RegistryClass, RegistryEnrolment
from shared.database import driver
from shared.kernel.levels import Level

_KEEP_CLASSES: Final = """
INSERT INTO heard_class (id, occupation, level, cancelled)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::boolean[]) AS h (id, occupation, level, cancelled)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET occupation = excluded.occupation, level = excluded.level, cancelled = excluded.cancelled
"""
_KEEP_ENROLMENTS: Final = """
INSERT INTO heard_enrolment (id, class_id, person, programme, has_left)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::boolean[])
    AS h (id, class_id, person, programme, has_left)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET person = excluded.person, programme = excluded.programme, has_left = excluded.has_left
"""
_CLASS: Final = table("heard_class", *map(column, RegistryClass._fields))
_FIND_CLASS: Final = select(_CLASS).where(_CLASS.c.id == bindparam("class_id"))


def training_of(human: str, *, class_id: str) -> str:
    """A SELECT of the programme of the enrolment of `human` in the class; both arguments are SQL.

    The enrolment may have any of the human's keys.
    """
    return f"""
    SELECT programme FROM heard_enrolment
    WHERE class_id = {class_id} AND NOT has_left AND (
        person = {human} OR person IN (SELECT person FROM heard_alias WHERE into_person = {human})
    )
    ORDER BY id LIMIT 1
    """


async def keep_classes(connection: AsyncConnection, classes: Sequence[RegistryClass]) -> None:
    if classes:
        await (await driver(connection)).execute(_KEEP_CLASSES, *map(list, zip(*classes, strict=True)))


async def keep_enrolments(connection: AsyncConnection, enrolments: Sequence[RegistryEnrolment]) -> None:
    if enrolments:
        await (await driver(connection)).execute(_KEEP_ENROLMENTS, *map(list, zip(*enrolments, strict=True)))


async def find_class(connection: AsyncConnection, class_id: UUID) -> RegistryClass | None:
    row = (await connection.execute(_FIND_CLASS, {"class_id": class_id})).one_or_none()
    return None if row is None else RegistryClass(row.id, row.occupation, Level(row.level), row.cancelled)
