"""The ledger over HTTP: postings by claim, line, budget and time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.ledger import store
from services.subsidy.ledger.rules import LedgerAccount, PostingVerb
from services.subsidy.trainings import usecases as trainings
from shared.auth import CurrentCaller
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.forms import Instant
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, router

routes = router("ledger")


class PostingAnswer(BaseModel):
    """An amount that left the account `credit` for the account `debit`, both of one budget."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    entry_id: UUID = Field(description="What was done at once has one entry")
    verb: PostingVerb
    debit: LedgerAccount
    credit: LedgerAccount
    amount_fen: int
    budget_id: UUID
    region: str
    fund_source: FundSource
    year: int
    claim_id: UUID | None = Field(description="Null for what moves a budget itself")
    kind: SubsidyKind | None = Field(description="What the claim is for")
    claim_version: int | None
    line: int | None = Field(description="Null for what concerns the claim as a whole")
    institution_id: UUID | None
    done_by: str
    done_at: datetime
    reason: str | None


@routes.get("/ledger")
async def list_postings(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    claim_id: UUID | None = None,
    line: Annotated[int | None, Query(ge=1, le=100_000, description="The number of a line, with `claim_id`")] = None,
    budget_id: UUID | None = None,
    verb: PostingVerb | None = None,
    since: Annotated[Instant | None, Query(description="From this moment on")] = None,
    until: Annotated[Instant | None, Query(description="Before this moment")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[PostingAnswer]:
    """Postings in the order in which they were made: what was allocated, and where each fen of it went.

    Debits less credits of an account are its balance; those of a budget add up to zero. Postings are never changed: a
    correction is a posting of its own, in the other direction.
    """
    sight = await trainings.scope(connection, caller, region=region)
    asked = store.conditions(claim_id=claim_id, line=line, budget_id=budget_id, verb=verb, since=since, until=until)
    rows = await store.page(connection, sight, asked, after=after(cursor), limit=size)
    return Page(rows=[PostingAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))
