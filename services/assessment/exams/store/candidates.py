"""Candidates and their results in the database, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Boolean, Column, Integer, MetaData, SmallInteger, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.exams.rules.candidates import Candidate, KeptPart, Seat
from services.assessment.exams.rules.history import Posting, Withdrawal
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.resits import Cheated, Earlier
from services.assessment.exams.rules.sessions import RosterLine
from services.assessment.trainings.store import trainees_of, training_of
from shared import tables
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound, Stale
from shared.tables import Instant, Texts

_PARTS: Final = Marks._fields
_NO_MARKS: Final = Marks()
# In the order of a candidate's fields, of which the marks are one.
_COLUMNS: Final = """
c.id, c.session_id, c.person, c.local_id, {programme}, c.absent, c.theory, c.skills, c.review, c.passed, c.version,
    c.pass_rule, c.missed, c.cheated, c.note, c.kept::text, c.previous
"""
# The programme is looked up each time: the enrolment may arrive, or be corrected, after the candidate was posted. It
# may also have another key of the same human, so the humans behind candidate and enrolment are compared.
_SELECT: Final = f"""
SELECT {_COLUMNS.format(programme="COALESCE(e.programme, s.programme)")}
FROM candidate AS c
JOIN session AS s ON s.id = c.session_id
LEFT JOIN heard_alias AS a ON a.person = c.person
LEFT JOIN LATERAL ({training_of("COALESCE(a.into_person, c.person)", class_id="s.class_id")}) AS e ON true
"""
_FIND: Final = f"{_SELECT} WHERE c.id = $1"
_LOCK: Final = f"{_FIND} FOR UPDATE OF c"
_BY_LOCAL_IDS: Final = f"""
{_SELECT}
WHERE (c.session_id, c.local_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[])) ORDER BY c.session_id, c.id
"""
_PASSED: Final = f"{_SELECT} WHERE c.session_id = $1 AND c.passed ORDER BY c.id"
_PASSED_WITHOUT_CERTIFICATE: Final = f"""
{_SELECT} WHERE c.session_id = $1 AND c.passed AND NOT EXISTS (SELECT FROM certificate WHERE candidate_id = c.id)
ORDER BY c.id
"""
_PAGE: Final = f"{_SELECT} WHERE c.session_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3"
_TRAINED_BY: Final = f"""
EXISTS (
    SELECT FROM ({trainees_of("$1::uuid[]")}) AS t
    WHERE t.person = c.person AND t.occupation = s.occupation AND t.level = s.level AND s.held_on >= t.starts_on
)
"""
_PAGE_OF_TRAINEES: Final = f"""
{_SELECT} WHERE c.session_id = $2 AND c.id > $3 AND {_TRAINED_BY} ORDER BY c.id LIMIT $4
"""
_IS_TRAINEE: Final = f"""
SELECT FROM candidate AS c JOIN session AS s ON s.id = c.session_id WHERE c.id = $2 AND {_TRAINED_BY}
"""
_SEATS_BY_LOCAL_ID: Final = "SELECT id, person, local_id FROM candidate WHERE session_id = $1 AND local_id = ANY($2)"
_SEATS_BY_PERSON: Final = "SELECT id, person, local_id FROM candidate WHERE session_id = $1 AND person = ANY($2)"
_SAVE: Final = """
UPDATE candidate AS c
SET absent = s.absent, theory = s.theory, skills = s.skills, review = s.review, passed = s.passed, version = s.version,
    pass_rule = s.pass_rule, cheated = s.cheated, note = s.note, kept = s.kept::jsonb,
    missed = string_to_array(s.missed, ',')
FROM unnest($1::uuid[], $2::boolean[], $3::smallint[], $4::smallint[], $5::smallint[], $6::boolean[], $7::integer[],
    $8::text[], $9::boolean[], $10::text[], $11::text[], $12::text[])
    AS s (id, absent, theory, skills, review, passed, version, pass_rule, cheated, note, kept, missed)
WHERE c.id = s.id AND c.version IN (s.version, s.version - 1)
"""
# The latest candidacy of each human before a day, under any of their keys.
_EARLIER: Final = f"""
SELECT DISTINCT ON (k.human) {_COLUMNS.format(programme="''")}, k.human, s.held_on, s.region,
    s.status = 'concluded' AS is_concluded
