"""Budgets over HTTP: proposals of a total, and the list."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.subsidy.budgets import store, usecases
from services.subsidy.budgets.rules import WHOLE, Account, Budget
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


class AccountFields(Strict):
    region: Annotated[str, Field(max_length=16, examples=["410100"], description="A reporting region"), PLAIN]
    fund_source: FundSource
    year: Annotated[int, Field(ge=2000, le=2100, strict=True, description="The year in which the classes begin")]

    def account(self) -> Account:
        return Account(self.region, self.fund_source, self.year)


class BudgetRequest(AccountFields):
    amount_fen: Annotated[int, Field(ge=0, le=AMOUNT_MAX, strict=True, description="The new total")]
    department: (
        Annotated[str, Field(max_length=60, description="The department that leads it, as the plan names it"), PLAIN]
        | None
    ) = None
    reason: Reason


class MoveRequest(AccountFields):
    to: AccountFields
    amount_fen: Annotated[int, Field(ge=1, le=AMOUNT_MAX, strict=True)]
    reason: Reason


class SharesRequest(AccountFields):
    shares: Annotated[
        dict[FundSource, Annotated[int, Field(ge=1, le=WHOLE, strict=True)]],
        Field(min_length=1, description="What each fund source pays, in ten thousandths", examples=[{"other": 10_000}]),
    ]
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
    written_off_fen: int
    reserved_fen: int = Field(description="Asked for by claims that are not decided yet; it binds nothing")
    paid_twice_fen: int = Field(description="What the bank paid once more for claims, less what came back")
    given_up_fen: int = Field(description="What was written off of that")
    free_fen: int
    department: str | None

    @classmethod
    def of(cls, budget: Budget) -> BudgetAnswer:
        return cls(
            id=budget.id,
            **budget.account._asdict(),
            total_fen=budget.total_fen,
            committed_fen=budget.committed_fen,
            paid_fen=budget.paid_fen,
            recovered_fen=budget.recovered_fen,
            written_off_fen=budget.written_off_fen,
            reserved_fen=budget.reserved_fen,
            paid_twice_fen=budget.paid_twice_fen,
            given_up_fen=budget.given_up_fen,
            department=budget.department,
            free_fen=budget.free_fen,
        )


@routes.post("/budgets", status_code=201, response_model=ProposalAnswer)
async def propose_budget(request: BudgetRequest, connection: Connection, caller: CurrentCaller, at: Now) -> Proposal:
    """Propose the total that a reporting region may spend from a fund source on a year's classes, as the province.

    It holds once another person of the province confirms the proposal
    (`POST /v1/proposals/{proposal_id}/confirmation`), and is never less than the committed amount.
    """
    return await usecases.propose(
        connection,
        request.account(),
        Fen(request.amount_fen),
        department=request.department,
        reason=request.reason,
        caller=caller,
        at=at,
    )


@routes.post("/budget-moves", status_code=201, response_model=ProposalAnswer)
async def propose_budget_move(request: MoveRequest, connection: Connection, caller: CurrentCaller, at: Now) -> Proposal:
    """Propose to move money that is free in one budget to another one, as the province.

    It is moved once another person of the province confirms the proposal, if it is still free then.
    """
    return await usecases.propose_move(
        connection,
        request.account(),
        request.to.account(),
        Fen(request.amount_fen),
        reason=request.reason,
        caller=caller,
        at=at,
    )


@routes.post("/fund-shares", status_code=201, response_model=ProposalAnswer)
async def propose_fund_shares(
    request: SharesRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose which fund sources pay together, and in which shares, for claims of one fund source, as the province.

    It holds for what is approved after another person of the province has confirmed it. A claim keeps the budgets that
    it was approved in.
    """
    return await usecases.propose_shares(
        connection, request.account(), request.shares, reason=request.reason, caller=caller, at=at
    )


@routes.get("/budgets")
async def list_budgets(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="A reporting region")] = None,
    fund_source: FundSource | None = None,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[BudgetAnswer]:
    """Budgets of the reporting regions that the caller sees: those of a county's officers are none."""
    sight = await trainings.scope(connection, caller, region=region)
    rows = await store.page(connection, sight, fund_source=fund_source, year=year, after=after(cursor), limit=size)
    return Page(rows=[BudgetAnswer.of(row) for row in rows], next=next_cursor(rows, size))
