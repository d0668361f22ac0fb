"""Examiners, their qualifications and their history in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Date, Dialect, Integer, MetaData, Table, Text, TypeDecorator, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store.bodies import BODY
from services.assessment.examiners.rules import Examiner, ExaminerKind, ExaminerStatus, ExaminerStep, Qualification
from shared import tables
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Scope
from shared.tables import Choice, Instant, Json, fixed


def as_json(qualifications: Sequence[Qualification]) -> list[dict[str, Any]]:
    """`qualifications` as JSON values, in which they are stored."""
    return [
        {
            "occupation": each.occupation,
            "award": each.award.code,
            "certificate": each.certificate,
            "first_on": each.first_on.isoformat(),
            "last_on": None if each.last_on is None else each.last_on.isoformat(),
        }
        for each in qualifications
    ]


class _Qualifications(TypeDecorator[tuple[Qualification, ...]]):
    """[{"occupation": "4-10-01-05", "award": "L4", …}]"""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Sequence[Qualification] | None, _: Dialect) -> list[dict[str, Any]]:
        return as_json(value or ())

    def process_result_value(self, value: list[dict[str, Any]] | None, _: Dialect) -> tuple[Qualification, ...]:
        return tuple(
            Qualification(
                each["occupation"],
                Award.from_code(each["award"]),
                each["certificate"],
                date.fromisoformat(each["first_on"]),
                None if each["last_on"] is None else date.fromisoformat(each["last_on"]),
            )
            for each in value or ()
        )


_EXAMINER: Final = Table(
    "examiner",
    MetaData(),
    fixed("id", Uuid),
    fixed("body_id", Uuid),
    fixed("local_id", Text),
    fixed("person", Uuid),
    fixed("kind", Choice(ExaminerKind)),
    fixed("card", Text),
    fixed("first_on", Date),
    Column("last_on", Date),
    Column("qualifications", _Qualifications()),
    Column("status", Choice(ExaminerStatus)),
    Column("version", Integer),
)
_STEP: Final = Table(
    "examiner_step",
    MetaData(),
    Column("examiner_id", Uuid),
    Column("version", Integer),
    Column("verb", Text),
    Column("by", Text),
    Column("at", Instant),
    Column("reason", Text),
    Column("content", Json),
)


async def add(connection: AsyncConnection, examiner: Examiner) -> None:
    await tables.add(connection, _EXAMINER, examiner)


async def save(connection: AsyncConnection, examiner: Examiner) -> None:
    """Store the next version. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, _EXAMINER, examiner, expected=examiner.version - 1)


async def load(connection: AsyncConnection, examiner_id: UUID, *, lock: bool = False) -> Examiner:
    """Raises NotFound."""
    statement = select(_EXAMINER).where(_EXAMINER.c.id == examiner_id)
    found = await tables.fetch_one(connection, statement.with_for_update() if lock else statement, Examiner)
    if found is None:
        raise NotFound(what="examiner", id=examiner_id)
    return found


async def find(
    connection: AsyncConnection, body_id: UUID, *, local_id: str | None = None, persons: Collection[UUID] | None = None
) -> Examiner | None:
    """The first entry of the body with that local_id, or of one of these person keys."""
    asked = tables.matches(
        _EXAMINER, body_id=body_id, local_id=local_id, person=None if persons is None else tuple(persons)
    )
    statement = select(_EXAMINER).where(*asked).order_by(_EXAMINER.c.id).limit(1)
    return await tables.fetch_one(connection, statement, Examiner)


async def of_body(connection: AsyncConnection, body_id: UUID, ids: Collection[UUID]) -> dict[UUID, Examiner]:
    """Those of `ids` that are entries of the body."""
    asked = [*tables.matches(_EXAMINER, body_id=body_id), tables.one_of(_EXAMINER.c.id, ids)]
    found = await tables.fetch_all(connection, select(_EXAMINER).where(*asked), Examiner)
    return {each.id: each for each in found}


async def page(
    connection: AsyncConnection, scope: Scope, *, body_id: UUID | None, after: UUID, limit: int
) -> list[Examiner]:
    """Entries of the bodies in `scope`, in the order of their ids, after `after`."""
    asked = tables.matches(_EXAMINER, body_id=body_id)
    if scope.owners is not None:
        asked.append(tables.one_of(_EXAMINER.c.body_id, scope.owners))
    if here := lies_in(BODY, scope.reach):
        asked.append(_EXAMINER.c.body_id.in_(select(BODY.c.id).where(*here)))
    return await tables.fetch_page(connection, _EXAMINER, Examiner, asked, after=after, limit=limit)


async def add_step(connection: AsyncConnection, step: ExaminerStep) -> None:
    await tables.add(connection, _STEP, step)


async def steps(connection: AsyncConnection, examiner_id: UUID) -> list[ExaminerStep]:
    """The history of an examiner, oldest first."""
    statement = select(_STEP).where(_STEP.c.examiner_id == examiner_id).order_by(_STEP.c.version)
    return await tables.fetch_all(connection, statement, ExaminerStep)
