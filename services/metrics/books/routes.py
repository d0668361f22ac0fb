"""GET /v1/books."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.metrics.books.rules import Difference, Light, Side, published
from services.metrics.books.usecases import CELLS_MAX, latest
from shared.web import OpenRoute

routes = APIRouter(prefix="/v1", tags=["totals"], route_class=OpenRoute)


class SideAnswer(BaseModel):
    records: int = Field(description="How many records or lines count")
    amount: int = Field(description="What they come to: cases, or whole fen")
    checksum: str = Field(description="Over the events behind them; the same on both sides that have seen the same")


class CellAnswer(BaseModel):
    programme: str
    region: str = Field(description="The reporting region")
    plan_year: int
    measure: str
    light: Light
    since: datetime = Field(description="Since when both sides have differed without a break")
    books: SideAnswer = Field(description="What the owner has in its own tables")
    counted: SideAnswer = Field(description="What lies behind the totals, record by record")
    totals: int = Field(description="The amount that the totals show")
    difference: int = Field(description="The books minus the totals, or else minus what is counted behind them")


class BookAnswer(BaseModel):
    owner: str
    measures: list[str]
    cells: int = Field(description="Cells that it has told; 0 if it has told nothing yet, and is not compared")
    told_at: datetime | None = Field(description="When it told one last: it tells only what has changed")
    outbox_position: int | None = Field(description="How far its outbox had got by then")


class BooksAnswer(BaseModel):
    light: Light
    compared_at: datetime | None
    differences: dict[str, int] = Field(
        description="By measure, the differences of all cells without their signs; 0 where totals equal the books"
    )
    books: list[BookAnswer]
    unequal: int = Field(description="How many cells differ; the answer names the first of them, the red ones before")
    cells: list[CellAnswer]


@routes.get("/books")
async def get_books(request: Request) -> BooksAnswer:
    """Whether totals equal the books: what registry, assessment and subsidy tell of their own tables, compared.

    Each owner tells, by programme, reporting region and plan year, how many records count, what they come to, and a
    checksum over them. A cell that differs is `amber` while facts may be on their way. It is `red` if both sides have
    stood still for a minute and the checksums have not met, and at once if the checksums are equal and the sums are
    not, or the totals do not show what is counted. Persons are in no book.
    """
    async with request.app.state.engines.connect() as connection:
        found = await latest(connection, seconds=request.app.state.settings.books_seconds)
    return BooksAnswer(
        light=found.light,
        compared_at=found.compared_at,
        differences=dict(published(found.differences)),
        books=[
            BookAnswer(
                owner=keeper.service,
                measures=list(keeper.measures),
                cells=heard.cells if heard else 0,
                told_at=heard.told_at if heard else None,
                outbox_position=heard.outbox_position if heard else None,
            )
            for keeper, heard in found.heard
        ],
        unequal=len(found.differences),
        cells=[_cell(each, found.at) for each in found.differences[:CELLS_MAX]],
    )


def _cell(found: Difference, at: datetime) -> CellAnswer:
    return CellAnswer(
        programme=found.programme,
        region=found.reporting_region,
        plan_year=found.plan_year,
        measure=found.measure,
        light=found.light(at),
        since=found.since,
        books=_side(found.told),
        counted=_side(found.counted),
        totals=found.shown,
        difference=found.amount,
    )


def _side(side: Side) -> SideAnswer:
    return SideAnswer(**side._asdict())
