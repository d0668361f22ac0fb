"""Budgets over HTTP: proposals of a total, and the list."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.subsidy.budgets import store, usecases
from services.subsidy.budgets.rules import Account, Budget
from services.subsidy.trainings import usecases as trainings
from shared.auth import CurrentCaller
from shared.contracts.dimensions import FundSource
from shared.forms import PLAIN, Reason, Strict
from shared.kernel.money import FEN_MAX, Fen
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, Now, router

routes = router("budgets")

AMOUNT_MAX = FEN_MAX // 1000
"""Small enough for sums of amounts in a bigint."""


class BudgetRequest(Strict):
    region: Annotated[str, Field(max_length=16, examples=["410100"], description="A reporting region"), PLAIN]
    fund_source: FundSource
    year: Annotated[int, Field(ge=2000, le=2100, strict=True, description="The year in which the classes begin")]
    amount_fen: Annotated[int, Field(ge=0, le=AMOUNT_MAX, strict=True, description="The new total")]
    reason: Reason


class BudgetAnswer(BaseModel):
    id: UUID
    region: str
    fund_source: FundSource
    year: int
    total_fen: int
    committed_fen: int
    paid_fen: int
    recovered_fen: int
    free_fen: int

    @classmethod
    def of(cls, budget: Budget) -> BudgetAnswer:
        return cls(
            id=budget.id,
            **budget.account._asdict(),
            total_fen=budget.total_fen,
            committed_fen=budget.committed_fen,
            paid_fen=budget.paid_fen,
            recovered_fen=budget.recovered_fen,
            free_fen=budget.free_fen,
        )


@routes.post("/budgets", status_code=201, response_model=ProposalAnswer)
async def propose_budget(request: BudgetRequest, connection: Connection, caller: CurrentCaller, at: Now) -> Proposal:
    """Propose the total that a reporting region may spend from a fund source on a year's classes, as the province.

    It holds once another person of the province confirms the proposal
    (`POST /v1/proposals/{proposal_id}/confirmation`), and is never less than the committed amount.
    """
    account = Account(request.region, request.fund_source, request.year)
    return await usecases.propose(
        connection, account, Fen(request.amount_fen), reason=request.reason, caller=caller, at=at
    )


@routes.get("/budgets")
async def list_budgets(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="A reporting region")] = None,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[BudgetAnswer]:
    """Budgets of the reporting regions that the caller sees: those of a county's officers are none."""
    sight = await trainings.scope(connection, caller, region=region)
    rows = await store.page(connection, sight, year=year, after=after(cursor), limit=size)
    return Page(rows=[BudgetAnswer.of(row) for row in rows], next=next_cursor(rows, size))
