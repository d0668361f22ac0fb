"""Flags about exams in the database, the inspections behind some, and what is looked at to raise them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.sight.rules import Sight
from services.assessment.sight.store import in_sight
from services.assessment.supervision.rules.flags import ExamFlag, FlagStatus, FlagStep, HitRate
from services.assessment.supervision.rules.inspections import Inspection, Manner
from services.assessment.supervision.rules.kinds import FlagKind
from services.assessment.supervision.rules.seen import Beginning, Fee, Relation
from shared import tables
from shared.database import driver
from shared.dated_rules.figures import FigureRow
from shared.dated_rules.store import RuleTable, figure_table
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.tables import Choice, Instant, Json, fixed

SUPERVISION_RULE: Final = RuleTable(figure_table("supervision_rule"), FigureRow)

FLAG: Final = Table(
    "exam_flag",
    MetaData(),
    fixed("id", Uuid),
    fixed("kind", Choice(FlagKind)),
    *(fixed(name, Uuid) for name in ("session_id", "body_id")),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("holds", Boolean),
    fixed("facts", Json),
    fixed("raised_at", Instant),
    Column("due_on", Date),
    Column("assigned_to", Text),
    Column("status", Choice(FlagStatus)),
    Column("settled_by", Text),
    Column("settled_at", Instant),
    Column("settling_reason", Text),
    Column("version", Integer),
)
_STEP: Final = Table(
    "exam_flag_step",
    MetaData(),
    Column("flag_id", Uuid),
    Column("version", Integer),
    Column("verb", Text),
    Column("by", Text),
    Column("at", Instant),
    Column("reason", Text),
    Column("assigned_to", Text),
)
_INSPECTION: Final = Table(
    "exam_inspection",
    MetaData(),
    *(Column(name, Uuid) for name in ("id", "session_id")),
    Column("manner", Choice(Manner)),
    Column("inspected_on", Date),
    Column("found", Text),
    Column("flag_id", Uuid),
    Column("inspected_by", Text),
    Column("entered_at", Instant),
)
# One flag of a kind for a session; an inspection makes one of its own each time.
_ADD: Final = f"""
INSERT INTO exam_flag ({tables.names(FLAG.c)}) SELECT {tables.names(FLAG.c)} FROM {tables.unnest(FLAG.c)}
ORDER BY kind, session_id, id
ON CONFLICT (kind, session_id) WHERE kind <> 'inspection-finding' DO NOTHING
"""
_SESSION: Final = """
SELECT body_id, class_id, region, reporting_region, occupation, level, held_on FROM session WHERE id = $1
"""
_RESULTS: Final = """
SELECT theory, skills, review, passed FROM candidate WHERE session_id = $1 AND passed IS NOT NULL AND NOT cheated
"""
_CANDIDATES: Final = "SELECT count(*) FROM candidate WHERE session_id = $1"
_BEGINNING: Final = """
SELECT f.first_on, count(DISTINCT s.id) AS sessions, count(c.id) AS candidates
FROM (SELECT min(first_on) AS first_on FROM scope_entry WHERE body_id = $1) AS f
LEFT JOIN session AS s ON s.body_id = $1 AND s.status <> 'cancelled'
    AND s.held_on BETWEEN f.first_on AND f.first_on + CAST($2 AS integer)
LEFT JOIN candidate AS c ON c.session_id = s.id
WHERE f.first_on IS NOT NULL GROUP BY f.first_on
"""
# The candidates of a session are divided among the rooms of a part; whoever examines in a room has those of the room.
_LOADS: Final = """
WITH rooms AS (
    SELECT session_id, part, count(DISTINCT room) AS rooms FROM examiner_duty
    WHERE part IS NOT NULL AND session_id IN (SELECT id FROM session WHERE held_on = $2) GROUP BY session_id, part
), duties AS (
    SELECT d.person, r.rooms, (SELECT count(*) FROM candidate AS c WHERE c.session_id = d.session_id) AS candidates
    FROM examiner_duty AS d JOIN rooms AS r USING (session_id, part)
    WHERE d.person IN (SELECT person FROM examiner_duty WHERE session_id = $1 AND part IS NOT NULL)
)
SELECT person, sum((candidates + rooms - 1) / rooms)::integer FROM duties GROUP BY person
"""
_RELATED: Final = """
SELECT CASE WHEN t.credit_code = b.credit_code THEN 'one-legal-person' ELSE 'declared' END AS ground,
    CASE WHEN t.credit_code = b.credit_code THEN NULL ELSE r.id END AS relation_id
