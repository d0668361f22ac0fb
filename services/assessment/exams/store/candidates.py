"""Candidates and their results in the database, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.exams.rules.candidates import Candidate, Seated
from services.assessment.exams.rules.marks import Marks
from services.assessment.trainings.store import training_of
from shared.database import driver
from shared.kernel.refusals import NotFound, Stale

# What a candidate counts to is looked up each time: the enrolment may be heard, or put right, after they were posted.
# It may also be another key's of the same human: candidate and enrolment are compared as who each goes on as.
_SELECT = f"""
SELECT c.id, c.session_id, c.person, c.local_id, COALESCE(e.programme, s.programme) AS programme, c.absent, c.theory,
    c.skills, c.review, c.passed, c.version
FROM candidate AS c
JOIN session AS s ON s.id = c.session_id
LEFT JOIN heard_alias AS a ON a.person = c.person
LEFT JOIN LATERAL ({training_of("COALESCE(a.into_person, c.person)", class_id="s.class_id")}) AS e ON true
"""
_FIND = f"{_SELECT} WHERE c.id = $1"
_LOCK = f"{_FIND} FOR UPDATE OF c"
_BY_LOCAL_IDS = f"{_SELECT} WHERE c.session_id = $1 AND c.local_id = ANY($2) ORDER BY c.id"
_PASSED = f"{_SELECT} WHERE c.session_id = $1 AND c.passed ORDER BY c.id"
_PASSED_IN_VAIN = f"""
{_SELECT} WHERE c.session_id = $1 AND c.passed AND NOT EXISTS (SELECT FROM certificate WHERE candidate_id = c.id)
ORDER BY c.id
"""
_PAGE = f"{_SELECT} WHERE c.session_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3"
_SEATED_BY_LOCAL_ID = "SELECT id, person, local_id FROM candidate WHERE session_id = $1 AND local_id = ANY($2)"
_SEATED_BY_PERSON = "SELECT id, person, local_id FROM candidate WHERE session_id = $1 AND person = ANY($2)"
_SAVE = """
UPDATE candidate AS c
SET absent = s.absent, theory = s.theory, skills = s.skills, review = s.review, passed = s.passed, version = s.version
FROM unnest($1::uuid[], $2::boolean[], $3::smallint[], $4::smallint[], $5::smallint[], $6::boolean[], $7::integer[])
    AS s (id, absent, theory, skills, review, passed, version)
WHERE c.id = s.id AND c.version = CASE WHEN s.absent THEN 0 ELSE s.version - 1 END
"""
_KEEP_REPLACED = """
INSERT INTO replaced_result
    (candidate_id, version, absent, theory, skills, review, reason, replaced_by, replaced_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_REPLACED = """
SELECT version, absent, theory, skills, review, reason, replaced_at
FROM replaced_result WHERE candidate_id = $1 ORDER BY version
"""


class ReplacedResult(NamedTuple):
    """A result that a correction replaced, and why."""

    version: int
    absent: bool
    marks: Marks | None
    reason: str
    replaced_at: datetime


def _marks(row: Any) -> Marks | None:
    return None if row["theory"] is None else Marks(row["theory"], row["skills"], row["review"])


def _candidate(row: Any) -> Candidate:
    return Candidate(
        id=row["id"],
        session_id=row["session_id"],
        person=row["person"],
        local_id=row["local_id"],
        programme=row["programme"],
        absent=row["absent"],
        marks=_marks(row),
        passed=row["passed"],
        version=row["version"],
    )


async def load(connection: AsyncConnection, candidate_id: UUID, *, lock: bool = False) -> Candidate:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    row = await (await driver(connection)).fetchrow(_LOCK if lock else _FIND, candidate_id)
    if row is None:
        raise NotFound(what="candidate", id=candidate_id)
    return _candidate(row)


async def by_local_ids(
    connection: AsyncConnection, session_id: UUID, local_ids: Collection[str], *, lock: bool = True
) -> dict[str, Candidate]:
    """Those candidates of the session, locked."""
    statement = f"{_BY_LOCAL_IDS} FOR UPDATE OF c" if lock else _BY_LOCAL_IDS
    rows = await (await driver(connection)).fetch(statement, session_id, list(local_ids))
    return {row["local_id"]: _candidate(row) for row in rows}


async def passed(connection: AsyncConnection, session_id: UUID) -> list[Candidate]:
    """The session's candidates who passed, in the order in which they were posted."""
    return [_candidate(row) for row in await (await driver(connection)).fetch(_PASSED, session_id)]


async def passed_in_vain(connection: AsyncConnection, session_id: UUID) -> list[Candidate]:
    """The session's candidates who passed and were never given a certificate for it, not even one that was revoked."""
    return [_candidate(row) for row in await (await driver(connection)).fetch(_PASSED_IN_VAIN, session_id)]


async def page(connection: AsyncConnection, session_id: UUID, *, after: UUID, limit: int) -> list[Candidate]:
    """A session's candidates in the order of their ids, from above `after`."""
    return [_candidate(row) for row in await (await driver(connection)).fetch(_PAGE, session_id, after, limit)]


async def seated_by_local_id(
    connection: AsyncConnection, session_id: UUID, local_ids: Collection[str]
) -> dict[str, Seated]:
    """Which of the session's `local_ids` are in use, and for whom."""
    rows = await (await driver(connection)).fetch(_SEATED_BY_LOCAL_ID, session_id, list(local_ids))
    return {row["local_id"]: Seated(*row) for row in rows}


async def seated_by_person(
    connection: AsyncConnection, session_id: UUID, persons: Collection[UUID]
) -> dict[UUID, Seated]:
    """Which of `persons` are candidates of the session."""
    rows = await (await driver(connection)).fetch(_SEATED_BY_PERSON, session_id, list(persons))
    return {row["person"]: Seated(*row) for row in rows}


async def add_all(connection: AsyncConnection, candidates: Sequence[Candidate]) -> None:
    """Store new candidates, whose persons are stored already."""
    await (await driver(connection)).copy_records_to_table(
        "candidate",
        columns=("id", "session_id", "person", "local_id"),
        records=[(each.id, each.session_id, each.person, each.local_id) for each in candidates],
    )


async def save_all(connection: AsyncConnection, candidates: Sequence[Candidate]) -> None:
    """Store the result of each: the next version, or an absence. Raises Stale if one was changed meanwhile."""
    if not candidates:
        return
    tag = await (await driver(connection)).execute(
        _SAVE,
        [each.id for each in candidates],
        [each.absent for each in candidates],
        [each.marks and each.marks.theory for each in candidates],
        [each.marks and each.marks.skills for each in candidates],
        [each.marks and each.marks.review for each in candidates],
        [each.passed for each in candidates],
        [each.version for each in candidates],
    )
    if tag != f"UPDATE {len(candidates)}":
        raise Stale


async def keep_replaced(connection: AsyncConnection, before: Candidate, *, reason: str, by: str, at: datetime) -> None:
    """Keep the result that `before` had, and why it is replaced."""
    marks = before.marks
    theory, skills, review = (marks.theory, marks.skills, marks.review) if marks else (None, None, None)
    values = (before.id, before.version, before.absent, theory, skills, review, reason, by, at)
    await (await driver(connection)).execute(_KEEP_REPLACED, *values)


async def replaced(connection: AsyncConnection, candidate_id: UUID) -> list[ReplacedResult]:
    """The results that corrections replaced, oldest first."""
    rows = await (await driver(connection)).fetch(_REPLACED, candidate_id)
    return [
        ReplacedResult(row["version"], row["absent"], _marks(row), row["reason"], row["replaced_at"]) for row in rows
    ]