FROM unnest($1::uuid[], $2::uuid[]) AS k (person, human)
JOIN candidate AS c ON c.person = k.person
JOIN session AS s ON s.id = c.session_id
WHERE s.occupation = $3 AND s.level = $4 AND s.held_on < $5 AND s.status NOT IN ('cancelled', 'returned')
ORDER BY k.human, s.held_on DESC, s.id DESC
"""
_CHEATED: Final = """
SELECT k.human, s.held_on, s.region
FROM unnest($1::uuid[], $2::uuid[]) AS k (person, human)
JOIN candidate AS c ON c.person = k.person AND c.cheated
JOIN session AS s ON s.id = c.session_id AND s.status <> 'cancelled'
"""
_LATER: Final = f"""
WITH RECURSIVE later AS (
    SELECT id FROM candidate WHERE previous = $1
    UNION
    SELECT c.id FROM candidate AS c JOIN later AS l ON c.previous = l.id
)
{_SELECT} WHERE c.id IN (SELECT id FROM later) ORDER BY s.held_on, s.id, c.id
"""
_REPLACED: Final = Table(
    "replaced_result",
    MetaData(),
    Column("candidate_id", Uuid),
    Column("version", Integer),
    Column("absent", Boolean),
    *(Column(part, SmallInteger) for part in _PARTS),
    Column("passed", Boolean),
    Column("missed", Texts),
    Column("cheated", Boolean),
    Column("note", Text),
    Column("pass_rule", Text),
    Column("reason", Text),
    Column("replaced_by", Text),
    Column("replaced_at", Instant),
)
_ROSTER: Final = "SELECT local_id, person FROM candidate WHERE session_id = $1"
_TAKE_OUT: Final = "DELETE FROM candidate WHERE id = $1"
_WITHDRAWAL: Final = Table(
    "withdrawn_candidate",
    MetaData(),
    *(Column(name, Uuid) for name in ("id", "session_id", "person")),
    *(Column(name, Text) for name in ("local_id", "reason", "withdrawn_by")),
    Column("withdrawn_at", Instant),
)
_POSTING: Final = Table(
    "result_posting",
    MetaData(),
    *(Column(name, Uuid) for name in ("id", "session_id")),
    Column("posted_by", Text),
    Column("posted_at", Instant),
    Column("results", Integer),
)
_POSTINGS_MAX: Final = 500
_WHY: Final = ("missed", "cheated", "note", "pass_rule", "reason", "replaced_at")
_HISTORY: Final = (
    select(_REPLACED)
    .where(_REPLACED.c.candidate_id == bindparam("candidate_id"))
    .order_by(_REPLACED.c.version, _REPLACED.c.replaced_at)
)


class ReplacedResult(NamedTuple):
    """A result that a correction replaced, with the reason."""

    version: int
    absent: bool
    marks: Marks | None
    missed: tuple[str, ...]
    cheated: bool
    note: str | None
    pass_rule: str | None
    reason: str
    replaced_at: datetime


def _marks(parts: Iterable[int | None]) -> Marks | None:
    marks = Marks(*parts)
    return None if marks == _NO_MARKS else marks


def _candidate(row: Any) -> Candidate:
    missed, cheated, note, kept, previous = row[12:17]
    others = (tuple(missed), cheated, note, _kept_of(kept), previous)
    return Candidate._make((*row[:6], _marks(row[6:9]), *row[9:12], *others))


def _kept_of(said: str) -> dict[str, KeptPart]:
    if said == "{}":
        return {}
    return {
        part: KeptPart(each["tenths"], UUID(each["candidate_id"]), date.fromisoformat(each["until"]), each["stands"])
        for part, each in orjson.loads(said).items()
    }


def _kept_json(kept: Mapping[str, KeptPart]) -> str:
    if not kept:
        return "{}"
    return orjson.dumps({part: each._asdict() for part, each in kept.items()}, default=str).decode()


async def load(connection: AsyncConnection, candidate_id: UUID, *, lock: bool = False) -> Candidate:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    row = await (await driver(connection)).fetchrow(_LOCK if lock else _FIND, candidate_id)
    if row is None:
        raise NotFound(what="candidate", id=candidate_id)
    return _candidate(row)


async def by_local_ids(
    connection: AsyncConnection, named: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Candidate]:
    """The candidates of these sessions with these local_ids. Whoever changes them has locked their sessions."""
    columns = [[session for session, _ in named], [local_id for _, local_id in named]]
    rows = await (await driver(connection)).fetch(_BY_LOCAL_IDS, *columns)
    return {(row["session_id"], row["local_id"]): _candidate(row) for row in rows}


async def earlier(
    connection: AsyncConnection, keys: Mapping[UUID, UUID], *, occupation: str, award: Award, before: date
) -> dict[UUID, Earlier]:
    """The last candidacy of each human before a day for the occupation and award; `keys` are all their keys."""
    own = await driver(connection)
    rows = await own.fetch(_EARLIER, list(keys), list(keys.values()), occupation, int(award), before)
    return {row["human"]: Earlier(_candidate(row), row["held_on"], row["region"], row["is_concluded"]) for row in rows}


async def cheated(connection: AsyncConnection, keys: Mapping[UUID, UUID]) -> list[Cheated]:
    """The exams in which these humans cheated; `keys` are all their keys."""
    rows = await (await driver(connection)).fetch(_CHEATED, list(keys), list(keys.values()))
    return [Cheated(*row) for row in rows]


async def later(connection: AsyncConnection, candidate_id: UUID) -> list[Candidate]:
    """The candidacies that follow one, the earliest first."""
    return [_candidate(row) for row in await (await driver(connection)).fetch(_LATER, candidate_id)]


async def passed(connection: AsyncConnection, session_id: UUID) -> list[Candidate]:
    """The session's candidates who passed, in the order in which they were added."""
    return [_candidate(row) for row in await (await driver(connection)).fetch(_PASSED, session_id)]


