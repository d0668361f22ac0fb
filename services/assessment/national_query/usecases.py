"""Export certificates to the national query network, as the province, and read its receipts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.national_query import rules, store
from services.assessment.national_query.rules import (
    ROWS_MAX,
    Export,
    ExportStatus,
    NotAnswered,
    NothingToExport,
    Row,
)
from services.assessment.national_query.store import Due, SentRow
from services.assessment.plan import usecases as plans
from shared.backbone import outbox
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.persons import Persons


async def require_province(connection: AsyncConnection, caller: Caller) -> None:
    """Raises NotYetReceived, ForeignRegion."""
    caller.require_region((await plans.load(connection)).provinces)


async def export(
    connection: AsyncConnection, of_export: UUID | None, *, persons: Persons, caller: Caller, at: datetime
) -> Export:
    """A new export: of what is new or has changed, or of the rejected rows of `of_export`.

    Raises ForeignRegion, NotFound, NotAnswered, NothingToExport.
    """
    await require_province(connection, caller)
    await store.lock(connection)
    if of_export is None:
        due = await store.due(connection, limit=ROWS_MAX)
    else:
        before = await store.load(connection, of_export)
        if before.status is not ExportStatus.ANSWERED:
            raise NotAnswered(state=before.status.value)
        due = await store.rejected(connection, of_export, limit=ROWS_MAX)
    if not due:
        raise NothingToExport
    id_ = new_id()
    content, digest = rules.file_of(id_, [_row(each, persons) for each in due])
    sent = Export(
        id=id_,
        status=ExportStatus.SENT,
        rows=len(due),
        digest=digest,
        exported_by=caller.person,
        exported_at=at,
        of_export=of_export,
    )
    await store.add(connection, sent, persons.seal(content.encode(), owner=id_))
    await store.send(connection, id_, due)
    return sent


def _row(due: Due, persons: Persons) -> Row:
    holder = persons.particulars(due.holder)
    return Row(
        due.certificate_id,
        due.number,
        due.occupation,
        due.award,
        holder.name,
        due.holder.document_kind,
        holder.document_number,
        due.issued_on,
        due.body_name,
        due.status,
        due.edition,
    )


async def file(connection: AsyncConnection, export_id: UUID, *, persons: Persons, caller: Caller) -> bytes:
    """The file of an export, the same each time. Raises ForeignRegion, NotFound."""
    await require_province(connection, caller)
    found = await store.load(connection, export_id)
    return persons.unseal(await store.content(connection, found.id), owner=found.id)


async def read_receipt(
    connection: AsyncConnection, export_id: UUID, content: str, *, caller: Caller, at: datetime
) -> Export:
    """Read the network's receipt of an export, wholly or not at all; the same one again changes nothing.

    What it does not find is told, and told again once it is found. Raises ForeignRegion, NotFound, IllegalMove,
    ReceiptDiffers, and the refusals of rules.read_receipt.
    """
    await require_province(connection, caller)
    await store.lock(connection)
    before = await store.load(connection, export_id)
    digest = rules.receipt_digest(content)
    if rules.is_repeat(before, digest):
        return before
    answers = rules.read_receipt(content, before, await store.numbers(connection, export_id))
    after = rules.answer(before, answers, digest=digest, by=caller.person, at=at)
    listings, today = await store.listings(connection, export_id), business_day(at)
    followed = [
        told
        for listing, each in zip(listings, answers, strict=True)
        if (told := rules.follow(listing, is_found=each.reason is None, on=today, at=at)) is not None
    ]
    await store.answer(connection, export_id, answers, on=today)
    await store.tell(connection, [listing for listing, _ in followed])
    await outbox.record(connection, *(fact for _, fact in followed))
    await store.save(connection, after)
    return after


async def give_up(connection: AsyncConnection, export_id: UUID, *, reason: str, caller: Caller) -> Export:
    """The file never reached the network: its certificates are due again.

    Raises ForeignRegion, NotFound, IllegalMove.
    """
    await require_province(connection, caller)
    await store.lock(connection)
    after = rules.give_up(await store.load(connection, export_id), reason=reason, by=caller.person)
    await store.save(connection, after)
    await store.free(connection, export_id)
    return after


async def resume(connection: AsyncConnection, export_id: UUID, *, caller: Caller) -> Export:
    """The file did reach the network: wait for its receipt again.

    Raises ForeignRegion, NotFound, IllegalMove, ExportOvertaken.
    """
    await require_province(connection, caller)
    await store.lock(connection)
    before = await store.load(connection, export_id)
    after = rules.resume(before, overtaken=before.rows - await store.left(connection, export_id))
    await store.save(connection, after)
    await store.retake(connection, export_id)
    return after


async def page(connection: AsyncConnection, *, caller: Caller, after: UUID, limit: int) -> list[Export]:
    """Raises ForeignRegion."""
    await require_province(connection, caller)
    return await store.page(connection, after=after, limit=limit)


async def load(connection: AsyncConnection, export_id: UUID, *, caller: Caller) -> Export:
    """Raises ForeignRegion, NotFound."""
    await require_province(connection, caller)
    return await store.load(connection, export_id)


async def rows(
    connection: AsyncConnection, export_id: UUID, *, state: str | None, caller: Caller, after: int, limit: int
) -> Sequence[SentRow]:
    """Raises ForeignRegion, NotFound."""
    await require_province(connection, caller)
    await store.load(connection, export_id)
    return await store.rows(connection, export_id, state=state, after=after, limit=limit)