FROM session AS s JOIN body AS b ON b.id = s.body_id
JOIN heard_exam_plan AS p ON p.class_id = s.class_id JOIN heard_credit_code AS t USING (institution_id)
LEFT JOIN body_relation AS r ON r.body_id = s.body_id AND r.institution_code = t.credit_code AND r.ended_at IS NULL
WHERE s.id = $1 AND (t.credit_code = b.credit_code OR r.id IS NOT NULL) LIMIT 1
"""
_FEE: Final = """
SELECT fee_fen, subsidised FROM session_fee WHERE session_id = $1 ORDER BY id DESC LIMIT 1
"""
# The session is locked first, so that statements have an order.
_LOCK_SESSION: Final = "SELECT FROM session WHERE id = $1 FOR UPDATE"
_ADD_FEE: Final = """
INSERT INTO session_fee (id, session_id, fee_fen, subsidised, stated_by, stated_at, version)
SELECT $1, $2, $3, $4, $5, $6, coalesce(max(version), 0) + 1 FROM session_fee WHERE session_id = $2
RETURNING version
"""
_HOLDING: Final = """
SELECT id FROM exam_flag WHERE session_id = $1 AND holds AND status <> 'dismissed' ORDER BY id LIMIT 1
"""
_RATES: Final = """
SELECT kind, count(*), count(*) FILTER (WHERE status = 'upheld'), count(*) FILTER (WHERE status = 'dismissed'),
    count(*) FILTER (WHERE status = 'open'), count(*) FILTER (WHERE status = 'open' AND due_on < $3)
FROM exam_flag
WHERE raised_at >= CAST($1::date AS timestamp) AT TIME ZONE 'Asia/Shanghai'
    AND raised_at < (CAST($2::date AS timestamp) + interval '1 day') AT TIME ZONE 'Asia/Shanghai'
GROUP BY kind ORDER BY kind
"""
_PARTS: Final = ("theory", "skills", "review")


class SessionKey(NamedTuple):
    """What of a session supervision needs."""

    body_id: UUID
    class_id: UUID | None
    region: str
    reporting_region: str
    occupation: str
    award: Award
    held_on: date


class BodyRelation(NamedTuple):
    """A body's declared relation to a training institution, which is named by its credit code."""

    id: UUID
    body_id: UUID
    institution_code: str
    ground: str
    declared_by: str
    declared_at: datetime
    ended_by: str | None = None
    ended_at: datetime | None = None
    ending_reason: str | None = None


_RELATION: Final = Table(
    "body_relation",
    MetaData(),
    *(fixed(name, Uuid) for name in ("id", "body_id")),
    *(fixed(name, Text) for name in ("institution_code", "ground", "declared_by")),
    fixed("declared_at", Instant),
    Column("ended_by", Text),
    Column("ended_at", Instant),
    Column("ending_reason", Text),
)


async def session(connection: AsyncConnection, session_id: UUID) -> SessionKey:
    """Raises NotFound."""
    row = await (await driver(connection)).fetchrow(_SESSION, session_id)
    if row is None:
        raise NotFound(what="session", id=session_id)
    values = {name: row[name] for name in SessionKey._fields if name != "award"}
    return SessionKey(**values, award=Award(row["level"]))


async def results(connection: AsyncConnection, session_id: UUID) -> tuple[list[Mapping[str, int]], int]:
    """The marks of each candidate with a complete result, and how many of them passed."""
    rows = await (await driver(connection)).fetch(_RESULTS, session_id)
    marks: list[Mapping[str, int]] = [{part: row[part] for part in _PARTS if row[part] is not None} for row in rows]
    with_marks = [each for each in marks if each]
    return with_marks, sum(bool(row["passed"]) for row, each in zip(rows, marks, strict=True) if each)


async def candidates(connection: AsyncConnection, session_id: UUID) -> int:
    found: int = await (await driver(connection)).fetchval(_CANDIDATES, session_id)
    return found


async def beginning(connection: AsyncConnection, body_id: UUID, *, days: int) -> Beginning | None:
    """What a body did in the first days after its filing; None if it is filed for nothing."""
    row = await (await driver(connection)).fetchrow(_BEGINNING, body_id, days)
    return None if row is None else Beginning(*row)


async def loads(connection: AsyncConnection, session_id: UUID, *, day: date) -> dict[UUID, int]:
    """How many candidates each examiner of the session examines on its day, in all sessions."""
    return {row[0]: row[1] for row in await (await driver(connection)).fetch(_LOADS, session_id, day)}


async def relation(connection: AsyncConnection, session_id: UUID) -> Relation | None:
    row = await (await driver(connection)).fetchrow(_RELATED, session_id)
    return None if row is None else Relation(*row)


async def fee(connection: AsyncConnection, session_id: UUID) -> Fee | None:
    row = await (await driver(connection)).fetchrow(_FEE, session_id)
    return None if row is None else Fee(*row)


