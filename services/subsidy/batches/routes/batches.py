"""Payment batches over HTTP: what can be paid, batches with their rows, and their bank files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.subsidy.batches.rules.batches import (
    ROWS_MAX,
    Barrier,
    BatchStatus,
    BatchTotals,
    PaymentBatch,
    RowStatus,
)
from services.subsidy.batches.rules.layouts import BankLayout, Encoding
from services.subsidy.batches.store import rows as row_store
from services.subsidy.batches.usecases import batches as usecases
from services.subsidy.batches.usecases.batches import AskedBatch, BatchReading
from shared.auth import CurrentCaller
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.edge.lanes import bulk
from shared.forms import INTEGER_MAX, PLAIN, Reason, Strict
from shared.kernel.money import FEN_MAX, Fen
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, CurrentPersons, Now, router

routes = router("payment batches")

CLAIMS_MAX: Final = 1_000
Region = Annotated[str | None, Query(max_length=16, description="This region and what lies below it")]
Fund = Annotated[FundSource | None, Query(description="Only claims of this fund source")]
SameAccounts = Annotated[
    bool, Query(description="Also to accounts to which a payment failed, because they were right all the same")
]
_BANK_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The bank file",
    }
}


class BatchRequest(Strict):
    region: Annotated[str, Field(max_length=16, examples=["410100"], description="With all that lies below it"), PLAIN]
    fund_source: FundSource | None = Field(default=None, description="Only claims of this fund source")
    claims: Annotated[
        list[UUID] | None,
        Field(min_length=1, max_length=CLAIMS_MAX, description="Only these claims; left out: all that can be paid"),
    ] = None
    rows: Annotated[int, Field(ge=1, le=ROWS_MAX, strict=True, description="How many claims, as you counted them")]
    amount_fen: Annotated[int, Field(ge=1, le=FEN_MAX, strict=True, description="What they come to, as you counted it")]
    layout: Annotated[
        str, StringConstraints(max_length=64), PLAIN, Field(examples=["sandbox"], description="Of the bank file")
    ]
    same_accounts: Annotated[
        bool,
        Field(strict=True, description="Also pay to accounts to which a payment failed, because they were right"),
    ] = False
    reason: Reason

    @property
    def asked(self) -> AskedBatch:
        return AskedBatch(
            region=self.region,
            fund_source=self.fund_source,
            claims=self.claims,
            declared=BatchTotals(self.rows, Fen(self.amount_fen)),
            layout=self.layout,
            same_accounts=self.same_accounts,
            reason=self.reason,
        )


class RecallRequest(Strict):
    reason: Reason


class BatchAnswer(BaseModel):
    """A batch. What the bank paid and what failed is known once its return was taken as a whole."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    region: str
    reporting_region: str
    fund_source: FundSource | None
    rows: int
    amount_fen: int
    layout_name: str
    reason: str
    status: BatchStatus
    drafted_by: str
    drafted_at: datetime
    proposal_id: UUID = Field(description="The proposal that another person of finance confirms or rejects")
    released_by: str | None
    released_at: datetime | None
    return_file_id: UUID | None
    returned_by: str | None
    returned_at: datetime | None
    paid_rows: int
    paid_fen: int
    failed_rows: int
    failed_fen: int
    recalled_by: str | None
    recalled_at: datetime | None
    version: int

    @classmethod
    def of(cls, batch: PaymentBatch) -> BatchAnswer:
        return cls.model_validate({**vars(batch), "layout_name": batch.layout["name"]})


class ExportAnswer(BaseModel):
    """That a person had the bank file. `digest` is its SHA-256."""

    exported_by: str
    exported_at: datetime
    digest: str


class BatchWithExports(BatchAnswer):
    exports: list[ExportAnswer]

    @classmethod
    def reading(cls, found: BatchReading) -> BatchWithExports:
        shown = BatchAnswer.of(found.batch).model_dump()
        exports = [
            ExportAnswer(exported_by=each.exported_by, exported_at=each.exported_at, digest=each.digest.hex())
            for each in found.exports
        ]
        return cls(**shown, exports=exports)


class BatchRowAnswer(BaseModel):
    """A claim in a batch, and what the bank said of it."""

    model_config = ConfigDict(from_attributes=True)

    row: int
    claim_id: UUID
    account_id: UUID
    amount_fen: int
    status: RowStatus
    result_on: date | None
    result_reference: str | None
    result_reason: str | None = Field(description="Why it failed, in the bank's words, without numbers")


class BatchRowPage(BaseModel):
    """A page of rows in their order; `next` is the `after` of the next page, None at the end."""

    rows: list[BatchRowAnswer]
    next: int | None


class PayableClaimAnswer(BaseModel):
    """A claim that waits for its payment. `barrier` says why it cannot be put into a batch now, null if it can."""

    model_config = ConfigDict(from_attributes=True)

    claim_id: UUID = Field(validation_alias="id")
    institution_id: UUID
    region: str
    fund_source: FundSource
    kind: SubsidyKind
    amount_fen: int = Field(description="What is to be transferred: without what is kept from it for a recovery")
    account_id: UUID | None
    barrier: Barrier | None


