"""Completeness over HTTP: for each institution, the share of its records in which each field is filled."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.registry.completeness import store
from services.registry.completeness.store import Filled
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, after, cursor_of
from shared.web import Connection, Now, router

routes = router("institutions")


class FilledAnswer(BaseModel):
    """`permille` is null where there is no such record."""

    field: str = Field(examples=["phone"])
    filled: int
    of: int
    permille: int | None

    @classmethod
    def of_field(cls, each: Filled) -> FilledAnswer:
        return cls(**each._asdict(), permille=each.filled * 1000 // each.of if each.of else None)


class CompletenessAnswer(BaseModel):
    """By kind of record, each field. Cancelled classes and trainees who left do not count."""

    institution_id: UUID
    institution: list[FilledAnswer]
    sites: list[FilledAnswer]
    classes: list[FilledAnswer]
    trainees: list[FilledAnswer]
    teachers: list[FilledAnswer]


@routes.get("/completeness")
async def list_completeness(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    institution_id: UUID | None = None,
    cursor: Cursor = None,
    size: Annotated[int, Query(ge=1, le=50, description="Institutions a page")] = 20,
) -> Page[CompletenessAnswer]:
    """How complete the data of each institution are. Its own, or those of the institutions in your region."""
    seen = await visibility.scope(connection, caller, region=region, institution_id=institution_id)
    ids = await store.institutions(connection, seen.reach, seen.organisation_id, after=after(cursor), limit=size)
    counted = await store.count(connection, ids, day=business_day(at))
    rows = [
        CompletenessAnswer(
            institution_id=id_,
            **{kind: [FilledAnswer.of_field(each) for each in fields] for kind, fields in counted[id_].items()},
        )
        for id_ in ids
    ]
    return Page(rows=rows, next=None if len(ids) < size else cursor_of((ids[-1],)))