async def add_fee(
    connection: AsyncConnection, session_id: UUID, stated: Fee, *, id_: UUID, by: str, at: datetime
) -> int:
    """Store a statement; how many of the session were told, this one included."""
    database = await driver(connection)
    await database.execute(_LOCK_SESSION, session_id)
    version: int = await database.fetchval(_ADD_FEE, id_, session_id, *stated, by, at)
    return version


async def add_all(connection: AsyncConnection, flags: Sequence[ExamFlag]) -> None:
    """Store the flags of kinds that their session does not have yet."""
    rows = [tables.values_of(FLAG, each, facts=orjson.dumps(each.facts).decode()) for each in flags]
    if rows:
        await (await driver(connection)).execute(_ADD, *tables.arrays(FLAG.c, rows))


async def load(connection: AsyncConnection, flag_id: UUID, *, lock: bool = False) -> ExamFlag:
    """Raises NotFound."""
    asked = select(FLAG).where(FLAG.c.id == flag_id)
    found = await tables.fetch_one(connection, asked.with_for_update() if lock else asked, ExamFlag)
    if found is None:
        raise NotFound(what="flag", id=flag_id)
    return found


async def is_in_sight(connection: AsyncConnection, flag_id: UUID, sight: Sight) -> bool:
    statement = select(FLAG.c.id).where(FLAG.c.id == flag_id, *in_sight(FLAG, sight))
    return await connection.scalar(statement) is not None


async def save(connection: AsyncConnection, flag: ExamFlag, step: FlagStep) -> None:
    """Store the next version and the step that made it. Raises Stale."""
    await tables.save(connection, FLAG, flag, expected=flag.version - 1)
    await tables.add(connection, _STEP, step)


async def steps(connection: AsyncConnection, flag_id: UUID) -> list[FlagStep]:
    statement = select(_STEP).where(_STEP.c.flag_id == flag_id).order_by(_STEP.c.version).limit(500)
    return await tables.fetch_all(connection, statement, FlagStep)


async def page(
    connection: AsyncConnection,
    sight: Sight,
    *,
    status: FlagStatus | None,
    kind: FlagKind | None,
    session_id: UUID | None,
    body_id: UUID | None,
    overdue_on: date | None,
    after: UUID,
    limit: int,
) -> list[ExamFlag]:
    """Flags in sight, in the order of their ids, after `after`; `overdue_on`: open ones that were due before."""
    asked = [
        *in_sight(FLAG, sight),
        *tables.matches(FLAG, status=status, kind=kind, session_id=session_id, body_id=body_id),
    ]
    if overdue_on is not None:
        asked += [FLAG.c.status == FlagStatus.OPEN, FLAG.c.due_on < overdue_on]
    return await tables.fetch_page(connection, FLAG, ExamFlag, asked, after=after, limit=limit)


async def holding(connection: AsyncConnection, session_id: UUID) -> UUID | None:
    """A flag that holds the session; None if none does."""
    found: UUID | None = await (await driver(connection)).fetchval(_HOLDING, session_id)
    return found


async def rates(connection: AsyncConnection, *, first_on: date, last_on: date, today: date) -> list[HitRate]:
    """By kind, what became of the flags that were raised on these days."""
    rows = await (await driver(connection)).fetch(_RATES, first_on, last_on, today)
    return [HitRate(FlagKind(row[0]), *list(row)[1:]) for row in rows]


async def add_inspection(connection: AsyncConnection, inspection: Inspection) -> None:
    await tables.add(connection, _INSPECTION, inspection)


async def inspections(connection: AsyncConnection, session_id: UUID) -> list[Inspection]:
    """The inspections of a session, oldest first."""
    asked = _INSPECTION.c.session_id == session_id
    statement = select(_INSPECTION).where(asked).order_by(_INSPECTION.c.id).limit(500)
    return await tables.fetch_all(connection, statement, Inspection)


async def add_relation(connection: AsyncConnection, declared: BodyRelation) -> None:
    await tables.add(connection, _RELATION, declared)


async def relations(connection: AsyncConnection, body_id: UUID) -> list[BodyRelation]:
    """The relations of a body that were ever declared, oldest first."""
    statement = select(_RELATION).where(_RELATION.c.body_id == body_id).order_by(_RELATION.c.id).limit(500)
    return await tables.fetch_all(connection, statement, BodyRelation)


async def relation_by_id(connection: AsyncConnection, relation_id: UUID) -> BodyRelation:
    """The relation, locked. Raises NotFound."""
    asked = select(_RELATION).where(_RELATION.c.id == relation_id).with_for_update()
    found = await tables.fetch_one(connection, asked, BodyRelation)
    if found is None:
        raise NotFound(what="relation", id=relation_id)
    return found


async def end_relation(connection: AsyncConnection, ended: BodyRelation) -> None:
    changed = {name: getattr(ended, name) for name in ("ended_by", "ended_at", "ending_reason")}
    await connection.execute(update(_RELATION).where(_RELATION.c.id == ended.id).values(**changed))
