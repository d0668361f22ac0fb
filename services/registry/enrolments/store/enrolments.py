"""Enrolments in the database: read singly or by class, and updated in batches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.rules.enrolments import Enrolment
from shared import tables
from shared.contracts.registry.enrolments import EmploymentState, EnrolmentStatus
from shared.database import driver
from shared.kernel.refusals import NotFound, Stale
from shared.persons import SealedPerson
from shared.tables import Choice, Instant, Texts, fixed

ENROLMENT: Final = Table(
    "enrolment",
    MetaData(),
    fixed("id", Uuid),
    fixed("class_id", Uuid),
    fixed("institution_id", Uuid),
    Column("person", Uuid),
    fixed("local_id", Text),
    Column("programme", Text),
    Column("tags", Texts),
    Column("status", Choice(EnrolmentStatus)),
    Column("hours", Integer),
    Column("effective_on", Date),
    Column("version", Integer),
    Column("from_on", Date),
    Column("until_on", Date),
    Column("employment", Choice(EmploymentState)),
    Column("priority", Boolean),
    Column("evidence_on", Date),
    Column("consented_on", Date),
    fixed("transferred_from", Uuid),
    Column("came_as", Uuid),
    fixed("enrolled_by", Text),
    fixed("enrolled_at", Instant),
    fixed("entry", LargeBinary),
)
_ENTRY: Final = ("enrolled_by", "enrolled_at", "entry")
_SELECT: Final = select(*(column for column in ENROLMENT.c if column.key not in _ENTRY))
_BY_ID: Final = _SELECT.where(ENROLMENT.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
# Several rows are always locked in the order of their ids.
_ALL: Final = _SELECT.order_by(ENROLMENT.c.id)
_LOCK_ALL: Final = _ALL.with_for_update()
_SUCCESSOR: Final = (
    _SELECT.where(ENROLMENT.c.transferred_from == bindparam("left"))
    .order_by(ENROLMENT.c.id.desc())
    .limit(1)
    .with_for_update()
)
_IN_TRAINING: Final = ENROLMENT.c.status == literal_column("'in_training'")
# An array of arrays has no rows of its own, so tags come as text.
_GIVEN: Final = [
    ENROLMENT.c.id,
    *(Column("tags", Text) if column is ENROLMENT.c.tags else column for column in tables.changing(ENROLMENT)),
]
_SAVE: Final = f"""
UPDATE enrolment AS e
SET {", ".join(f"{each.name} = given.{each.name}" for each in _GIVEN if each.key not in ("id", "tags"))},
    tags = string_to_array(given.tags, ',')
FROM {tables.unnest(_GIVEN)} WHERE e.id = given.id AND e.version = given.version - 1
"""
_PHONE_MARKS: Final = "SELECT person, phone_mark FROM trainee WHERE person = ANY($1) AND phone_mark IS NOT NULL"
_SEALED: Final = "SELECT person, document_kind, sealed FROM trainee WHERE person = ANY($1)"


async def load(connection: AsyncConnection, enrolment_id: UUID, *, lock: bool = False) -> Enrolment:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    enrolment = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Enrolment, id=enrolment_id)
    if enrolment is None:
        raise NotFound(what="enrolment", id=enrolment_id)
    return enrolment


async def by_ids(connection: AsyncConnection, ids: Collection[UUID], *, lock: bool = True) -> dict[UUID, Enrolment]:
    """The existing enrolments among `ids`; locked unless `lock` is False."""
    statement = (_LOCK_ALL if lock else _ALL).where(tables.one_of(ENROLMENT.c.id, ids))
    return {each.id: each for each in await tables.fetch_all(connection, statement, Enrolment)}


async def of_persons(connection: AsyncConnection, persons: Collection[UUID]) -> list[Enrolment]:
    """All enrolments of `persons`, locked."""
    statement = _LOCK_ALL.where(tables.one_of(ENROLMENT.c.person, persons))
    return await tables.fetch_all(connection, statement, Enrolment)


async def go_on(connection: AsyncConnection, enrolment: Enrolment, *, by: str, at: datetime) -> None:
    """Store an enrolment that continues the one in its `transferred_from`, with its author and time.

    The encrypted statement at entry is copied unread.
    """
    entry = select(ENROLMENT.c.entry).where(ENROLMENT.c.id == enrolment.transferred_from).scalar_subquery()
    values = tables.values_of(ENROLMENT, enrolment, enrolled_by=by, enrolled_at=at, entry=entry)
    await connection.execute(insert(ENROLMENT).values(values))


async def successor(connection: AsyncConnection, enrolment_id: UUID) -> Enrolment | None:
    """The enrolment that continues this one in another class, the latest after several transfers, locked; or None."""
    return await tables.fetch_one(connection, _SUCCESSOR, Enrolment, left=enrolment_id)


async def by_local_ids(
    connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str], *, lock: bool = True
) -> dict[str, Enrolment]:
    """The institution's enrolments with these local_ids; locked unless `lock` is False."""
    named = [ENROLMENT.c.institution_id == institution_id, tables.one_of(ENROLMENT.c.local_id, local_ids)]
    statement = (_LOCK_ALL if lock else _ALL).where(*named)
    return {each.local_id: each for each in await tables.fetch_all(connection, statement, Enrolment)}


async def in_training(connection: AsyncConnection, class_id: UUID) -> list[Enrolment]:
    """The enrolments of the class that have no outcome yet, locked."""
    statement = _LOCK_ALL.where(ENROLMENT.c.class_id == class_id, _IN_TRAINING)
    return await tables.fetch_all(connection, statement, Enrolment)


async def of_class(connection: AsyncConnection, class_id: UUID, *, after: UUID, limit: int) -> list[Enrolment]:
    """A class's enrolments with ids above `after`, ordered by id."""
    asked = [ENROLMENT.c.class_id == class_id, ENROLMENT.c.id > after]
    return await tables.fetch_all(connection, _SELECT.where(*asked).order_by(ENROLMENT.c.id).limit(limit), Enrolment)


async def save_all(connection: AsyncConnection, enrolments: Sequence[Enrolment]) -> None:
    """Store the next version of each. Raises Stale if one was changed meanwhile."""
    if not enrolments:
        return
    rows = [
        {column.key: getattr(each, column.key) for column in _GIVEN} | {"tags": ",".join(each.tags)}
        for each in enrolments
    ]
    tag = await (await driver(connection)).execute(_SAVE, *tables.arrays(_GIVEN, rows))
    if tag != f"UPDATE {len(enrolments)}":
        raise Stale


async def sealed_trainees(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, SealedPerson]:
    rows = await (await driver(connection)).fetch(_SEALED, list(persons))
    return {row["person"]: SealedPerson(*row) for row in rows}


async def phone_marks(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, str]:
    """The blind index of the phone of each of `persons` who gave one."""
    rows = await (await driver(connection)).fetch(_PHONE_MARKS, list(persons))
    return {person: str(mark) for person, mark in rows}
