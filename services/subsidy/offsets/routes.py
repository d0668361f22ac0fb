"""Offsets in excess over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.offsets import store
from services.subsidy.trainings.usecases import load_plan
from shared.auth import CurrentCaller
from shared.contracts.subsidy.claims import ClaimStatus
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.reach import reach
from shared.web import Connection, router

routes = router("claims")


class OffsetsInExcess(BaseModel):
    """A claim that is not paid, from whose payment more is kept than it comes to."""

    model_config = ConfigDict(from_attributes=True)

    claim_id: UUID = Field(validation_alias="id")
    institution_id: UUID
    region: str
    reporting_region: str
    status: ClaimStatus
    amount_fen: int = Field(description="What its lines come to; none of it is due while the claim is not approved")
    kept_fen: int
    excess_fen: int = Field(description="What is owed again as soon as that can be booked")


@routes.get("/offsets-in-excess")
async def list_offsets_in_excess(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[OffsetsInExcess]:
    """Claims from whose payment more is kept than they come to, because lines stopped or the claim was returned.

    The excess is owed again within a minute: a line is listed with what is owed, a double payment is outstanding. A
    claim stays here while the budget of what is owed has too little free, which the province raises, or while another
    claim pays for the line by now, which has to be rejected or withdrawn first (`GET /v1/claims/{claim_id}/recoveries`
    names the lines).
    """
    far = reach(await load_plan(connection), caller, region)
    rows = await store.in_excess(connection, far, after=after(cursor), limit=size)
    return Page(rows=[OffsetsInExcess.model_validate(row) for row in rows], next=next_cursor(rows, size))
