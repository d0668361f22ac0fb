"""Reports of the public in the database: words and contacts encrypted, receipts and addresses as keyed hashes only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Date, Integer, LargeBinary, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.flags.store import FLAG
from services.registry.public_reports.rules import Misconduct, PublicReport, ReportedKind
from shared import tables
from shared.contracts.registry.flags import FlagStatus
from shared.database import driver
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach
from shared.tables import Choice, Instant, fixed

PUBLIC_REPORT: Final = Table(
    "public_report",
    MetaData(),
    fixed("id", Uuid),
    fixed("receipt_mark", Uuid),
    fixed("about", Choice(ReportedKind)),
    fixed("target_id", Uuid),
    fixed("reference", Text),
    fixed("misconduct", Choice(Misconduct)),
    fixed("institution_id", Uuid),
    fixed("class_id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("flag_id", Uuid),
    fixed("received_at", Instant),
    fixed("erase_contact_on", Date),
    Column("answer", Text),
    Column("answered_by", Text),
    Column("answered_at", Instant),
    Column("version", Integer),
    fixed("sealed", LargeBinary),
    fixed("sealed_contact", LargeBinary),
)
CONTACT_READING: Final = Table(
    "public_contact_reading",
    MetaData(),
    fixed("id", Uuid),
    fixed("report_id", Uuid),
    fixed("read_by", Text),
    fixed("read_at", Instant),
    fixed("reason", Text),
)
_SEALED: Final = (PUBLIC_REPORT.c.sealed, PUBLIC_REPORT.c.sealed_contact)
_SELECT: Final = select(*(column for column in PUBLIC_REPORT.c if column not in {*_SEALED}))
_BY_ID: Final = _SELECT.where(PUBLIC_REPORT.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_BY_RECEIPT: Final = _SELECT.where(PUBLIC_REPORT.c.receipt_mark == bindparam("receipt_mark"))
_WORDS: Final = select(*_SEALED).where(PUBLIC_REPORT.c.id == bindparam("id"))
_ERASE: Final = """
UPDATE public_report SET sealed_contact = NULL WHERE id IN (
    SELECT id FROM public_report WHERE sealed_contact IS NOT NULL AND erase_contact_on <= $1
    ORDER BY erase_contact_on LIMIT $2
) RETURNING id
"""


class SealedWords(NamedTuple):
    """What the reporter wrote and how to reach them, encrypted; no contact once it is erased or if none was given."""

    text: bytes
    contact: bytes | None


class ContactReading(NamedTuple):
    """That an officer read the reporter's contact, when and why."""

    id: UUID
    report_id: UUID
    read_by: str
    read_at: datetime
    reason: str


async def add(connection: AsyncConnection, report: PublicReport, words: SealedWords) -> None:
    await tables.add(connection, PUBLIC_REPORT, report, sealed=words.text, sealed_contact=words.contact)


async def load(connection: AsyncConnection, report_id: UUID, *, lock: bool = False) -> PublicReport:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, PublicReport, id=report_id)
    if found is None:
        raise NotFound(what="public report", id=report_id)
    return found


async def find(connection: AsyncConnection, receipt_mark: UUID) -> PublicReport | None:
    return await tables.fetch_one(connection, _BY_RECEIPT, PublicReport, receipt_mark=receipt_mark)


async def save_answer(connection: AsyncConnection, report: PublicReport) -> None:
    """Store the next version of `report`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, PUBLIC_REPORT, report, expected=report.version - 1)


async def words(connection: AsyncConnection, report_id: UUID) -> SealedWords:
    return SealedWords(*(await connection.execute(_WORDS, {"id": report_id})).one())


async def add_reading(connection: AsyncConnection, reading: ContactReading) -> None:
    await tables.add(connection, CONTACT_READING, reading)


async def readings(connection: AsyncConnection, report_id: UUID, *, limit: int) -> list[ContactReading]:
    """Who read the contact, the first `limit`, oldest first."""
    theirs = CONTACT_READING.c.report_id == report_id
    statement = select(CONTACT_READING).where(theirs).order_by(CONTACT_READING.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, ContactReading)


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    status: FlagStatus | None,
    overdue_on: date | None,
    after: UUID,
    limit: int,
) -> list[PublicReport]:
    """Reports in the order of their ids, after `after`; `overdue_on`: those left open that were due before that day."""
    asked = [PUBLIC_REPORT.c.id > after, *lies_in(PUBLIC_REPORT, reach)]
    asked += tables.matches(FLAG, status=status)
    if overdue_on is not None:
        asked += [FLAG.c.status == FlagStatus.OPEN, FLAG.c.due_on < overdue_on]
    statement = (
        _SELECT.join_from(PUBLIC_REPORT, FLAG, FLAG.c.id == PUBLIC_REPORT.c.flag_id)
        .where(*asked)
        .order_by(PUBLIC_REPORT.c.id)
        .limit(limit)
    )
    return await tables.fetch_all(connection, statement, PublicReport)


async def erase_contacts(connection: AsyncConnection, today: date, *, limit: int) -> int:
    """Erase contacts whose day has come. Returns how many."""
    return len(await (await driver(connection)).fetch(_ERASE, today, limit))
