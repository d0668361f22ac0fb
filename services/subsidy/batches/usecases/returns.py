"""A bank's return from a file: each row is compared with what was sent, and all count together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field, StringConstraints, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.batches.rules import batches as rules
from services.subsidy.batches.rules import returns
from services.subsidy.batches.rules.batches import BatchStatus, BatchTotals, PaymentBatch
from services.subsidy.batches.rules.returns import (
    BatchAwaitsNoReturn,
    Expectation,
    PaymentResult,
    PaymentRowTwice,
    ReturnedRow,
    ReturnFileDiffers,
    ReturnFileIncomplete,
    SentRow,
)
from services.subsidy.batches.store import batches as store
from services.subsidy.batches.store import rows as row_store
from services.subsidy.batches.usecases.table import RETURNS
from services.subsidy.payees import rules as payees
from services.subsidy.trainings import usecases as trainings
from shared.file_jobs.kinds import DryRunMemory, FileKind, ParsedRows, RowDecider
from shared.file_jobs.rules import FileJob, Posting
from shared.forms import ENCRYPTED, INTEGER_MAX, VISIBLE, Day, Strict
from shared.kernel.callers import Caller, Role
from shared.kernel.four_eyes import require_another
from shared.kernel.money import FEN_MAX, Fen
from shared.kernel.outcomes import RowOutcome
from shared.kernel.periods import business_day
from shared.kernel.refusals import NotFound, Refusal
from shared.persons import Persons
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.wording import parse_file_rows

_RETURNING: Final = frozenset({BatchStatus.RELEASED, BatchStatus.RETURNED, BatchStatus.SETTLED})
_NOTHING: Final = BatchTotals(0, Fen(0))
_Reference = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9._/-]+$")]


class ReturnRowRequest(Strict):
    """What a bank says of a row. Its number of the account is compared and not kept."""

    batch: Annotated[str, StringConstraints(max_length=64)] | None = None
    row: Annotated[int, Field(ge=1, le=INTEGER_MAX)]
    account: Annotated[str, StringConstraints(min_length=1, max_length=60), VISIBLE, ENCRYPTED]
    amount_fen: Annotated[int, Field(ge=0, le=FEN_MAX)]
    result: PaymentResult
    paid_on: Day | None = None
    reference: _Reference | None = None
    reason: Annotated[str, StringConstraints(max_length=200), VISIBLE] | None = None


_FORM: Final = TypeAdapter(ReturnRowRequest)


async def _admit(connection: AsyncConnection, caller: Caller, batch_id: UUID | None) -> None:
    """Raises NotFound, ForeignRegion, SamePerson for who released the batch, BatchAwaitsNoReturn."""
    batch = await _reached(connection, caller, batch_id)
    if batch.status not in _RETURNING:
        raise BatchAwaitsNoReturn(state=batch.status.value)
    require_another(caller.person, batch.released_by, rule="release of a payment batch and its return")


async def _reached(connection: AsyncConnection, caller: Caller, batch_id: UUID | None) -> PaymentBatch:
    if batch_id is None:
        raise NotFound(what="payment batch", id="")
    sight = await trainings.scope(connection, caller)
    batch = await store.load(connection, batch_id)
    sight.require_handled(batch, owner=None)
    return batch


async def _reach(connection: AsyncConnection, caller: Caller, batch_id: UUID | None) -> None:
    await _reached(connection, caller, batch_id)


RETURN_KIND: Final = FileKind(
    name="payment-return", table=RETURNS, role=Role.FINANCE, admit=_admit, reach=_reach, of_organisations=False
)


def return_decider(persons: Persons) -> RowDecider[ReturnedRow, DryRunMemory]:
    """How a bank's return is decided; `persons` recognise accounts."""

    def parse(rows: Sequence[FileRow]) -> ParsedRows[ReturnedRow]:
        parsed, refused = parse_file_rows(_FORM, rows, RETURNS, row_id="row")
        found: list[ReturnedRow] = []
        for place, row in parsed:
            try:
                mark = persons.mark(payees.MARK, payees.read_number(row.account))
            except Refusal as refusal:
                refused.append(RowOutcome(place, "refused", str(row.row), refusal=refusal))
                continue
            found.append(_row(place, row, mark))
        return ParsedRows(found, refused)

    return RowDecider(kind=RETURN_KIND, parse=parse, decide=_decide, conclude=_conclude)


