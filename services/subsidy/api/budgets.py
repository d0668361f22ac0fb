"""Budgets: setting and listing."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.subsidy.api.schemas import BudgetAnswer, BudgetRequest
from services.subsidy.domain.budgets import Account
from services.subsidy.store import budgets as store
from services.subsidy.usecases import budgets as usecases
from shared.auth import CurrentCaller
from shared.kernel.callers import Role
from shared.kernel.money import Fen
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("budgets")


@routes.post("/budgets", status_code=201)
async def set_total(request: BudgetRequest, connection: Connection, caller: CurrentCaller, at: Now) -> BudgetAnswer:
    """Set the total that a reporting region may spend from a fund source on a year's classes, as the province.

    The same total again changes nothing; another one takes its place, if it is not below what is committed.
    """
    account = Account(request.region, request.fund_source, request.year)
    return BudgetAnswer.of(await usecases.set_total(connection, account, Fen(request.amount_fen), caller=caller, at=at))


@routes.get("/budgets")
async def list_budgets(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="A reporting region")] = None,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[BudgetAnswer]:
    caller.require(Role.PROVINCE, Role.FINANCE, Role.REVIEWER, Role.COUNTY_OFFICER)
    rows = await store.page(connection, region=region, year=year, after=after(cursor), limit=size)
    return Page(rows=[BudgetAnswer.of(row) for row in rows], next=next_cursor(rows, size))
