"""Assessment bodies over HTTP: filing, the list, a single one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.routes.scope import ScopeItemAnswer, ScopeItemForm
from services.assessment.bodies.rules.bodies import Body, BodyKind
from services.assessment.bodies.store import bodies as store
from services.assessment.bodies.store import scope as scope_store
from services.assessment.bodies.usecases import filing as usecases
from services.assessment.plan import usecases as plans
from shared.auth import CurrentCaller
from shared.forms import CREDIT_CODE, PLAIN, Name, Strict
from shared.kernel.credit_code import parse_credit_code
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("bodies")


class BodyRequest(Strict):
    credit_code: Annotated[str, Field(max_length=64, examples=["52410000MJ00123452"]), CREDIT_CODE]
    name: Name
    kind: BodyKind
    region: Annotated[str, Field(max_length=16, examples=["410102"]), PLAIN]
    number_prefix: Annotated[
        str,
        Field(max_length=32, examples=["S000041000123"], description="Characters 1 to 13 of its certificate numbers"),
        PLAIN,
    ]
    scope: Annotated[list[ScopeItemForm], Field(min_length=1, max_length=1000)]

    def filing(self) -> usecases.Filing:
        return usecases.Filing(**self.model_dump(exclude={"scope"}), scope=[item.asked() for item in self.scope])


class BodyAnswer(BaseModel):
    id: UUID
    credit_code: str
    name: str
    kind: BodyKind
    region: str
    reporting_region: str
    number_prefix: str
    scope: list[ScopeItemAnswer] = Field(description="What it may examine today or from a later day on")
    closed_from: date | None = Field(description="The first day on which it is closed")
    succeeded_by: UUID | None = Field(description="The body that has taken it over")
    version: int


async def _answers(connection: AsyncConnection, bodies: Sequence[Body], *, at: datetime) -> list[BodyAnswer]:
    scope = await scope_store.since(connection, [each.id for each in bodies], business_day(at))
    return [
        BodyAnswer(**asdict(each), scope=[ScopeItemAnswer.of(entry) for entry in scope[each.id]]) for each in bodies
    ]


@routes.post("/bodies", status_code=201)
async def file_body(request: BodyRequest, connection: Connection, caller: CurrentCaller, at: Now) -> BodyAnswer:
    """File an assessment body with what it may examine, as the authority that each award needs.

    The same filing again returns the body as it is now. Entries of its scope are opened and ended one by one.
    """
    body = await usecases.file(connection, request.filing(), caller=caller, at=at)
    return (await _answers(connection, [body], at=at))[0]


@routes.get("/bodies")
async def list_bodies(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    credit_code: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[BodyAnswer]:
    """Assessment bodies. A body sees itself and those that it took over, officers those of their region and below."""
    sight = await plans.scope(connection, caller, region=region)
    code = None if credit_code is None else parse_credit_code(credit_code)
    rows = await store.page(connection, sight, credit_code=code, after=after(cursor), limit=size)
    return Page(rows=await _answers(connection, rows, at=at), next=next_cursor(rows, size))


@routes.get("/bodies/{body_id}")
async def get_body(body_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> BodyAnswer:
    sight = await plans.scope(connection, caller)
    body = await store.load(connection, body_id)
    sight.require(body, owner=body.id)
    return (await _answers(connection, [body], at=at))[0]
