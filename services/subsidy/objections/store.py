"""Objections in the database: words and contacts encrypted, receipts as keyed hashes only."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.objections.rules import Objection, ObjectionStatus
from shared import tables
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach
from shared.senders import SealedWords, Senders, reading_table, sealed_columns
from shared.tables import Choice, Instant, fixed

OBJECTION: Final = Table(
    "objection",
    MetaData(),
    fixed("id", Uuid),
    fixed("receipt_mark", Uuid),
    fixed("claim_id", Uuid),
    fixed("line", Integer),
    fixed("enrolment_id", Uuid),
    fixed("class_id", Uuid),
    fixed("institution_id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("received_at", Instant),
    fixed("late", Boolean),
    fixed("due_on", Date),
    fixed("erase_contact_on", Date),
    Column("status", Choice(ObjectionStatus)),
    Column("reason", Text),
    Column("answer", Text),
    Column("answered_by", Text),
    Column("answered_at", Instant),
    Column("version", Integer),
    *sealed_columns(),
)
CONTACT_READING: Final = reading_table("objection_contact_reading", sent="objection_id")
SENDERS: Final = Senders(OBJECTION, CONTACT_READING)
_SEALED: Final = (OBJECTION.c.sealed, OBJECTION.c.sealed_contact)
_SELECT: Final = select(*(column for column in OBJECTION.c if column not in {*_SEALED}))
_BY_ID: Final = _SELECT.where(OBJECTION.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_BY_RECEIPT: Final = _SELECT.where(OBJECTION.c.receipt_mark == bindparam("receipt_mark"))
_OPEN: Final = select(OBJECTION.c.due_on).where(
    OBJECTION.c.claim_id == bindparam("of_claim"),
    OBJECTION.c.status == ObjectionStatus.OPEN,
    OBJECTION.c.late.is_(False),
)
_UPHELD: Final = _SELECT.where(
    OBJECTION.c.claim_id == bindparam("of_claim"),
    OBJECTION.c.line == bindparam("of_line"),
    OBJECTION.c.status == ObjectionStatus.UPHELD,
).with_for_update()


async def add(connection: AsyncConnection, objection: Objection, words: SealedWords) -> None:
    await tables.add(connection, OBJECTION, objection, sealed=words.text, sealed_contact=words.contact)


async def load(connection: AsyncConnection, objection_id: UUID, *, lock: bool = False) -> Objection:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Objection, id=objection_id)
    if found is None:
        raise NotFound(what="objection", id=objection_id)
    return found


async def find(connection: AsyncConnection, receipt_mark: UUID) -> Objection | None:
    return await tables.fetch_one(connection, _BY_RECEIPT, Objection, receipt_mark=receipt_mark)


async def save(connection: AsyncConnection, objection: Objection) -> None:
    """Store the next version of `objection`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, OBJECTION, objection, expected=objection.version - 1)


async def open_due_on(connection: AsyncConnection, claim_id: UUID) -> list[date | None]:
    """When the open objections are due for whose answer the claim waits."""
    return list(await connection.scalars(_OPEN, {"of_claim": claim_id}))


async def upheld(connection: AsyncConnection, claim_id: UUID, line: int) -> list[Objection]:
    """The upheld objections to a line, locked."""
    return await tables.fetch_all(connection, _UPHELD, Objection, of_claim=claim_id, of_line=line)


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    status: ObjectionStatus | None,
    claim_id: UUID | None,
    overdue_on: date | None,
    after: UUID,
    limit: int,
) -> list[Objection]:
    """Objections in the order of their ids, after `after`; `overdue_on`: open ones that were due before that day."""
    asked = [OBJECTION.c.id > after, *lies_in(OBJECTION, reach)]
    asked += tables.matches(OBJECTION, status=status, claim_id=claim_id)
    if overdue_on is not None:
        asked += [OBJECTION.c.status == ObjectionStatus.OPEN, OBJECTION.c.due_on < overdue_on]
    statement = _SELECT.where(*asked).order_by(OBJECTION.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, Objection)
