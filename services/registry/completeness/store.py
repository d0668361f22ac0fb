"""Counts of filled fields by institution, in one statement for a page of institutions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.store.institutions import INSTITUTION
from shared import tables
from shared.database import driver
from shared.located import lies_in
from shared.reach import Owners, Reach


class Filled(NamedTuple):
    """A field of some kind of record: in how many of these it is filled."""

    field: str
    filled: int
    of: int


_FIELDS: Final = {
    "institution": ("department", "owner", "account"),
    "sites": ("place", "rooms"),
    "classes": ("site", "teaching_plan", "timetable", "exam_plan", "fee"),
    "trainees": ("phone", "employment", "consent"),
    "teachers": ("projects", "qualifications"),
}
"""By kind of record, its fields, in the order of the columns below: first how many records, then each field."""
# Cancelled classes and trainees who left count nowhere; teachers are those engaged on the day.
_COUNT: Final = """
SELECT i.id, 1, (i.department <> '')::int, (i.owner_mark IS NOT NULL)::int, (i.account_mark IS NOT NULL)::int,
    s.*, c.*, e.*, t.*
FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (id, place) JOIN institution AS i USING (id)
CROSS JOIN LATERAL (
    SELECT count(*), count(longitude),
        count(*) FILTER (WHERE EXISTS (SELECT FROM room AS r WHERE r.site_id = site.id AND r.listed))
    FROM site WHERE institution_id = i.id
) AS s
CROSS JOIN LATERAL (
    SELECT count(*), count(site_id), count(teaching_plan),
        count(*) FILTER (WHERE EXISTS (SELECT FROM lesson AS l WHERE l.class_id = class.id)), count(exam_plan),
        count(*) FILTER (WHERE government_fen + enterprise_fen + individual_fen > 0)
    FROM class WHERE institution_id = i.id AND status <> 'cancelled'
) AS c
CROSS JOIN LATERAL (
    SELECT count(*), count(phone_mark), count(employment), count(consented_on)
    FROM enrolment JOIN trainee USING (person)
    WHERE institution_id = i.id AND status NOT IN ('withdrawn', 'transferred')
) AS e
CROSS JOIN LATERAL (
    SELECT count(*),
        count(*) FILTER (WHERE EXISTS (
            SELECT FROM teacher_project AS p WHERE p.teacher_id = g.teacher_id AND p.institution_id = i.id
        )),
        count(*) FILTER (WHERE EXISTS (
            SELECT FROM qualification AS q WHERE q.teacher_id = g.teacher_id AND NOT q.withdrawn
                AND (q.institution_id = i.id OR q.verified_by IS NOT NULL)
        ))
    FROM engagement AS g WHERE g.institution_id = i.id AND g.engaged @> $2::date
) AS t
ORDER BY place
"""


async def institutions(
    connection: AsyncConnection, reach: Reach, owners: Owners, *, after: UUID, limit: int
) -> list[UUID]:
    """The ids of institutions within reach, after `after`."""
    asked = [*lies_in(INSTITUTION, reach), *tables.matches(INSTITUTION, id=owners)]
    statement = select(INSTITUTION.c.id).where(INSTITUTION.c.id > after, *asked).order_by(INSTITUTION.c.id)
    return list(await connection.scalars(statement.limit(limit)))


ByKind = dict[str, list[Filled]]
"""The fields of each kind of record."""


async def count(connection: AsyncConnection, ids: Collection[UUID], *, day: date) -> dict[UUID, ByKind]:
    """By institution and kind of record, how many of its records have each field."""
    rows = await (await driver(connection)).fetch(_COUNT, list(ids), day)
    return {row[0]: _by_kind(tuple(row)[1:]) for row in rows}


def _by_kind(counts: tuple[int, ...]) -> ByKind:
    found, start = {}, 0
    for kind, names in _FIELDS.items():
        of, *filled = counts[start : start + len(names) + 1]
        found[kind] = [Filled(name, each, of) for name, each in zip(names, filled, strict=True)]
        start += len(names) + 1
    return found
