"""The bank's return: what it says of each row of a batch, compared with what was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from services.subsidy.batches.rules.batches import BatchStatus
from services.subsidy.payments.rules import PaymentDayImpossible
from shared.kernel.money import Fen
from shared.kernel.refusals import Conflict, Invalid, Refusal

_NUMBER: Final = re.compile(r"[0-9](?:[ -]?[0-9]){4,}")


class PaymentResult(StrEnum):
    PAID = "paid"
    FAILED = "failed"


class RowOfAnotherBatch(Invalid):
    slug = "payment-row-of-another-batch"
    title_en = "This row is of another batch."
    title_zh = "该行属于其他批次。"
    cure_en = "Send each batch's return by itself, as the return of that batch."
    cure_zh = "请按批次分别上传回盘文件。"


class UnknownPaymentRow(Invalid):
    """Facts: `rows`, how many the batch has."""

    slug = "unknown-payment-row"
    title_en = "The batch has no row with this number."
    title_zh = "批次中没有该付款序号。"
    cure_en = "Its rows are numbered from 1 to {rows}. Ask the bank for the return of this batch."
    cure_zh = "该批次序号为 1 至 {rows}；请向银行索取该批次的回盘文件。"


class PaymentRowTwice(Invalid):
    slug = "payment-row-twice"
    title_en = "The file says something about this row of the batch twice."
    title_zh = "该付款序号在文件中重复出现。"
    cure_en = "Ask the bank for a return in which each row of the batch stands once."
    cure_zh = "请向银行索取每笔只列一次的回盘文件。"


class PaymentAmountDiffers(Invalid):
    """Facts: `amount_fen`, what was sent."""

    slug = "payment-amount-differs"
    title_en = "The amount of this row is not the one that was sent to the bank."
    title_zh = "该行金额与送盘金额不一致。"
    cure_en = "{amount_fen} fen were sent. Clear it up with the bank before anything of this return is taken."
    cure_zh = "送盘金额为 {amount_fen} 分；请先与银行核实，再上传回盘文件。"


class PaymentAccountDiffers(Invalid):
    """Facts: `ending`, the last digits of the account that was sent."""

    slug = "payment-account-differs"
    title_en = "The account of this row is not the one that was sent to the bank."
    title_zh = "该行收款账号与送盘账号不一致。"
    cure_en = "An account ending in {ending} was sent. Clear it up with the bank before anything of this is taken."
    cure_zh = "送盘账号尾号为 {ending}；请先与银行核实，再上传回盘文件。"


class PaymentResultDiffers(Invalid):
    """Facts: `result`, what the return said that was taken."""

    slug = "payment-result-differs"
    title_en = "A return that was taken before says something else of this row."
    title_zh = "已接收的回盘文件对该行的结果不同。"
    cure_en = (
        "It is {result}. What the bank sent back later is recorded as a failed payment of the claim, and what it paid "
        "after all as a payment of the claim, before the claim is put into another batch. Nothing of this file was "
        "taken."
    )
    cure_zh = (
        "已记录的结果为 {result}。银行事后退回的，请在该申领上登记付款失败；"
        "事后补付成功的，请在该申领列入其他批次之前登记付款。本文件未作任何处理。"
    )


class PaymentDayMissing(Invalid):
    slug = "payment-day-missing"
    title_en = "A paid row needs the day on which it was paid."
    title_zh = "付款成功的行应有入账日期。"


class ReturnFileDiffers(Conflict):
    """Facts: `rows`, how many rows are at fault."""

    slug = "return-file-differs"
    title_en = "The return does not fit the batch, so nothing of it was taken."
    title_zh = "回盘文件与批次不符，整份文件未作处理。"
    cure_en = "{rows} rows are at fault; the report says why for each. Ask the bank for the right file."
    cure_zh = "共 {rows} 行不符，原因见报告。请向银行索取正确的回盘文件后重新上传。"


class ReturnFileIncomplete(Conflict):
    """Facts: `rows`, how many it has; `expected`, how many the batch has."""

    slug = "return-file-incomplete"
    title_en = "The return is cut short, so nothing of it was taken."
    title_zh = "回盘文件不完整，整份文件未作处理。"
    cure_en = "It has {rows} rows, and the batch {expected}. Ask the bank for the whole file."
    cure_zh = "文件共 {rows} 行，批次共 {expected} 笔。请向银行索取完整文件后重新上传。"


class BatchAwaitsNoReturn(Conflict):
    """Facts: `state`."""

    slug = "batch-awaits-no-return"
    title_en = "No return is awaited for this batch."
    title_zh = "该批次不等待银行回盘。"
    cure_en = "Its state is {state}. Only a batch that was released and not taken back has a return."
    cure_zh = "当前状态：{state}。只有已放行且未撤回的批次才有回盘文件。"


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """What the bank says of a row. `place` is its place in the chunk, `mark` its account's keyed hash."""

    place: int
    batch: str | None
    row: int
    mark: UUID
    amount_fen: Fen
    result: PaymentResult
    on: date | None
    reference: str | None
    reason: str | None


class SentRow(NamedTuple):
    """A row as it was sent, and what a return said of it; `file_id` is the file that did."""

    row: int
    amount_fen: Fen
    mark: UUID
    ending: str
    file_id: UUID | None
    result: PaymentResult | None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a file is compared with: its batch, `file_id`, and the days on which the bank can have paid."""

    batch_id: UUID
    rows: int
    status: BatchStatus
    return_file_id: UUID | None
    file_id: UUID | None
    earliest: date
    latest: date


def compare(said: ReturnedRow, sent: Mapping[int, SentRow], awaited: Expectation) -> bool:
    """Whether the row says something new; False for what a return said before. Raises what is wrong with it."""
    if said.batch is not None and said.batch.lower() != str(awaited.batch_id):
        raise RowOfAnotherBatch(pointer="/batch")
    row = sent.get(said.row)
    if row is None:
        raise UnknownPaymentRow(pointer="/row", rows=awaited.rows)
    if fault := _fault(said, row, awaited):
        raise fault
    if awaited.return_file_id is not None:
        if said.result is not row.result:
            raise PaymentResultDiffers(pointer="/result", result="" if row.result is None else row.result.value)
        return False
    if row.file_id is not None and row.file_id == awaited.file_id:
        raise PaymentRowTwice(pointer="/row")
    return True


def _fault(said: ReturnedRow, row: SentRow, awaited: Expectation) -> Refusal | None:
    if said.amount_fen != row.amount_fen:
        return PaymentAmountDiffers(pointer="/amount_fen", amount_fen=row.amount_fen)
    if said.mark != row.mark:
        return PaymentAccountDiffers(pointer="/account", ending=row.ending)
    if said.result is PaymentResult.FAILED:
        return None
    if said.on is None:
        return PaymentDayMissing(pointer="/paid_on")
    if not awaited.earliest <= said.on <= awaited.latest:
        days = {"earliest": awaited.earliest.isoformat(), "latest": awaited.latest.isoformat()}
        return PaymentDayImpossible(pointer="/paid_on", **days)
    return None


def without_numbers(reason: str) -> str:
    """The bank's words without the numbers of accounts, people and phones that may stand in them."""
    return _NUMBER.sub("*", reason)
