"""Institutions: POST /v1/institutions and the list."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.api.schemas import InstitutionAnswer, InstitutionRequest
from services.registry.domain.institutions import Institution
from services.registry.store import institutions as store
from services.registry.usecases import institutions as usecases
from shared.auth import CurrentCaller
from shared.kernel.credit_code import parse_credit_code
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("institutions")


@routes.post("/institutions", status_code=201, response_model=InstitutionAnswer)
async def register(request: InstitutionRequest, connection: Connection, caller: CurrentCaller, at: Now) -> Institution:
    """Register a training institution. The same particulars again answer the one that exists."""
    return await usecases.register(connection, **request.model_dump(), caller=caller, at=at)


@routes.get("/institutions")
async def list_institutions(
    connection: Connection,
    _: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="A county or a reporting region")] = None,
    credit_code: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[InstitutionAnswer]:
    if credit_code is not None:
        found = await store.find_by_credit_code(connection, parse_credit_code(credit_code))
        return Page(rows=[] if found is None else [InstitutionAnswer.model_validate(found)], next=None)
    rows = await store.page(connection, region=region, after=after(cursor), limit=size)
    return Page(rows=[InstitutionAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/institutions/{institution_id}", response_model=InstitutionAnswer)
async def get_institution(institution_id: UUID, connection: Connection, _: CurrentCaller) -> Institution:
    return await store.load(connection, institution_id)
