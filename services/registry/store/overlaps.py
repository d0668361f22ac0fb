"""The days that enrolments take of people, looked up for many people at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.overlaps import Taken
from shared.database import driver

_TAKEN: Final = """
SELECT e.id, e.class_id, e.institution_id, e.person, e.local_id, e.from_on, e.until_on
FROM unnest($1::uuid[]) AS p (person)
JOIN enrolment AS e ON e.person = p.person AND e.from_on <= e.until_on AND e.from_on <= $3 AND e.until_on >= $2
ORDER BY e.person, e.from_on, e.id
"""


async def taken(
    connection: AsyncConnection, persons: Collection[UUID], *, from_on: date, until_on: date
) -> list[Taken]:
    """What takes any of the days from `from_on` to `until_on` of `persons`, in the order of person and day."""
    rows = await (await driver(connection)).fetch(_TAKEN, list(persons), from_on, until_on)
    return [Taken(*row) for row in rows]
