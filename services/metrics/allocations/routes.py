"""GET /v1/allocations."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from services.metrics.allocations import store
from services.metrics.plan import store as plan
from shared.contracts.dimensions import FundSource
from shared.web import OpenRoute

routes = APIRouter(prefix="/v1", tags=["totals"], route_class=OpenRoute)

ROWS_MAX: Final = 5_000
"""More than regions, fund sources and departments of some years make up."""


class AllocationAnswer(BaseModel):
    region: str
    fund_source: FundSource
    department: str | None
    year: int
    allocated_fen: int


class AllocationsAnswer(BaseModel):
    rows: list[AllocationAnswer]
    allocated_fen: int


@routes.get("/allocations")
async def get_allocations(
    request: Request,
    year: Annotated[int | None, Query(ge=2000, le=2100, description="The year in which the classes begin")] = None,
    region: Annotated[
        str | None, Query(max_length=16, description="A reporting region, or the province for all")
    ] = None,
) -> AllocationsAnswer:
    """What was allocated, by year, reporting region, fund source and department, with the sum of the rows."""
    async with request.app.state.engines.connect() as connection:
        everywhere = region is None or await plan.is_province(connection, region)
        asked = None if everywhere else region
        rows = await store.allocations(connection, year=year, region=asked, limit=ROWS_MAX)
    return AllocationsAnswer(
        rows=[AllocationAnswer(**row._asdict()) for row in rows],
        allocated_fen=sum(row.allocated_fen for row in rows),
    )
