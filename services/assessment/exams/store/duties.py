"""Who examines when and where, how bodies began, and the history of sessions, in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.exams.rules.assignments import Duty
from services.assessment.exams.rules.history import SessionStep
from services.assessment.exams.rules.sittings import Hours
from shared import tables
from shared.contracts.assessment import DutyPlanned
from shared.database import driver
from shared.tables import Instant, Json, Texts

_DROP: Final = "DELETE FROM examiner_duty WHERE session_id = $1"
_ADD: Final = """
INSERT INTO examiner_duty (session_id, examiner_id, person, part, room, during)
SELECT $1, examiner_id, person, part, room, tstzrange(begins_at, ends_at)
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
    AS given (examiner_id, person, part, room, begins_at, ends_at)
ORDER BY person, begins_at
"""
_TAKEN: Final = """
SELECT person, lower(during) AS begins_at, upper(during) AS ends_at FROM examiner_duty
WHERE person = ANY($1) AND during && tstzrange($2, $3) AND session_id <> $4 ORDER BY lower(during)
"""
_OF_SESSION: Final = """
SELECT DISTINCT person, lower(during) AS begins_at, upper(during) AS ends_at FROM examiner_duty
WHERE session_id = $1 ORDER BY 2, 3, 1
"""
_RECENT: Final = """
SELECT s.id, COALESCE(array_agg(d.person) FILTER (WHERE d.part IS NOT NULL), '{}') AS persons
FROM (
    SELECT id, held_on FROM session
    WHERE body_id = $1 AND occupation = $2 AND (held_on, id) < ($3, $4) AND id <> $4
        AND status NOT IN ('cancelled', 'returned') AND sittings <> '[]'
    ORDER BY held_on DESC, id DESC LIMIT $5
) AS s LEFT JOIN examiner_duty AS d ON d.session_id = s.id
GROUP BY s.id, s.held_on ORDER BY s.held_on DESC, s.id DESC
"""
_STEP: Final = Table(
    "session_step",
    MetaData(),
    Column("session_id", Uuid),
    Column("version", Integer),
    Column("verb", Text),
    Column("by", Text),
    Column("at", Instant),
    Column("reason", Text),
    Column("rules", Texts),
    Column("content", Json),
)


async def replace(connection: AsyncConnection, session_id: UUID, duties: Sequence[Duty]) -> None:
    """The duties of a session are these. Raises the database's exclusion violation if a person is taken."""
    own = await driver(connection)
    await own.execute(_DROP, session_id)
    if duties:
        rows = [
            (each.examiner_id, each.person, each.part and each.part.value, each.room, each.begins_at, each.ends_at)
            for each in duties
        ]
        await own.execute(_ADD, session_id, *map(list, zip(*rows, strict=True)))


async def taken(
    connection: AsyncConnection, persons: Collection[UUID], *, since: datetime, until: datetime, but: UUID
) -> dict[UUID, list[Hours]]:
    """When these humans examine or supervise between the two instants, apart from the session `but`."""
    found: defaultdict[UUID, list[Hours]] = defaultdict(list)
    for row in await (await driver(connection)).fetch(_TAKEN, list(persons), since, until, but):
        found[row["person"]].append(Hours(row["begins_at"], row["ends_at"]))
    return dict(found)


async def of_session(connection: AsyncConnection, session_id: UUID) -> tuple[DutyPlanned, ...]:
    """Who examines or supervises in the session, and when, as its facts tell it: humans, in the order of time."""
    rows = await (await driver(connection)).fetch(_OF_SESSION, session_id)
    return tuple(DutyPlanned(*row) for row in rows)


async def recent(
    connection: AsyncConnection, *, body_id: UUID, occupation: str, before: date, but: UUID, limit: int
) -> list[frozenset[UUID]]:
    """Who examined in each of the body's last sessions of the occupation up to `before`: humans, the latest first."""
    rows = await (await driver(connection)).fetch(_RECENT, body_id, occupation, before, but, limit)
    return [frozenset(row["persons"]) for row in rows]


async def add_step(connection: AsyncConnection, step: SessionStep) -> None:
    await tables.add(connection, _STEP, step)


async def steps(connection: AsyncConnection, session_id: UUID) -> list[SessionStep]:
    """The history of a session, oldest first; steps from before it was kept are missing."""
    statement = select(_STEP).where(_STEP.c.session_id == session_id).order_by(_STEP.c.version)
    return await tables.fetch_all(connection, statement, SessionStep)
