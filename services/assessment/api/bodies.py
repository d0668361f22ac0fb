"""Assessment bodies: POST /v1/bodies and the list."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.assessment.api.answers import BodyAnswer
from services.assessment.api.schemas import BodyRequest
from services.assessment.store import bodies as store
from services.assessment.usecases import bodies as usecases
from shared.auth import CurrentCaller
from shared.kernel.credit_code import parse_credit_code
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("bodies")


@routes.post("/bodies", status_code=201)
async def file(request: BodyRequest, connection: Connection, caller: CurrentCaller, at: Now) -> BodyAnswer:
    """File an assessment body, as the province or an officer of its region; again with another scope to change that."""
    return BodyAnswer.of(await usecases.file(connection, request.filing(), caller=caller, at=at))


@routes.get("/bodies")
async def list_bodies(
    connection: Connection,
    _: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="A county or a reporting region")] = None,
    credit_code: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[BodyAnswer]:
    if credit_code is not None:
        found = await store.find_by_credit_code(connection, parse_credit_code(credit_code))
        return Page(rows=[] if found is None else [BodyAnswer.of(found)], next=None)
    rows = await store.page(connection, region=region, after=after(cursor), limit=size)
    return Page(rows=[BodyAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/bodies/{body_id}")
async def get_body(body_id: UUID, connection: Connection, _: CurrentCaller) -> BodyAnswer:
    return BodyAnswer.of(await store.load(connection, body_id))
