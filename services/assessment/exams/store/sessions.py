"""Exam sessions in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Dialect,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.exams.rules.sessions import ExamSession, Summary, sitting_json
from services.assessment.exams.rules.sittings import Sitting
from services.assessment.sight.rules import Sight
from services.assessment.sight.store import in_sight
from services.assessment.standards.rules import Part
from services.assessment.trainings.store import institutions_given, trainees_of
from shared import tables
from shared.contracts.assessment import SessionStatus
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.tables import Choice, Json, fixed


class _Sittings(TypeDecorator[tuple[Sitting, ...]]):
    """[{"part": "theory", "room": "101", "begins_at": …, "ends_at": …, "seats": 30, "examiners": […]}]"""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Sequence[Sitting] | None, _: Dialect) -> list[dict[str, Any]]:
        return [sitting_json(each) for each in value or ()]

    def process_result_value(self, value: list[dict[str, Any]] | None, _: Dialect) -> tuple[Sitting, ...]:
        return tuple(
            Sitting(
                Part(each["part"]),
                each["room"],
                datetime.fromisoformat(each["begins_at"]),
                datetime.fromisoformat(each["ends_at"]),
                each["seats"],
                tuple(UUID(examiner) for examiner in each["examiners"]),
            )
            for each in value or ()
        )


SESSION: Final = Table(
    "session",
    MetaData(),
    fixed("id", Uuid),
    fixed("body_id", Uuid),
    fixed("local_id", Text),
    fixed("class_id", Uuid),
    fixed("programme", Text),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("outside_territory", Boolean),
    fixed("occupation", Text),
    fixed("level", Choice(Award), key="award"),
    Column("held_on", Date),
    Column("plan_year", Integer),
    Column("place", Text),
    Column("sittings", _Sittings()),
    Column("supervisors", postgresql.ARRAY(Uuid, as_tuple=True)),
    Column("roster_digest", Text),
    Column("public_until", Date),
    Column("status", Choice(SessionStatus)),
    fixed("filed_by", Text),
    Column("version", Integer),
)
_CANDIDATE: Final = Table(
    "candidate",
    MetaData(),
    Column("session_id", Uuid),
    Column("person", Uuid),
    Column("absent", Boolean),
    Column("passed", Boolean),
    *(Column(name, SmallInteger) for name in ("theory", "skills", "review")),
)
_BY_ID: Final = select(SESSION).where(SESSION.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_BY_LOCAL_ID: Final = select(SESSION).where(
    SESSION.c.body_id == bindparam("body_id"), SESSION.c.local_id == bindparam("local_id")
)
# Sessions of the institutions' classes, and all others in which one of its trainees is a candidate.
_OF_TRAINEES: Final = f"""
SELECT s.id FROM session AS s JOIN heard_class AS k ON k.id = s.class_id WHERE k.institution_id = ANY(:institutions)
UNION
SELECT s.id
FROM ({trainees_of(":institutions")}) AS t
JOIN candidate AS c ON c.person = t.person
JOIN session AS s ON s.id = c.session_id
    AND s.occupation = t.occupation AND s.level = t.level AND s.held_on >= t.starts_on
"""
_HAS_MARKS: Final = or_(*(_CANDIDATE.c[name].is_not(None) for name in ("passed", "theory", "skills", "review")))
_DECIDED: Final = _CANDIDATE.c.passed.is_not(None)
_COUNTS: Final = select(
    func.count().label("candidates"),
    func.count().filter(_HAS_MARKS).label("with_marks"),
    func.count().filter(_CANDIDATE.c.passed).label("passed"),
    func.count().filter(_CANDIDATE.c.absent).label("absent"),
    func.count().filter(not_(_DECIDED), not_(_CANDIDATE.c.absent)).label("without_result"),
)
_SUMMARY: Final = _COUNTS.where(_CANDIDATE.c.session_id == bindparam("session_id"))
# As literals: few sessions are open and nearly all concluded, so each state has a plan of its own, which a parameter
# would hide.
_IN_STATE: Final[dict[SessionStatus, ColumnElement[bool]]] = {
    status: SESSION.c.status == literal_column(f"'{status.value}'") for status in SessionStatus
}


async def add(connection: AsyncConnection, session: ExamSession) -> None:
    await tables.add(connection, SESSION, session)


async def load(connection: AsyncConnection, session_id: UUID, *, lock: bool = False) -> ExamSession:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, ExamSession, id=session_id)
    if found is None:
        raise NotFound(what="session", id=session_id)
    return found


async def by_local_ids(
    connection: AsyncConnection, body_id: UUID, local_ids: Collection[str], *, lock: bool
) -> dict[str, ExamSession]:
    """The body's sessions with these local_ids. With `lock`, they are locked until the transaction ends."""
    asked = select(SESSION).where(SESSION.c.body_id == body_id, tables.one_of(SESSION.c.local_id, local_ids))
    ordered = asked.order_by(SESSION.c.id)
    found = await tables.fetch_all(connection, ordered.with_for_update() if lock else ordered, ExamSession)
    return {each.local_id: each for each in found}


