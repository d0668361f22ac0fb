"""Assessment bodies over HTTP: filing, the list, a single one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.assessment.bodies import store, usecases
from services.assessment.bodies.rules.bodies import Body, BodyKind, ScopeEntry
from services.assessment.plan import usecases as plans
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel, GivenAward, GivenLevel
from shared.forms import CREDIT_CODE, PLAIN, Name, Strict
from shared.kernel.awards import award_named
from shared.kernel.credit_code import parse_credit_code
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("bodies")


class ScopeItemForm(Strict):
    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"]), PLAIN]
    award: GivenAward | None = None
    level: GivenLevel | None = None


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
        scope = [(item.occupation, award_named(award=item.award, level=item.level)) for item in self.scope]
        return usecases.Filing(**self.model_dump(exclude={"scope"}), scope=scope)


class ScopeItemAnswer(BaseModel):
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward

    @classmethod
    def of(cls, entry: ScopeEntry) -> ScopeItemAnswer:
        return cls(occupation=entry.occupation, level=entry.award.codes["level"], award=entry.award.code)


class BodyAnswer(BaseModel):
    id: UUID
    credit_code: str
    name: str
    kind: BodyKind
    region: str
    reporting_region: str
    number_prefix: str
    scope: list[ScopeItemAnswer]
    version: int

    @classmethod
    def of(cls, body: Body) -> BodyAnswer:
        scope = [ScopeItemAnswer.of(entry) for entry in body.scope]
        return cls(**{name: getattr(body, name) for name in cls.model_fields} | {"scope": scope})


@routes.post("/bodies", status_code=201)
async def file_body(request: BodyRequest, connection: Connection, caller: CurrentCaller, at: Now) -> BodyAnswer:
    """File an assessment body, as the province or an officer of its region. To change its scope, file it again."""
    return BodyAnswer.of(await usecases.file(connection, request.filing(), caller=caller, at=at))


@routes.get("/bodies")
async def list_bodies(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    credit_code: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[BodyAnswer]:
    """Assessment bodies. A body sees itself, officers see those of their region and the regions below it."""
    sight = await plans.scope(connection, caller, region=region)
    code = None if credit_code is None else parse_credit_code(credit_code)
    rows = await store.page(connection, sight, credit_code=code, after=after(cursor), limit=size)
    return Page(rows=[BodyAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/bodies/{body_id}")
async def get_body(body_id: UUID, connection: Connection, caller: CurrentCaller) -> BodyAnswer:
    sight = await plans.scope(connection, caller)
    body = await store.load(connection, body_id)
    sight.require(body, owner=body.id)
    return BodyAnswer.of(body)
