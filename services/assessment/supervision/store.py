"""Flags about exams in the database, the inspections behind some, and what is looked at to raise them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
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
# One flag of a kind for a session, and one of a burst for its body; an inspection makes one of its own each time.
_ADD: Final = f"""
INSERT INTO exam_flag ({tables.names(FLAG.c)}) SELECT {tables.names(FLAG.c)} FROM {tables.unnest(FLAG.c)}
WHERE kind <> 'burst-after-filing' OR NOT EXISTS (
    SELECT FROM exam_flag AS f WHERE f.body_id = given.body_id AND f.kind = 'burst-after-filing'
)
ORDER BY kind, session_id, id
ON CONFLICT (kind, session_id) WHERE kind <> 'inspection-finding' DO NOTHING
"""
_SESSIONS: Final = """
SELECT id, body_id, class_id, region, reporting_region, occupation, level, held_on FROM session WHERE id = ANY($1)
ORDER BY held_on, id
"""
_RESULTS: Final = """
SELECT session_id, theory, skills, review, passed FROM candidate
WHERE session_id = ANY($1) AND passed IS NOT NULL AND NOT cheated
"""
_CANDIDATES: Final = "SELECT session_id, count(*) FROM candidate WHERE session_id = ANY($1) GROUP BY session_id"
_BEGINNING: Final = """
SELECT g.body_id, f.first_on, count(DISTINCT s.id) AS sessions, count(c.id) AS candidates
FROM unnest($1::uuid[], $2::integer[]) AS g (body_id, days)
CROSS JOIN LATERAL (SELECT min(first_on) AS first_on FROM scope_entry WHERE body_id = g.body_id) AS f
LEFT JOIN session AS s ON s.body_id = g.body_id AND s.status <> 'cancelled'
    AND s.held_on BETWEEN f.first_on AND f.first_on + g.days
LEFT JOIN candidate AS c ON c.session_id = s.id
WHERE f.first_on IS NOT NULL GROUP BY g.body_id, f.first_on
"""
# The candidates of a session are divided among the rooms of a part; whoever examines in a room has those of the room.
_LOADS: Final = """
WITH days AS (
    SELECT DISTINCT d.person, s.held_on FROM examiner_duty AS d JOIN session AS s ON s.id = d.session_id
    WHERE d.session_id = ANY($1) AND d.part IS NOT NULL
), duties AS (
    SELECT d.person, s.held_on, s.id AS session_id, d.part,
        (SELECT count(DISTINCT room) FROM examiner_duty AS r WHERE r.session_id = s.id AND r.part = d.part) AS rooms,
        (SELECT count(*) FROM candidate AS c WHERE c.session_id = s.id) AS candidates
    FROM days JOIN examiner_duty AS d USING (person)
    JOIN session AS s ON s.id = d.session_id AND s.held_on = days.held_on
    WHERE d.part IS NOT NULL
), loads AS (
    SELECT person, held_on, sum((candidates + rooms - 1) / rooms)::integer AS candidates FROM duties
    GROUP BY person, held_on
)
SELECT DISTINCT d.session_id, l.person, l.candidates
FROM examiner_duty AS d JOIN session AS s ON s.id = d.session_id
JOIN loads AS l ON l.person = d.person AND l.held_on = s.held_on
WHERE d.session_id = ANY($1) AND d.part IS NOT NULL
"""
# Whoever took over a trainer or a body, or was taken over by it, is the same one here.
_RELATED: Final = """
WITH RECURSIVE trainer AS (
    SELECT s.id AS session_id, p.institution_id AS id
    FROM session AS s JOIN heard_exam_plan AS p ON p.class_id = s.class_id WHERE s.id = ANY($1)
    UNION
    SELECT t.session_id, CASE WHEN i.id = t.id THEN i.succeeded_by ELSE i.id END
    FROM trainer AS t JOIN heard_institution AS i
        ON i.id = t.id AND i.succeeded_by IS NOT NULL OR i.succeeded_by = t.id
), examiner AS (
    SELECT s.id AS session_id, s.body_id AS id FROM session AS s WHERE s.id = ANY($1) AND s.class_id IS NOT NULL
    UNION
    SELECT e.session_id, CASE WHEN b.id = e.id THEN b.succeeded_by ELSE b.id END
    FROM examiner AS e JOIN body AS b ON b.id = e.id AND b.succeeded_by IS NOT NULL OR b.succeeded_by = e.id
)
SELECT DISTINCT ON (t.session_id) t.session_id,
    CASE WHEN k.credit_code = b.credit_code THEN 'one-legal-person' ELSE 'declared' END AS ground,
    CASE WHEN k.credit_code = b.credit_code THEN NULL ELSE r.id END AS relation_id
