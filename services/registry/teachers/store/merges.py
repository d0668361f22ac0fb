"""Merges of teachers in the database, and what they move from one entry to the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.teachers.rules.merges import TeacherMerge, TeacherMergeEvent, TeacherMergeStatus
from shared import tables
from shared.database import driver
from shared.kernel.refusals import NotFound
from shared.tables import Choice, Instant, Json, fixed

TEACHER_MERGE: Final = Table(
    "teacher_merge",
    MetaData(),
    fixed("id", Uuid),
    fixed("teacher_id", Uuid),
    fixed("into_id", Uuid),
    fixed("proposed_by", Text),
    Column("status", Choice(TeacherMergeStatus)),
    Column("moved", Json),
    Column("version", Integer),
)
TEACHER_MERGE_EVENT: Final = Table(
    "teacher_merge_event",
    MetaData(),
    fixed("id", Uuid),
    fixed("merge_id", Uuid),
    fixed("version", Integer),
    fixed("verb", Text),
    fixed("done_by", Text),
    fixed("done_at", Instant),
    fixed("said", Text),
)
_STEPS_MAX: Final = 100
_BY_ID: Final = select(TEACHER_MERGE).where(TEACHER_MERGE.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_STANDING: Final = (TeacherMergeStatus.PROPOSED, TeacherMergeStatus.MERGED)
_CLASHES: Final = """
SELECT count(*) FROM lesson a JOIN lesson b ON b.teacher_id = $2 AND b.held AND b.during && a.during
WHERE a.teacher_id = $1 AND a.held
"""
# What the other entry has already stays where it is: it is the same statement, or the same paper.
_MOVE: Final = {
    "lessons": "UPDATE lesson SET teacher_id = $2 WHERE teacher_id = $1 RETURNING id::text",
    "qualifications": """
        UPDATE qualification q SET teacher_id = $2 WHERE q.teacher_id = $1 AND NOT q.withdrawn AND NOT EXISTS (
            SELECT FROM qualification o WHERE o.teacher_id = $2 AND NOT o.withdrawn
                AND (o.institution_id, o.name, o.mark) = (q.institution_id, q.name, q.mark)
        ) RETURNING id::text
    """,
    "projects": """
        UPDATE teacher_project p SET teacher_id = $2 WHERE p.teacher_id = $1 AND NOT EXISTS (
            SELECT FROM teacher_project o WHERE o.teacher_id = $2
                AND (o.institution_id, o.project) = (p.institution_id, p.project)
        ) RETURNING institution_id::text || '/' || project
    """,
}
_MOVE_BACK: Final = {
    "lessons": "UPDATE lesson SET teacher_id = $1 WHERE teacher_id = $2 AND id::text = ANY($3)",
    "qualifications": "UPDATE qualification SET teacher_id = $1 WHERE teacher_id = $2 AND id::text = ANY($3)",
    "projects": """
        UPDATE teacher_project SET teacher_id = $1
        WHERE teacher_id = $2 AND institution_id::text || '/' || project = ANY($3)
    """,
}
_GO_INTO: Final = "UPDATE teacher SET merged_into = $2 WHERE id = $1"
_ENGAGE_AS: Final = "UPDATE engagement SET teacher_id = $2, version = version + 1 WHERE id = ANY($1)"


async def add(connection: AsyncConnection, merge: TeacherMerge) -> None:
    await tables.add(connection, TEACHER_MERGE, merge)


async def save(connection: AsyncConnection, merge: TeacherMerge) -> None:
    """Store the next version of `merge`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, TEACHER_MERGE, merge, expected=merge.version - 1)


async def load(connection: AsyncConnection, merge_id: UUID, *, lock: bool = False) -> TeacherMerge:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, TeacherMerge, id=merge_id)
    if found is None:
        raise NotFound(what="merge of teachers", id=merge_id)
    return found


async def of_teacher(connection: AsyncConnection, teacher_id: UUID, *, standing: bool) -> list[TeacherMerge]:
    """The merges that the teacher goes into another by, or another into them; with `standing`, only out of them."""
    asked = [TEACHER_MERGE.c.teacher_id == teacher_id, TEACHER_MERGE.c.status.in_(_STANDING)]
    if not standing:
        asked = [or_(TEACHER_MERGE.c.teacher_id == teacher_id, TEACHER_MERGE.c.into_id == teacher_id)]
    statement = select(TEACHER_MERGE).where(*asked).order_by(TEACHER_MERGE.c.id).limit(_STEPS_MAX)
    return await tables.fetch_all(connection, statement, TeacherMerge)


async def clashing_lessons(connection: AsyncConnection, teacher_id: UUID, into_id: UUID) -> int:
    """How many lessons of the two entries are held at one time."""
    found: int = await (await driver(connection)).fetchval(_CLASHES, teacher_id, into_id)
    return found


async def move(connection: AsyncConnection, teacher_id: UUID, into_id: UUID) -> dict[str, list[str]]:
    """Move lessons, qualifications and projects of `teacher_id` to `into_id`; returns what was moved."""
    database = await driver(connection)
    moved = {
        name: [row[0] for row in await database.fetch(statement, teacher_id, into_id)]
        for name, statement in _MOVE.items()
    }
    await database.execute(_GO_INTO, teacher_id, into_id)
    return moved


async def move_back(
    connection: AsyncConnection, teacher_id: UUID, into_id: UUID, moved: Mapping[str, list[str]]
) -> None:
    """Move back what of `moved` is still with `into_id`."""
    database = await driver(connection)
    for name, statement in _MOVE_BACK.items():
        await database.execute(statement, teacher_id, into_id, moved.get(name, []))
    await database.execute(_GO_INTO, teacher_id, None)


async def engage_as(connection: AsyncConnection, engagement_ids: list[UUID], teacher_id: UUID) -> None:
    """Give these engagements, which are locked, to `teacher_id`, in their next versions."""
    await (await driver(connection)).execute(_ENGAGE_AS, engagement_ids, teacher_id)


async def add_event(connection: AsyncConnection, event: TeacherMergeEvent) -> None:
    await tables.add(connection, TEACHER_MERGE_EVENT, event)


async def events(connection: AsyncConnection, merge_id: UUID) -> list[TeacherMergeEvent]:
    """The steps of the merge, oldest first."""
    theirs = TEACHER_MERGE_EVENT.c.merge_id == merge_id
    statement = select(TEACHER_MERGE_EVENT).where(theirs).order_by(TEACHER_MERGE_EVENT.c.version).limit(_STEPS_MAX)
    return await tables.fetch_all(connection, statement, TeacherMergeEvent)
