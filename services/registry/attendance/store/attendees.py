"""The trainees whom marks name, with the policy of their classes, read in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.rules.attendee import Attendee
from services.registry.plan.rules.policy import Policy, policy_of
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.database import driver
from shared.kernel.awards import Award

# Every writer of attendance locks the enrolments first, in the order of their ids, so that batches never deadlock.
# The policy of a class are the rows of its region and of those above it that decide on its first day: of each key the
# one that began last, the farthest region first. Beside them stand the days that the calendar lists as free. A single
# mark asks all this too, so it is one statement, and each LATERAL with a limit is one look-up in an index, whatever the
# planner believes of the number of rows.
_PARENT_THEN: Final = """
SELECT p->>'parent' FROM jsonb_array_elements(content->'periods') AS p
WHERE coalesce((p->>'valid_to')::date, 'infinity') >= day LIMIT 1
"""
_FIND: Final = """
WITH RECURSIVE locked AS MATERIALIZED (
    SELECT e.id, e.local_id, e.person, e.programme, e.status, c.id AS class_id, c.local_id AS class_local_id,
        c.status AS class_status, c.institution_id, c.region, c.reporting_region, c.occupation, c.level,
        c.fund_source, c.project, c.starts_on, c.ends_on,
        ARRAY(
            SELECT ROW(from_on, until_on) FROM earlier_days WHERE enrolment_id = e.id
            UNION ALL SELECT ROW(e.from_on, e.until_on)
        ) AS spans,
        EXISTS (SELECT FROM enrolment o WHERE o.person = e.person AND o.id <> e.id) AS has_others
    FROM enrolment e CROSS JOIN LATERAL (SELECT * FROM class WHERE id = e.class_id LIMIT 1) c
    WHERE {which} ORDER BY e.id {lock}
),
above AS (
    SELECT DISTINCT starts_on AS day, region, region AS code, 0 AS distance FROM locked
    UNION ALL
    SELECT day, region, p.parent, distance + 1 FROM above CROSS JOIN LATERAL (
        SELECT coalesce(({parent_then}), content->>'parent') AS parent
        FROM plan_entry WHERE subject = 'regions/' || code LIMIT 1
    ) p
    WHERE p.parent IS NOT NULL AND distance < 9
)
SELECT ARRAY(SELECT ROW(locked.*) FROM locked),
    ARRAY(
        SELECT ROW(day, region, key, value) FROM (
            SELECT DISTINCT ON (a.day, a.region, r.key, a.distance) a.day, a.region, r.key, a.distance, value, validity
            FROM above a JOIN policy_row r ON r.region = a.code AND lower(validity) <= a.day
            WHERE sequence IS NOT NULL AND r.key <> 'calendar.worked'
            ORDER BY a.day, a.region, r.key, a.distance DESC, lower(validity) DESC, sequence DESC
        ) f WHERE value IS NOT NULL AND validity @> day
    ),
    ARRAY(
        SELECT day FROM unnest($1::date[]) AS asked (day) CROSS JOIN LATERAL (
            SELECT value FROM policy_row
            WHERE key = 'calendar.worked' AND lower(validity) = day AND sequence IS NOT NULL
            ORDER BY sequence DESC LIMIT 1
        ) c WHERE value = 'no'
    )
"""
_LOCKED: Final = "FOR NO KEY UPDATE OF e"
_OF_LOCAL_IDS: Final = "e.institution_id = $2 AND e.local_id = ANY($3)"
_OF_EITHER: Final = """e.id IN (
    SELECT id FROM enrolment WHERE institution_id = $2 AND local_id = ANY($3)
    UNION ALL SELECT id FROM enrolment WHERE institution_id = ANY($5) AND id = ANY($4)
)"""
_BY_LOCAL_ID: Final = {
    True: _FIND.format(parent_then=_PARENT_THEN, which=_OF_LOCAL_IDS, lock=_LOCKED),
    False: _FIND.format(parent_then=_PARENT_THEN, which=_OF_LOCAL_IDS, lock=""),
}
_BY_EITHER: Final = {
    True: _FIND.format(parent_then=_PARENT_THEN, which=_OF_EITHER, lock=_LOCKED),
    False: _FIND.format(parent_then=_PARENT_THEN, which=_OF_EITHER, lock=""),
}
_ONE: Final = _FIND.format(parent_then=_PARENT_THEN, which="e.id = $2", lock=_LOCKED)
_OF_CLASS: Final = _FIND.format(parent_then=_PARENT_THEN, which="e.class_id = $2", lock=_LOCKED)


class Attendees(NamedTuple):
    """The trainees found, the policy of each of their classes, and the holidays among the requested days."""

    all: list[Attendee]
    policies: dict[UUID, Policy]
    holidays: set[date]


async def find(
    connection: AsyncConnection,
    institution_id: UUID,
    *,
    local_ids: Collection[str],
    ids: Collection[UUID],
    taken_over: Collection[UUID] = (),
    days: Collection[date],
    lock: bool,
) -> Attendees:
    """The institution's trainees by local_id or id; by id also those of institutions that it has taken over.

    `lock` holds row locks until the end of the transaction. Raises PolicyUnset.
    """
    database, calendar = await driver(connection), list(days)
    if not ids:
        return _attendees(await database.fetchrow(_BY_LOCAL_ID[lock], calendar, institution_id, list(local_ids)))
    values = (calendar, institution_id, list(local_ids), list(ids), [institution_id, *taken_over])
    return _attendees(await database.fetchrow(_BY_EITHER[lock], *values))


async def lock_one(connection: AsyncConnection, enrolment_id: UUID, day: date) -> Attendees:
    """One trainee of any institution, locked; empty if there is none. Raises PolicyUnset."""
    return _attendees(await (await driver(connection)).fetchrow(_ONE, [day], enrolment_id))


async def lock_class(connection: AsyncConnection, class_id: UUID) -> Attendees:
    """All trainees of a class, locked, in whatever state. Raises PolicyUnset."""
    return _attendees(await (await driver(connection)).fetchrow(_OF_CLASS, [], class_id))


def _attendees(row: Any) -> Attendees:
    found = [_attendee(each) for each in row[0]]
    figures: defaultdict[tuple[date, str], dict[str, str]] = defaultdict(dict)
    for day, region, key, value in row[1]:
        figures[day, region][key] = value
    places = {(each.starts_on, each.region) for each in found}
    policies = {place: policy_of(figures[place], day=place[0]) for place in places}
    of_classes = {each.class_id: policies[each.starts_on, each.region] for each in found}
    return Attendees(found, of_classes, set(row[2]))


def _attendee(row: Any) -> Attendee:
    values = list(row)
    values[4], values[7] = EnrolmentStatus(values[4]), ClassStatus(values[7])
    values[12] = Award(values[12])
    values[13] = None if values[13] is None else FundSource(values[13])
    values[17] = tuple(tuple(span) for span in values[17])
    return Attendee(*values)