async def passed_without_certificate(connection: AsyncConnection, session_id: UUID) -> list[Candidate]:
    """The session's candidates who passed and never got a certificate, not even a revoked one."""
    return [_candidate(row) for row in await (await driver(connection)).fetch(_PASSED_WITHOUT_CERTIFICATE, session_id)]


async def page(connection: AsyncConnection, session_id: UUID, *, after: UUID, limit: int) -> list[Candidate]:
    """A session's candidates in the order of their ids, after `after`."""
    return [_candidate(row) for row in await (await driver(connection)).fetch(_PAGE, session_id, after, limit)]


async def page_of_trainees(
    connection: AsyncConnection, session_id: UUID, institutions: Collection[UUID], *, after: UUID, limit: int
) -> list[Candidate]:
    """Those of a session's candidates whom one of the institutions trains or trained for it, as `page` gives them."""
    arguments = (list(institutions), session_id, after, limit)
    return [_candidate(row) for row in await (await driver(connection)).fetch(_PAGE_OF_TRAINEES, *arguments)]


async def is_trainee(connection: AsyncConnection, candidate_id: UUID, institutions: Collection[UUID]) -> bool:
    """Whether one of the institutions trains or trained the candidate for the exam."""
    return await (await driver(connection)).fetchrow(_IS_TRAINEE, list(institutions), candidate_id) is not None


async def seats_by_local_id(
    connection: AsyncConnection, session_id: UUID, local_ids: Collection[str]
) -> dict[str, Seat]:
    """Which of the session's `local_ids` are in use, and for whom."""
    rows = await (await driver(connection)).fetch(_SEATS_BY_LOCAL_ID, session_id, list(local_ids))
    return {row["local_id"]: Seat(*row) for row in rows}


async def seats_by_person(connection: AsyncConnection, session_id: UUID, persons: Collection[UUID]) -> dict[UUID, Seat]:
    """Which of `persons` are candidates of the session."""
    rows = await (await driver(connection)).fetch(_SEATS_BY_PERSON, session_id, list(persons))
    return {row["person"]: Seat(*row) for row in rows}


