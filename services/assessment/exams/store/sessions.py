"""Exam sessions in the database."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.exams.rules.sessions import ExamSession, Summary
from shared.contracts.assessment import SessionStatus
from shared.kernel.levels import Level
from shared.kernel.refusals import NotFound, Stale

_COLUMNS = """id, body_id, local_id, class_id, programme, region, reporting_region, outside_territory, occupation,
    level, held_on, status, filed_by, version"""
_ADD = f"""
INSERT INTO session ({_COLUMNS})
VALUES (:id, :body_id, :local_id, :class_id, :programme, :region, :reporting_region, :outside_territory, :occupation,
    :level, :held_on, :status, :filed_by, :version)
"""
_FIND = f"SELECT {_COLUMNS} FROM session WHERE id = :id"
_LOCK = f"{_FIND} FOR UPDATE"
_FIND_BY_LOCAL_ID = f"SELECT {_COLUMNS} FROM session WHERE body_id = :body_id AND local_id = :local_id"
_SAVE = "UPDATE session SET status = :status, version = :version WHERE id = :id AND version = :version - 1"
_LIST = f"""
SELECT {_COLUMNS} FROM session
WHERE id > :after
  AND (CAST(:body_id AS uuid) IS NULL OR body_id = :body_id)
  AND (CAST(:class_id AS uuid) IS NULL OR class_id = :class_id)
  AND (CAST(:status AS text) IS NULL OR status = :status)
ORDER BY id LIMIT :limit
"""
_SUMMARY = """
SELECT count(*) AS candidates,
       count(*) FILTER (WHERE passed IS NOT NULL) AS with_marks,
       count(*) FILTER (WHERE passed) AS passed,
       count(*) FILTER (WHERE absent) AS absent,
       count(*) FILTER (WHERE passed IS NULL AND NOT absent) AS without_result
FROM candidate WHERE session_id = :id
"""


def _session(row: RowMapping) -> ExamSession:
    return ExamSession(**dict(row) | {"level": Level(row["level"]), "status": SessionStatus(row["status"])})


async def add(connection: AsyncConnection, session: ExamSession) -> None:
    await connection.execute(text(_ADD), asdict(session) | {"level": session.level.value})


async def load(connection: AsyncConnection, session_id: UUID, *, lock: bool = False) -> ExamSession:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    row = (await connection.execute(text(_LOCK if lock else _FIND), {"id": session_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="session", id=session_id)
    return _session(row)


async def find_by_local_id(connection: AsyncConnection, body_id: UUID, local_id: str) -> ExamSession | None:
    values = {"body_id": body_id, "local_id": local_id}
    row = (await connection.execute(text(_FIND_BY_LOCAL_ID), values)).mappings().one_or_none()
    return None if row is None else _session(row)


async def save(connection: AsyncConnection, session: ExamSession) -> None:
    """Store the next version. Raises Stale if the session was changed meanwhile."""
    values = {"id": session.id, "status": session.status, "version": session.version}
    if (await connection.execute(text(_SAVE), values)).rowcount == 0:
        raise Stale


async def summary(connection: AsyncConnection, session_id: UUID) -> Summary:
    return Summary(*(await connection.execute(text(_SUMMARY), {"id": session_id})).one())


async def page(
    connection: AsyncConnection,
    *,
    body_id: UUID | None,
    class_id: UUID | None,
    status: SessionStatus | None,
    after: UUID,
    limit: int,
) -> list[ExamSession]:
    """Sessions in the order of their ids, from above `after`."""
    values = {"body_id": body_id, "class_id": class_id, "status": status, "after": after, "limit": limit}
    return [_session(row) for row in (await connection.execute(text(_LIST), values)).mappings()]