class PayablePage(Page[PayableClaimAnswer]):
    payable_rows: int = Field(description="How many claims can be paid now, on all pages")
    payable_fen: int = Field(description="What they come to")


class BankLayoutAnswer(BaseModel):
    """A layout of bank files, as the operator configured it."""

    name: str
    encoding: Encoding
    separator: str
    columns: list[str]


@routes.get("/payable-claims")
async def list_payable_claims(
    connection: Connection,
    caller: CurrentCaller,
    region: Region = None,
    fund_source: Fund = None,
    same_accounts: SameAccounts = False,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> PayablePage:
    """Claims that wait for their payment, with what bars each from a batch, and what can be paid in all."""
    totals, rows = await usecases.payable(
        connection,
        region=region,
        fund_source=fund_source,
        same_accounts=same_accounts,
        caller=caller,
        after=after(cursor),
        limit=size,
    )
    return PayablePage(
        rows=[PayableClaimAnswer.model_validate(row) for row in rows],
        next=next_cursor(rows, size),
        payable_rows=totals.rows,
        payable_fen=totals.amount_fen,
    )


@routes.get("/bank-layouts")
async def list_bank_layouts(request: Request, _: CurrentCaller) -> list[BankLayoutAnswer]:
    """The layouts of bank files that a batch can have."""
    known: dict[str, BankLayout] = request.app.state.bank_layouts
    return [
        BankLayoutAnswer(
            name=each.name,
            encoding=each.encoding,
            separator=each.separator,
            columns=[column.title or column.field or column.text for column in each.columns],
        )
        for each in known.values()
    ]


@routes.post("/payment-batches", status_code=201)
@bulk
async def draft_payment_batch(
    request: Request, batch: BatchRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> BatchAnswer:
    """Put approved claims of a region into a batch, as finance of it or above, with the number and sum you counted.

    If they are not what can be paid, nothing is put into it. Another person of finance releases it by confirming its
    proposal (`POST /v1/proposals/{proposal_id}/confirmation`), or rejects it, which frees its claims.
    """
    known: dict[str, BankLayout] = request.app.state.bank_layouts
    return BatchAnswer.of(await usecases.draft(connection, batch.asked, known=known, caller=caller, at=at))


@routes.get("/payment-batches")
async def list_payment_batches(
    connection: Connection,
    caller: CurrentCaller,
    region: Region = None,
    status: BatchStatus | None = None,
    claim_id: Annotated[UUID | None, Query(description="Those that this claim is or was in")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[BatchAnswer]:
    """Batches of the caller's region and below."""
    rows = await usecases.page(
        connection, region=region, status=status, claim_id=claim_id, caller=caller, after=after(cursor), limit=size
    )
    return Page(rows=[BatchAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/payment-batches/{batch_id}")
async def get_payment_batch(batch_id: UUID, connection: Connection, caller: CurrentCaller) -> BatchWithExports:
    """A batch, with who has had its bank file."""
    return BatchWithExports.reading(await usecases.read(connection, batch_id, caller=caller))


@routes.get("/payment-batches/{batch_id}/rows")
async def list_payment_batch_rows(
    batch_id: UUID,
    connection: Connection,
    caller: CurrentCaller,
    status: RowStatus | None = None,
    claim_id: UUID | None = None,
    after: Annotated[int, Query(ge=0, le=INTEGER_MAX, description="`next` of the page before")] = 0,
    size: PageSize = 100,
) -> BatchRowPage:
    """The batch's claims in their order; with `status=failed`, those that have to be paid again."""
    await usecases.read(connection, batch_id, caller=caller)
    rows = await row_store.page(connection, batch_id, status=status, claim_id=claim_id, after=after, limit=size)
    shown = [BatchRowAnswer.model_validate(row) for row in rows]
    return BatchRowPage(rows=shown, next=rows[-1].row if len(rows) == size else None)


@routes.get("/payment-batches/{batch_id}/bank-file", response_class=Response, responses=_BANK_FILE)
@bulk
async def get_bank_file(
    batch_id: UUID, connection: Connection, persons: CurrentPersons, caller: CurrentCaller, at: Now
) -> Response:
    """The bank file of a released batch: the only place where whole account numbers are shown.

    It has the same bytes each time. Who has had it is kept and shown with the batch.
    """
    layout, content = await usecases.bank_file(connection, batch_id, persons=persons, caller=caller, at=at)
    named = {
        "Content-Disposition": f'attachment; filename="{batch_id}.{layout.extension}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/octet-stream", headers=named)


@routes.post("/payment-batches/{batch_id}/recall", status_code=201, response_model=ProposalAnswer)
async def propose_payment_batch_recall(
    batch_id: UUID, request: RecallRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose to take a released batch back, because the bank paid none of it. Another person of finance confirms it.

    Its claims then wait for their payment again. Who released the batch does not confirm it.
    """
    return await usecases.propose_recall(connection, batch_id, reason=request.reason, caller=caller, at=at)
