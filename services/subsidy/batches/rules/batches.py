"""Payment batches: their states, and one function for each verb."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from shared.contracts.dimensions import FundSource
from shared.kernel.four_eyes import require_another
from shared.kernel.money import Fen
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Invalid

KIND: Final = "payment_batch"
"""The kind of the proposal by which a second person releases a batch."""
RECALL: Final = "payment_batch_recall"
"""The kind of the proposals to take a released batch back, because the bank did not pay any of it."""
ROWS_MAX: Final = 100_000
"""As many rows as a file may have."""
_NOTHING: Final = Fen(0)
SHOWN_MAX: Final = 20
"""As many claims as a refusal names."""


class BatchStatus(StrEnum):
    DRAFTED = "drafted"
    """It waits for a second person, who releases or rejects it."""
    REJECTED = "rejected"
    RELEASED = "released"
    """Its bank file can be exported; what the bank answers is awaited."""
    RECALLED = "recalled"
    RETURNED = "returned"
    """The bank's return was read as a whole; its claims are being brought to what it says."""
    SETTLED = "settled"
    """Every claim of it is paid, or its payment failed."""


class BatchVerb(StrEnum):
    RELEASE = "release"
    REJECT = "reject"
    RECALL = "recall"
    TAKE_RETURN = "take_return"
    SETTLE = "settle"


MOVES: Final[Mapping[BatchStatus, Mapping[BatchVerb, BatchStatus]]] = {
    BatchStatus.DRAFTED: {
        BatchVerb.RELEASE: BatchStatus.RELEASED,
        BatchVerb.REJECT: BatchStatus.REJECTED,
    },
    BatchStatus.RELEASED: {
        BatchVerb.RECALL: BatchStatus.RECALLED,
        BatchVerb.TAKE_RETURN: BatchStatus.RETURNED,
    },
    BatchStatus.RETURNED: {BatchVerb.SETTLE: BatchStatus.SETTLED},
    BatchStatus.REJECTED: {},
    BatchStatus.RECALLED: {},
    BatchStatus.SETTLED: {},
}
WHY_FINAL: Final = {
    BatchStatus.REJECTED: "No money left. Its claims are free at once, for another batch too.",
    BatchStatus.RECALLED: "Two people said that the bank paid none of it. Its claims are free for another batch.",
    BatchStatus.SETTLED: "What failed is paid in another batch; what the bank sends back later is recorded by claim.",
}


class RowStatus(StrEnum):
    OPEN = "open"
    """Its claim is on its way: neither returned nor paid in another way meanwhile."""
    PAID = "paid"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    """Its batch was rejected or recalled."""


class Barrier(StrEnum):
    """Why an approved claim cannot be put into a batch, the first reason that applies."""

    IN_BATCH = "in_batch"
    SAME_PERSON = "same_person"
    """The caller prepared, submitted or approved it."""
    FLAGGED = "flagged"
    REKEYED = "rekeyed"
    """The training of one of its lines turned out to be another human's."""
    NOTHING_TO_TRANSFER = "nothing_to_transfer"
    """What is kept from it uses it up: it is paid without a transfer."""
    NO_ACCOUNT = "no_account"
    ACCOUNT_FAILED = "account_failed"
    """The last payment to its account failed, and the account is still the same."""
    NOT_DUE = "not_due"
    """It does not wait for its payment, as an instalment of a grant before its day, or is of another region or fund
    source.
    """


class BatchTotals(NamedTuple):
    """Number and sum of a batch's rows."""

    rows: int
    amount_fen: Fen


class BatchTotalsDiffer(Conflict):
    """Facts: `rows`, `amount_fen`: what can be paid."""

    slug = "batch-totals-differ"
    title_en = "Number or sum of the batch is not what was declared, so that nothing was put into it."
    title_zh = "批次笔数或金额与申报不符，未生成批次。"
    cure_en = (
        "{rows} claims of {amount_fen} fen in all can be paid. Compare them with your list, then declare their number "
        "and sum, or name the claims."
    )
    cure_zh = "目前可付款 {rows} 笔，共 {amount_fen} 分。请与清单核对后重新填写笔数和金额，或逐笔指定申领。"
    reference = "GET /v1/payable-claims"


class BatchTooLarge(Invalid):
    """Facts: `rows_max`."""

    slug = "batch-too-large"
    title_en = "A batch cannot have so many claims."
    title_zh = "批次笔数超过上限。"
    cure_en = "Make several batches of at most {rows_max} claims, for example one for each county or fund source."
    cure_zh = "请分批办理，每批不超过 {rows_max} 笔，例如按县区或资金来源分批。"


