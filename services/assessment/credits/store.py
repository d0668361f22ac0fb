"""Rules of credits and their uses in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Dialect, Integer, MetaData, Table, Text, TypeDecorator, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.credits.rules import Course, CreditRow, CreditUse, Direction
from shared import tables
from shared.dated_rules.store import RuleTable, provenance_columns
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.tables import Choice, Days, Instant, Json, fixed


class _Courses(TypeDecorator[tuple[Course, ...]]):
    """[["course", tenths, "rule"]]"""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Sequence[Course] | None, _: Dialect) -> list[list[Any]]:
        return [list(each) for each in value or ()]

    def process_result_value(self, value: list[list[Any]] | None, _: Dialect) -> tuple[Course, ...]:
        return tuple(Course(*each) for each in value or ())


RULES: Final = RuleTable(
    Table(
        "credit_rule",
        MetaData(),
        *(Column(name, Text) for name in ("id", "occupation", "course", "status", "source")),
        Column("direction", Choice(Direction)),
        Column("school_id", Uuid),
        Column("level", Choice(Award), key="award"),
        Column("tenths", Integer),
        Column("validity", Days),
        *provenance_columns(),
    ),
    CreditRow,
)
USE: Final = Table(
    "credit_use",
    MetaData(),
    *(fixed(name, Uuid) for name in ("id", "school_id", "person", "certificate_id")),
    fixed("direction", Choice(Direction)),
    fixed("occupation", Text),
    fixed("level", Choice(Award), key="award"),
    fixed("courses", _Courses()),
    fixed("used_by", Text),
    fixed("used_at", Instant),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", Instant),
    Column("withdrawal_reason", Text),
    Column("version", Integer),
)


async def add(connection: AsyncConnection, use: CreditUse) -> None:
    await tables.add(connection, USE, use)


async def save(connection: AsyncConnection, use: CreditUse) -> None:
    """Store the next version. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, USE, use, expected=use.version - 1)


async def load(connection: AsyncConnection, use_id: UUID) -> CreditUse:
    """The record with this id, locked until the transaction ends. Raises NotFound."""
    found = await tables.fetch_one(connection, select(USE).where(USE.c.id == use_id).with_for_update(), CreditUse)
    if found is None:
        raise NotFound(what="credit use", id=use_id)
    return found


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, CreditUse]:
    """Those of `ids` that are uses of credits."""
    found = await tables.fetch_all(connection, select(USE).where(tables.one_of(USE.c.id, ids)), CreditUse)
    return {each.id: each for each in found}


async def standing(connection: AsyncConnection, use: CreditUse, persons: Collection[UUID]) -> CreditUse | None:
    """A use of the same by the same school for one of `persons` that was not taken back; None if there is none."""
    same = tables.matches(
        USE, direction=use.direction, school_id=use.school_id, occupation=use.occupation, award=use.award
    )
    asked = [*same, tables.one_of(USE.c.person, persons), USE.c.withdrawn_at.is_(None)]
    return await tables.fetch_one(connection, select(USE).where(*asked).order_by(USE.c.id).limit(1), CreditUse)


async def page(
    connection: AsyncConnection, schools: Collection[UUID] | None, *, after: UUID, limit: int
) -> list[CreditUse]:
    """Uses of `schools` (None: of all), in the order of their ids, after `after`."""
    asked = [] if schools is None else [tables.one_of(USE.c.school_id, schools)]
    return await tables.fetch_page(connection, USE, CreditUse, asked, after=after, limit=limit)
