"""Lines of re-keyed trainings over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.rekeyings import store
from services.subsidy.trainings.usecases import load_plan
from shared.auth import CurrentCaller
from shared.contracts.subsidy.claims import ClaimStatus
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.reach import reach
from shared.web import Connection, router

routes = router("claims")


class RekeyedLineAnswer(BaseModel):
    """What was approved or paid for one person, while another one was trained. Paid, it is owed: recover the line."""

    model_config = ConfigDict(from_attributes=True)

    enrolment_id: UUID = Field(validation_alias="id")
    claim_id: UUID
    line: int
    status: ClaimStatus
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    amount_fen: int
    rekeyed_at: datetime


@routes.get("/rekeyed-lines")
async def list_rekeyed_lines(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[RekeyedLineAnswer]:
    """Lines that were approved or paid before the registry re-keyed their training to another person.

    They are not changed silently: a paid line is owed until it is recovered, an approved claim is returned. A line
    leaves the list when it is recovered, when its claim is rebuilt, or when the training is re-keyed back.
    """
    far = reach(await load_plan(connection), caller, region)
    rows = await store.page(connection, far, after=after(cursor), limit=size)
    return Page(rows=[RekeyedLineAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))