async def add_all(connection: AsyncConnection, candidates: Sequence[Candidate]) -> None:
    """Store new candidates, whose persons are stored already."""
    await (await driver(connection)).copy_records_to_table(
        "candidate",
        columns=("id", "session_id", "person", "local_id", "previous", "kept"),
        records=[
            (each.id, each.session_id, each.person, each.local_id, each.previous, _kept_json(each.kept))
            for each in candidates
        ],
    )


async def save_all(connection: AsyncConnection, candidates: Sequence[Candidate]) -> None:
    """Store the result of each, whose version is the stored one or the next. Raises Stale if a stored version differs.

    Their sessions are locked, so that nobody else stores results of them.
    """
    if not candidates:
        return
    rows = [
        (
            *(each.id, each.absent, *(each.marks or _NO_MARKS), each.passed, each.version, each.pass_rule),
            *(each.cheated, each.note, _kept_json(each.kept), ",".join(each.missed)),
        )
        for each in candidates
    ]
    tag = await (await driver(connection)).execute(_SAVE, *map(list, zip(*rows, strict=True)))
    if tag != f"UPDATE {len(candidates)}":
        raise Stale


async def keep_replaced(connection: AsyncConnection, before: Candidate, *, reason: str, by: str, at: datetime) -> None:
    """Keep the result of `before` on record, with the reason for replacing it."""
    beside = {"candidate_id": before.id, "reason": reason, "replaced_by": by, "replaced_at": at}
    await tables.add(connection, _REPLACED, before, **beside, **(before.marks or _NO_MARKS)._asdict())


async def replaced(connection: AsyncConnection, candidate_id: UUID) -> list[ReplacedResult]:
    """The results that corrections replaced, oldest first."""
    rows = (await connection.execute(_HISTORY, {"candidate_id": candidate_id})).mappings()
    return [
        ReplacedResult(
            row["version"], row["absent"], _marks(row[part] for part in _PARTS), *(row[name] for name in _WHY)
        )
        for row in rows
    ]


async def keep_postings(connection: AsyncConnection, postings: Sequence[Posting]) -> None:
    """Store who posted results."""
    await tables.add_all(connection, _POSTING, postings)


async def postings(connection: AsyncConnection, session_id: UUID) -> list[Posting]:
    """Who posted results of a session, and when, oldest first."""
    asked = _POSTING.c.session_id == session_id
    statement = select(_POSTING).where(asked).order_by(_POSTING.c.id).limit(_POSTINGS_MAX)
    return await tables.fetch_all(connection, statement, Posting)


async def has_posted(connection: AsyncConnection, session_id: UUID, person: str) -> bool:
    """Whether the person has posted results of the session, or proposed one that was corrected."""
    asked = select(_POSTING.c.id).where(_POSTING.c.session_id == session_id, _POSTING.c.posted_by == person)
    return await connection.scalar(asked.limit(1)) is not None


async def posted_of(connection: AsyncConnection, session_ids: Collection[UUID], person: str) -> set[UUID]:
    """Those of the sessions whose results, or a correction of them, are of the person."""
    asked = select(_POSTING.c.session_id).distinct()
    statement = asked.where(tables.one_of(_POSTING.c.session_id, session_ids), _POSTING.c.posted_by == person)
    return set(await connection.scalars(statement))


async def roster(connection: AsyncConnection, session_id: UUID) -> list[RosterLine]:
    """The session's candidates, as a seal closes over them."""
    return [RosterLine(*row) for row in await (await driver(connection)).fetch(_ROSTER, session_id)]


async def take_out(connection: AsyncConnection, withdrawal: Withdrawal) -> None:
    """Take a candidate without a result out of a roster, and keep who did so."""
    await tables.add(connection, _WITHDRAWAL, withdrawal)
    await (await driver(connection)).execute(_TAKE_OUT, withdrawal.id)


async def withdrawals(connection: AsyncConnection, session_id: UUID) -> list[Withdrawal]:
    """The candidates who were taken out of the roster, in the order in which they had been added."""
    asked = _WITHDRAWAL.c.session_id == session_id
    statement = select(_WITHDRAWAL).where(asked).order_by(_WITHDRAWAL.c.id)
    return await tables.fetch_all(connection, statement, Withdrawal)
