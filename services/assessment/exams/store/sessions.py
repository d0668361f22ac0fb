"""Exam sessions in the database."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    RowMapping,
    Select,
    String,
    bindparam,
    column,
    func,
    insert,
    not_,
    select,
    table,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.exams.rules.sessions import ExamSession, Summary
from shared.contracts.assessment import SessionStatus
from shared.kernel.levels import Level
from shared.kernel.refusals import NotFound, Stale

_COLUMNS: Final = tuple(each.name for each in fields(ExamSession))
_SESSION: Final = table("session", *map(column, _COLUMNS))
_CANDIDATE: Final = table("candidate", *map(column, ("session_id", "absent", "passed")))
_FIND: Final = select(_SESSION).where(_SESSION.c.id == bindparam("session_id"))
_LOCK: Final = _FIND.with_for_update()
_FIND_BY_LOCAL_ID: Final = select(_SESSION).where(
    _SESSION.c.body_id == bindparam("body_id"), _SESSION.c.local_id == bindparam("local_id")
)
_HAS_MARKS: Final = _CANDIDATE.c.passed.is_not(None)
_SUMMARY: Final = select(
    func.count().label("candidates"),
    func.count().filter(_HAS_MARKS).label("with_marks"),
    func.count().filter(_CANDIDATE.c.passed).label("passed"),
    func.count().filter(_CANDIDATE.c.absent).label("absent"),
    func.count().filter(not_(_HAS_MARKS), not_(_CANDIDATE.c.absent)).label("without_result"),
).where(_CANDIDATE.c.session_id == bindparam("session_id"))


def _session(row: RowMapping) -> ExamSession:
    return ExamSession(**dict(row) | {"level": Level(row["level"]), "status": SessionStatus(row["status"])})


async def _find(connection: AsyncConnection, statement: Select[Any], **values: object) -> ExamSession | None:
    row = (await connection.execute(statement, values)).mappings().one_or_none()
    return None if row is None else _session(row)


async def add(connection: AsyncConnection, session: ExamSession) -> None:
    await connection.execute(insert(_SESSION), {name: getattr(session, name) for name in _COLUMNS})


async def load(connection: AsyncConnection, session_id: UUID, *, lock: bool = False) -> ExamSession:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    found = await _find(connection, _LOCK if lock else _FIND, session_id=session_id)
    if found is None:
        raise NotFound(what="session", id=session_id)
    return found


async def find_by_local_id(connection: AsyncConnection, body_id: UUID, local_id: str) -> ExamSession | None:
    return await _find(connection, _FIND_BY_LOCAL_ID, body_id=body_id, local_id=local_id)


async def save(connection: AsyncConnection, session: ExamSession) -> None:
    """Store the next version. Raises Stale if the stored version is not the one before."""
    expected = [_SESSION.c.id == session.id, _SESSION.c.version == session.version - 1]
    changed = update(_SESSION).where(*expected).values(status=session.status, version=session.version)
    if (await connection.execute(changed)).rowcount == 0:
        raise Stale


async def summary(connection: AsyncConnection, session_id: UUID) -> Summary:
    return Summary(*(await connection.execute(_SUMMARY, {"session_id": session_id})).one())


async def page(
    connection: AsyncConnection,
    *,
    body_id: UUID | None,
    class_id: UUID | None,
    status: SessionStatus | None,
    after: UUID,
    limit: int,
) -> list[ExamSession]:
    """Sessions in the order of their ids, after `after`. The statement has only the conditions that were given."""
    asked = {_SESSION.c.body_id: body_id, _SESSION.c.class_id: class_id, _SESSION.c.status: _as_literal(status)}
    conditions = [_SESSION.c.id > after, *(each == value for each, value in asked.items() if value is not None)]
    statement = select(_SESSION).where(*conditions).order_by(_SESSION.c.id).limit(limit)
    return [_session(row) for row in (await connection.execute(statement)).mappings()]


def _as_literal(status: SessionStatus | None) -> BindParameter[str] | None:
    """The status as a literal: almost all sessions are concluded, so each status needs its own plan."""
    return None if status is None else bindparam("status", status.value, String, literal_execute=True)
