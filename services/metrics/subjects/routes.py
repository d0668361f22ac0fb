"""GET /v1/subjects, /v1/organisation-totals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field

from services.metrics.measures.rules.measures import FLOWS, Stock
from services.metrics.subjects import rules, usecases
from services.metrics.totals.routes import AskedNumber, CountedCode, FiguresAnswer
from shared.auth import CurrentCaller
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("totals")


class SubjectAnswer(BaseModel):
    """A record behind a number, without anything that it says: its owner shows it to whom it may."""

    subject: str = Field(examples=["enrolments/0198c0de-0000-7000-8000-000000000000"])
    amount: int = Field(description="What it adds to the number: person-times, persons, certificates, or whole fen")
    parts: int = Field(description="How many of its parts do: a claim has several lines")
    service: str = Field(description="The service that owns the record")
    path: str = Field(description="The owner's route to it")
    address: str | None = Field(description="The same with the owner's address; null where that is not configured")


class OrganisationTotalsAnswer(FiguresAnswer):
    """What an institution or an assessment body adds to the totals: flows of the period, in training at its end."""

    id: UUID
    name: str | None = Field(description="Null where it has not been told yet")


@routes.get("/organisation-totals")
async def list_organisation_totals(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    cut: AskedNumber,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[OrganisationTotalsAnswer]:
    """The institutions and bodies behind `GET /v1/totals`, by the same narrowing: what each adds to the numbers.

    Trainings and money are those of the institution, certificates and persons those of the body that issued them.
    Officers see those at work in their region, an institution itself. What persons claim for themselves is of none.
    """
    rows = await usecases.organisations(
        connection, cut, caller=caller, today=business_day(at), after=after(cursor), limit=size
    )
    answers = [OrganisationTotalsAnswer.model_validate(row) for row in rows]
    return Page(rows=answers, next=next_cursor(answers, size))


@routes.get("/subjects")
async def list_subjects(
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    cut: AskedNumber,
    measure: Annotated[CountedCode, Query(description="The measure or stock of the number")],
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[SubjectAnswer]:
    """The records behind a number of `GET /v1/totals`, by the same narrowing: their amounts add up to it.

    Officers see those of their region, an institution those that it filed, so that the sum is that of the public total
    only where all of it is theirs. A person who counts is shown by the certificate with which they do. What a record
    says, its owner answers at `address`, within its own rights.
    """
    counted = Stock(measure) if measure in set(Stock) else next(each for each in FLOWS if each == measure)
    rows = await usecases.page(
        connection, cut, counted, caller=caller, today=business_day(at), after=after(cursor), limit=size
    )
    owner = rules.owner(rules.measure_of(counted))
    base = request.app.state.page_addresses.get(owner.service)
    return Page(
        rows=[
            SubjectAnswer(
                subject=f"{owner.records}/{row.id}",
                amount=row.amount,
                parts=row.parts,
                service=owner.service,
                path=rules.path(owner, row.id),
                address=None if base is None else base.rstrip("/") + rules.path(owner, row.id),
            )
            for row in rows
        ],
        next=next_cursor(rows, size),
    )