def _row(place: int, row: ReturnRowRequest, mark: UUID) -> ReturnedRow:
    reason = None if row.reason is None else returns.without_numbers(row.reason)
    amount = Fen(row.amount_fen)
    return ReturnedRow(place, row.batch, row.row, mark, amount, row.result, row.paid_on, row.reference, reason)


async def _decide(
    connection: AsyncConnection, posting: Posting, rows: Sequence[ReturnedRow], _: DryRunMemory | None, *, at: datetime
) -> list[RowOutcome]:
    assert posting.target_id is not None, "a return is posted for a batch"
    assert posting.file_id is not None, "a return is decided by a job"
    batch = await store.load(connection, posting.target_id)
    awaited = _expectation(batch, posting.file_id, at=at)
    sent = await row_store.sent(connection, batch.id, {each.row for each in rows})
    new, outcomes = _compared(rows, sent, awaited)
    if new:
        await row_store.say(connection, batch.id, posting.file_id, new)
    return outcomes


def _compared(
    rows: Sequence[ReturnedRow], sent: dict[int, SentRow], awaited: Expectation
) -> tuple[list[ReturnedRow], list[RowOutcome]]:
    """The rows that say something new, and an outcome for each."""
    new: dict[int, ReturnedRow] = {}
    outcomes: list[RowOutcome] = []
    for each in rows:
        try:
            if each.row in new:
                raise PaymentRowTwice(pointer="/row")
            if returns.compare(each, sent, awaited):
                new[each.row] = each
                outcomes.append(RowOutcome(each.place, "accepted", str(each.row)))
            else:
                outcomes.append(RowOutcome(each.place, "repeated", str(each.row)))
        except Refusal as refusal:
            outcomes.append(RowOutcome(each.place, "refused", str(each.row), refusal=refusal))
    return list(new.values()), outcomes


def _expectation(batch: PaymentBatch, file_id: UUID, *, at: datetime) -> Expectation:
    assert batch.released_at is not None, "only a released batch has a return"
    return Expectation(
        batch_id=batch.id,
        rows=batch.rows,
        status=batch.status,
        return_file_id=batch.return_file_id,
        file_id=file_id,
        earliest=business_day(batch.released_at),
        latest=business_day(at),
    )


async def _conclude(connection: AsyncConnection, file: FileJob, *, at: datetime) -> None:
    """Take the return as a whole. Raises ReturnFileDiffers, ReturnFileIncomplete, BatchAwaitsNoReturn, SamePerson."""
    batch_id, by = file.posting.target_id, file.posting.posted_by
    assert batch_id is not None, "a return is posted for a batch"
    if file.tally.refused:
        raise ReturnFileDiffers(rows=file.tally.refused)
    batch = await store.load(connection, batch_id, lock=True)
    if batch.status not in _RETURNING:
        raise BatchAwaitsNoReturn(state=batch.status.value)
    if file.posting.dry_run or batch.return_file_id is not None:
        _require_whole(batch, file.tally.rows)
        return
    said = await row_store.said(connection, batch_id, file.id)
    paid, failed = (said.get(result, _NOTHING) for result in (PaymentResult.PAID, PaymentResult.FAILED))
    _require_whole(batch, paid.rows + failed.rows)
    await store.save(connection, rules.take_return(batch, file_id=file.id, paid=paid, failed=failed, by=by, at=at))


def _require_whole(batch: PaymentBatch, rows: int) -> None:
    """Raises ReturnFileIncomplete unless every row is there; each has its amount, so that the sum is right as well."""
    if rows != batch.rows:
        raise ReturnFileIncomplete(rows=rows, expected=batch.rows)
