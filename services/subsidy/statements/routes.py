"""Statements over HTTP: freeze a month, list, read, and the postings of one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.subsidy.ledger.routes import PostingAnswer
from services.subsidy.ledger.rules import PostingVerb
from services.subsidy.statements import store, usecases
from services.subsidy.statements.rules import Statement, StatementKind
from services.subsidy.trainings import usecases as trainings
from shared import tables
from shared.auth import CurrentCaller
from shared.forms import PLAIN, Day, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("statements")


class FreezeRequest(Strict):
    month: Day = Field(description="A day of the month", examples=["2025-05-01"])
    region: Annotated[str, Field(max_length=16, description="This region and what lies below it"), PLAIN] | None = None


class FrozenAnswer(BaseModel):
    month: date
    statements: int = Field(description="How many were frozen now; 0 if there was nothing new")


class StatementAnswer(BaseModel):
    """What was booked of an institution, or in the budget of a fund, until the end of a month.

    It is never changed. What is booked for the month later is a statement of its own, with the next number.
    """

    id: UUID
    kind: StatementKind
    institution_id: UUID | None
    budget_id: UUID | None
    region: str
    reporting_region: str
    month: date
    number: int
    postings: int
    sums: dict[PostingVerb, int] = Field(description="Amounts in fen by what was posted")
    digest: str = Field(description="SHA-256 of its postings")
    frozen_by: str
    frozen_at: datetime

    @classmethod
    def of(cls, statement: Statement) -> StatementAnswer:
        return cls.model_validate(vars(statement))


class CheckedStatementAnswer(StatementAnswer):
    is_intact: bool = Field(description="Whether the ledger's postings still have the digest that was frozen")


@routes.post("/statements")
async def freeze_statements(
    request: FreezeRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> FrozenAnswer:
    """Freeze the statements of a month that is over, for every institution and fund of your region or of one below it.

    Repeated, it freezes what was booked for the month since.
    """
    month = request.month.replace(day=1)
    frozen = await usecases.freeze(connection, month, region=request.region, caller=caller, at=at)
    return FrozenAnswer(month=month, statements=frozen)


@routes.get("/statements")
async def list_statements(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    month: Annotated[Day | None, Query(description="A day of the month")] = None,
    kind: StatementKind | None = None,
    institution_id: UUID | None = None,
    budget_id: UUID | None = None,
    posting_id: Annotated[
        UUID | None, Query(description="Those that this posting is in: its fund's and institution's")
    ] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[StatementAnswer]:
    """Statements: an institution's own, and for officers and finance those of their region and below."""
    sight = await trainings.scope(connection, caller, region=region)
    first = None if month is None else month.replace(day=1)
    asked = tables.matches(store.STATEMENT, month=first, kind=kind, institution_id=institution_id, budget_id=budget_id)
    if posting_id is not None:
        asked.append(store.holding(posting_id))
    rows = await store.page(connection, sight, asked, after=after(cursor), limit=size)
    return Page(rows=[StatementAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/statements/{statement_id}")
async def get_statement(statement_id: UUID, connection: Connection, caller: CurrentCaller) -> CheckedStatementAnswer:
    """A statement, compared with the ledger as it is now."""
    reading = await usecases.read(connection, statement_id, caller=caller)
    return CheckedStatementAnswer.model_validate(vars(reading.statement) | {"is_intact": reading.is_intact})


@routes.get("/statements/{statement_id}/postings")
async def list_statement_postings(
    statement_id: UUID, connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[PostingAnswer]:
    """The postings of a statement, in the order in which they were made."""
    rows = await usecases.postings(connection, statement_id, caller=caller, after=after(cursor), limit=size)
    return Page(rows=[PostingAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))
