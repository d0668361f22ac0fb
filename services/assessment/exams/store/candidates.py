"""Candidates and their results in the database, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Column, Integer, MetaData, SmallInteger, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.exams.rules.candidates import Candidate, Seat
from services.assessment.exams.rules.history import Withdrawal
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.sessions import RosterLine
from services.assessment.trainings.store import trainees_of, training_of
from shared import tables
from shared.database import driver
from shared.kernel.refusals import NotFound, Stale
from shared.tables import Instant

_OWN: Final = ("id", "session_id", "person", "local_id", "absent", "passed", "version", "pass_rule")
_PARTS: Final = tuple(part.name for part in fields(Marks))
# The programme is looked up each time: the enrolment may arrive, or be corrected, after the candidate was posted. It
# may also have another key of the same human, so the humans behind candidate and enrolment are compared.
_SELECT: Final = f"""
SELECT {", ".join(f"c.{name}" for name in (*_OWN, *_PARTS))}, COALESCE(e.programme, s.programme) AS programme
FROM candidate AS c
JOIN session AS s ON s.id = c.session_id
LEFT JOIN heard_alias AS a ON a.person = c.person
LEFT JOIN LATERAL ({training_of("COALESCE(a.into_person, c.person)", class_id="s.class_id")}) AS e ON true
"""
_FIND: Final = f"{_SELECT} WHERE c.id = $1"
_LOCK: Final = f"{_FIND} FOR UPDATE OF c"
_BY_LOCAL_IDS: Final = f"{_SELECT} WHERE c.session_id = $1 AND c.local_id = ANY($2) ORDER BY c.id"
_LOCK_BY_LOCAL_IDS: Final = f"{_BY_LOCAL_IDS} FOR UPDATE OF c"
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
    pass_rule = s.pass_rule
FROM unnest($1::uuid[], $2::boolean[], $3::smallint[], $4::smallint[], $5::smallint[], $6::boolean[], $7::integer[],
    $8::text[]) AS s (id, absent, theory, skills, review, passed, version, pass_rule)
WHERE c.id = s.id AND c.version = CASE WHEN s.absent THEN 0 ELSE s.version - 1 END
"""
_REPLACED: Final = Table(
    "replaced_result",
    MetaData(),
    Column("candidate_id", Uuid),
    Column("version", Integer),
    Column("absent", Boolean),
    *(Column(part, SmallInteger) for part in _PARTS),
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
_WHY: Final = ("pass_rule", "reason", "replaced_at")
_HISTORY: Final = (
    select(_REPLACED).where(_REPLACED.c.candidate_id == bindparam("candidate_id")).order_by(_REPLACED.c.version)
)


class ReplacedResult(NamedTuple):
    """A result that a correction replaced, with the reason."""

    version: int
    absent: bool
    marks: Marks | None
    pass_rule: str | None
    reason: str
    replaced_at: datetime


def _marks(row: Any) -> Marks | None:
    return None if row["theory"] is None else Marks(*(row[part] for part in _PARTS))


def _parts(marks: Marks | None) -> dict[str, int | None]:
    return dict.fromkeys(_PARTS) if marks is None else asdict(marks)


def _candidate(row: Any) -> Candidate:
    return Candidate(**{name: row[name] for name in (*_OWN, "programme")}, marks=_marks(row))


async def load(connection: AsyncConnection, candidate_id: UUID, *, lock: bool = False) -> Candidate:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    row = await (await driver(connection)).fetchrow(_LOCK if lock else _FIND, candidate_id)
    if row is None:
        raise NotFound(what="candidate", id=candidate_id)
    return _candidate(row)


async def by_local_ids(
    connection: AsyncConnection, session_id: UUID, local_ids: Collection[str], *, lock: bool
) -> dict[str, Candidate]:
    """Those candidates of the session, by local_id."""
    statement = _LOCK_BY_LOCAL_IDS if lock else _BY_LOCAL_IDS
    rows = await (await driver(connection)).fetch(statement, session_id, list(local_ids))
    return {row["local_id"]: _candidate(row) for row in rows}


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
        columns=("id", "session_id", "person", "local_id"),
        records=[(each.id, each.session_id, each.person, each.local_id) for each in candidates],
    )


async def save_all(connection: AsyncConnection, candidates: Sequence[Candidate]) -> None:
    """Store the result of each: the next version, or an absence. Raises Stale if a stored version differs."""
    if not candidates:
        return
    rows = [
        (each.id, each.absent, *_parts(each.marks).values(), each.passed, each.version, each.pass_rule)
        for each in candidates
    ]
    tag = await (await driver(connection)).execute(_SAVE, *map(list, zip(*rows, strict=True)))
    if tag != f"UPDATE {len(candidates)}":
        raise Stale


async def keep_replaced(connection: AsyncConnection, before: Candidate, *, reason: str, by: str, at: datetime) -> None:
    """Keep the result of `before` on record, with the reason for replacing it."""
    beside = {"candidate_id": before.id, "reason": reason, "replaced_by": by, "replaced_at": at}
    await tables.add(connection, _REPLACED, before, **beside, **_parts(before.marks))


async def replaced(connection: AsyncConnection, candidate_id: UUID) -> list[ReplacedResult]:
    """The results that corrections replaced, oldest first."""
    rows = (await connection.execute(_HISTORY, {"candidate_id": candidate_id})).mappings()
    return [ReplacedResult(row["version"], row["absent"], _marks(row), *(row[name] for name in _WHY)) for row in rows]


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