FROM trainer AS t JOIN heard_credit_code AS k ON k.institution_id = t.id
JOIN examiner AS e USING (session_id) JOIN body AS b ON b.id = e.id
LEFT JOIN body_relation AS r ON r.body_id = b.id AND r.institution_code = k.credit_code AND r.ended_at IS NULL
WHERE k.credit_code = b.credit_code OR r.id IS NOT NULL
ORDER BY t.session_id, k.credit_code <> b.credit_code, r.id
"""
_FEE: Final = """
SELECT DISTINCT ON (session_id) session_id, fee_fen, subsidised FROM session_fee WHERE session_id = ANY($1)
ORDER BY session_id, id DESC
"""
# The session is locked first, so that statements have an order.
_LOCK_SESSION: Final = "SELECT FROM session WHERE id = $1 FOR UPDATE"
_ADD_FEE: Final = """
WITH latest AS (
    SELECT version, fee_fen, subsidised, stated_by FROM session_fee
    WHERE session_id = $2 ORDER BY version DESC LIMIT 1
)
INSERT INTO session_fee (id, session_id, fee_fen, subsidised, stated_by, stated_at, version)
SELECT $1, $2, $3, $4, $5, $6, coalesce((SELECT version FROM latest), 0) + 1
WHERE NOT EXISTS (SELECT FROM latest WHERE (fee_fen, subsidised, stated_by) = ($3, $4, $5))
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
_QUEUE: Final = "INSERT INTO session_to_look (session_id, queued_on) VALUES ($1, $2) ON CONFLICT DO NOTHING"
# Two workers take different ones.
_TAKE: Final = """
DELETE FROM session_to_look WHERE session_id IN (
    SELECT session_id FROM session_to_look WHERE queued_on < $1
    ORDER BY queued_on, session_id LIMIT $2 FOR UPDATE SKIP LOCKED
) RETURNING session_id
"""
_PARTS: Final = ("theory", "skills", "review")


class SessionKey(NamedTuple):
    """What of a session supervision needs."""

    id: UUID
    body_id: UUID
    class_id: UUID | None
    region: str
    reporting_region: str
    occupation: str
    award: Award
    held_on: date


class Findings(NamedTuple):
    """What is looked at in some sessions, by session; beginnings by body. Of `marks`, those with a complete result."""

    marks: Mapping[UUID, Sequence[Mapping[str, int]]]
    passed: Mapping[UUID, int]
    candidates: Mapping[UUID, int]
    beginnings: Mapping[UUID, Beginning]
    loads: Mapping[UUID, Mapping[UUID, int]]
    relations: Mapping[UUID, Relation]
    fees: Mapping[UUID, Fee]


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


async def sessions(connection: AsyncConnection, session_ids: Collection[UUID]) -> list[SessionKey]:
    """Those of the sessions that there are, by their days."""
    rows = await (await driver(connection)).fetch(_SESSIONS, list(session_ids))
    names = [name for name in SessionKey._fields if name != "award"]
    return [SessionKey(**{name: row[name] for name in names}, award=Award(row["level"])) for row in rows]


async def session(connection: AsyncConnection, session_id: UUID) -> SessionKey:
    """Raises NotFound."""
    found = await sessions(connection, [session_id])
    if not found:
        raise NotFound(what="session", id=session_id)
    return found[0]


async def findings(
    connection: AsyncConnection, sessions_: Sequence[SessionKey], *, burst_days: Mapping[UUID, int]
) -> Findings:
    """What is looked at in these sessions, with one statement for each kind of thing; `burst_days` by body."""
    own, ids = await driver(connection), [each.id for each in sessions_]
    marks: defaultdict[UUID, list[Mapping[str, int]]] = defaultdict(list)
    passed: Counter[UUID] = Counter()
    for row in await own.fetch(_RESULTS, ids):
        if given := {part: row[part] for part in _PARTS if row[part] is not None}:
            marks[row["session_id"]].append(given)
            passed[row["session_id"]] += bool(row["passed"])
    loads: defaultdict[UUID, dict[UUID, int]] = defaultdict(dict)
    for session_id, person, load in await own.fetch(_LOADS, ids):
        loads[session_id][person] = load
    began = await own.fetch(_BEGINNING, list(burst_days), list(burst_days.values()))
    return Findings(
        marks=marks,
        passed=passed,
        candidates=dict(map(tuple, await own.fetch(_CANDIDATES, ids))),
        beginnings={row[0]: Beginning(*list(row)[1:]) for row in began},
        loads=loads,
        relations={row[0]: Relation(*list(row)[1:]) for row in await own.fetch(_RELATED, ids)},
        fees={row[0]: Fee(*list(row)[1:]) for row in await own.fetch(_FEE, ids)},
    )


async def queue(connection: AsyncConnection, session_id: UUID, *, on: date) -> None:
    """Have the session looked at in the night after this day; queued before, it keeps its day."""
    await (await driver(connection)).execute(_QUEUE, session_id, on)


async def take(connection: AsyncConnection, *, before: date, limit: int) -> list[UUID]:
    """Sessions that were queued before a day, the oldest first; they are no longer queued."""
    return [row[0] for row in await (await driver(connection)).fetch(_TAKE, before, limit)]


async def add_fee(
    connection: AsyncConnection, session_id: UUID, stated: Fee, *, id_: UUID, by: str, at: datetime
) -> int | None:
    """Store a statement; how many of the session were told, this one included. None: `by` stated the same last."""
    database = await driver(connection)
    await database.execute(_LOCK_SESSION, session_id)
    version: int | None = await database.fetchval(_ADD_FEE, id_, session_id, *stated, by, at)
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
