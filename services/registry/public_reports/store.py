"""Reports of the public in the database: words and contacts encrypted, receipts and addresses as keyed hashes only."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.flags.store import FLAG
from services.registry.public_reports.rules import Misconduct, PublicReport, ReportedKind
from shared import tables
from shared.contracts.registry.flags import FlagStatus
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach
from shared.senders import SealedWords, Senders, reading_table, sealed_columns
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
    *sealed_columns(),
)
CONTACT_READING: Final = reading_table("public_contact_reading", sent="report_id")
SENDERS: Final = Senders(PUBLIC_REPORT, CONTACT_READING)
_SEALED: Final = (PUBLIC_REPORT.c.sealed, PUBLIC_REPORT.c.sealed_contact)
_SELECT: Final = select(*(column for column in PUBLIC_REPORT.c if column not in {*_SEALED}))
_BY_ID: Final = _SELECT.where(PUBLIC_REPORT.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_BY_RECEIPT: Final = _SELECT.where(PUBLIC_REPORT.c.receipt_mark == bindparam("receipt_mark"))


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