async def find_by_local_id(connection: AsyncConnection, body_id: UUID, local_id: str) -> ExamSession | None:
    return await tables.fetch_one(connection, _BY_LOCAL_ID, ExamSession, body_id=body_id, local_id=local_id)


async def save(connection: AsyncConnection, session: ExamSession) -> None:
    """Store the next version. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, SESSION, session, expected=session.version - 1)


async def busy(
    connection: AsyncConnection, persons: Collection[UUID], *, day: date, but: UUID
) -> list[tuple[UUID, ExamSession]]:
    """The sessions of `day` in which these keys are candidates, by key, apart from the session `but`."""
    seats = select(_CANDIDATE.c.person, SESSION).join(SESSION, SESSION.c.id == _CANDIDATE.c.session_id)
    statement = seats.where(
        tables.one_of(_CANDIDATE.c.person, persons),
        SESSION.c.held_on == day,
        SESSION.c.id != but,
        SESSION.c.status.not_in([SessionStatus.CANCELLED, SessionStatus.RETURNED]),
    )
    found: list[tuple[UUID, ExamSession]] = []
    for person, *row in await connection.execute(statement):
        found.append((person, ExamSession(**dict(zip(SESSION.c.keys(), row, strict=True)))))
    return found


async def summary(connection: AsyncConnection, session_id: UUID) -> Summary:
    return Summary(*(await connection.execute(_SUMMARY, {"session_id": session_id})).one())


async def summaries(connection: AsyncConnection, session_ids: Collection[UUID]) -> dict[UUID, Summary]:
    """The summary of each session, those without candidates included."""
    found = {each: Summary(0, 0, 0, 0, 0) for each in session_ids}
    asked = _COUNTS.add_columns(_CANDIDATE.c.session_id).where(tables.one_of(_CANDIDATE.c.session_id, session_ids))
    for *counts, session_id in await connection.execute(asked.group_by(_CANDIDATE.c.session_id)):
        found[session_id] = Summary(*counts)
    return found


async def is_in_sight(connection: AsyncConnection, session_id: UUID, sight: Sight) -> bool:
    """Whether `page` would show the session."""
    statement = select(SESSION.c.id).where(SESSION.c.id == session_id, *_seen(sight))
    return await connection.scalar(statement) is not None


async def page(
    connection: AsyncConnection,
    sight: Sight,
    *,
    class_id: UUID | None,
    status: SessionStatus | None,
    award: Award | None,
    after: UUID,
    limit: int,
) -> list[ExamSession]:
    """Sessions in sight, in the order of their ids, after `after`."""
    conditions = [SESSION.c.id > after, *tables.matches(SESSION, class_id=class_id, award=award), *_seen(sight)]
    if status is not None:
        conditions.append(_IN_STATE[status])
    statement = select(SESSION).where(*conditions).order_by(SESSION.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, ExamSession)


def _seen(sight: Sight) -> list[ColumnElement[bool]]:
    conditions = in_sight(SESSION, sight)
    if sight.institutions is not None:
        of_trainees = text(_OF_TRAINEES).bindparams(institutions_given(sight.institutions)).columns(SESSION.c.id)
        conditions.append(SESSION.c.id.in_(of_trainees))
    return conditions