class ClaimsNotPayable(Conflict):
    """Facts: `claims`, the first with `claim_id` and `barrier` each; `count`, how many there are."""

    slug = "claims-not-payable"
    title_en = "Some of these claims cannot be put into a batch, so that nothing was put into it."
    title_zh = "部分申领不能列入付款批次，未生成批次。"
    cure_en = "{count} claims are at fault; the first are given, each with its reason. Leave them out, or correct them."
    cure_zh = "共 {count} 笔不能列入，原因见所列申领（列出前若干笔）。请去掉或先行处理。"
    reference = "GET /v1/payable-claims"


class BatchClaimsChanged(Conflict):
    """Facts: `claims`, the first of them; `count`, how many there are."""

    slug = "batch-claims-changed"
    title_en = "Since the batch was drawn up, some of its claims changed, were flagged, or got another account."
    title_zh = "批次生成后，部分申领已变更、被预警或更换了收款账户。"
    cure_en = "Reject the batch, and draw up another one; {count} claims changed."
    cure_zh = "请退回该批次后重新生成；共 {count} 笔申领有变化。"


class BatchNotReleased(Conflict):
    """Facts: `state`."""

    slug = "batch-not-released"
    title_en = "The batch has no bank file, because it is not released, or was taken back."
    title_zh = "该批次未放行或已撤回，没有银行文件。"
    cure_en = "Its state is {state}. A second person of finance releases it by confirming its proposal."
    cure_zh = "当前状态：{state}。请由另一名财务人员确认放行。"


@dataclass(frozen=True, kw_only=True)
class PaymentBatch:
    """Claims that are paid by one bank file. `layout` is that of the file as it was when the batch was drawn up."""

    id: UUID
    region: str
    reporting_region: str
    fund_source: FundSource | None
    """The only fund source of its claims; None: of any."""
    rows: int
    amount_fen: Fen
    layout: Mapping[str, Any]
    reason: str
    drafted_by: str
    drafted_at: datetime
    proposal_id: UUID
    status: BatchStatus = BatchStatus.DRAFTED
    released_by: str | None = None
    released_at: datetime | None = None
    return_file_id: UUID | None = None
    returned_by: str | None = None
    returned_at: datetime | None = None
    paid_rows: int = 0
    paid_fen: Fen = _NOTHING
    failed_rows: int = 0
    failed_fen: Fen = _NOTHING
    recalled_by: str | None = None
    recalled_at: datetime | None = None
    version: int = 1

    @property
    def subject(self) -> str:
        """The record that its proposals concern."""
        return f"payment-batches/{self.id}"

    @property
    def content(self) -> dict[str, Any]:
        """What the second person compares with the list."""
        return {
            "batch_id": str(self.id),
            "fund_source": None if self.fund_source is None else self.fund_source.value,
            "rows": self.rows,
            "amount_fen": self.amount_fen,
            "layout": self.layout["name"],
        }


def release(batch: PaymentBatch, *, approved_by: Collection[str], by: str, at: datetime) -> PaymentBatch:
    """Let its money leave. `approved_by` are those who prepared, submitted or approved one of its claims.

    Raises IllegalMove, SamePerson.
    """
    status = move(MOVES, batch.status, BatchVerb.RELEASE)
    require_another(by, batch.drafted_by, *approved_by, rule="preparation, approval and payment of a claim")
    return replace(batch, status=status, released_by=by, released_at=at, version=batch.version + 1)


def reject(batch: PaymentBatch) -> PaymentBatch:
    """Give it up before any money left. Raises IllegalMove."""
    return replace(batch, status=move(MOVES, batch.status, BatchVerb.REJECT), version=batch.version + 1)


def recall(batch: PaymentBatch, *, by: str, at: datetime) -> PaymentBatch:
    """Take a released batch back of which the bank paid nothing. Raises IllegalMove, SamePerson if `by` released it."""
    status = move(MOVES, batch.status, BatchVerb.RECALL)
    require_another(by, batch.released_by, rule="release and recall of a payment batch")
    return replace(batch, status=status, recalled_by=by, recalled_at=at, version=batch.version + 1)


def take_return(
    batch: PaymentBatch, *, file_id: UUID, paid: BatchTotals, failed: BatchTotals, by: str, at: datetime
) -> PaymentBatch:
    """The bank's return was read as a whole: what it `paid`, and what `failed`.

    Raises IllegalMove, SamePerson if `by` released the batch.
    """
    status = move(MOVES, batch.status, BatchVerb.TAKE_RETURN)
    require_another(by, batch.released_by, rule="release of a payment batch and its return")
    return replace(
        batch,
        status=status,
        return_file_id=file_id,
        returned_by=by,
        returned_at=at,
        paid_rows=paid.rows,
        paid_fen=paid.amount_fen,
        failed_rows=failed.rows,
        failed_fen=failed.amount_fen,
        version=batch.version + 1,
    )


def settle(batch: PaymentBatch) -> PaymentBatch:
    """Every claim of it is where the return says. Raises IllegalMove."""
    return replace(batch, status=move(MOVES, batch.status, BatchVerb.SETTLE), version=batch.version + 1)
