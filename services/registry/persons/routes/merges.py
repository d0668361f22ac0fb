"""Merges of persons over HTTP: lists, and undoing. Documents are returned masked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.persons.routes.schemas import PersonAnswer
from services.registry.persons.rules.merges import Merge, MergeStatus
from services.registry.persons.store import merges as store
from services.registry.persons.usecases import merges as usecases
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.forms import Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Persons
from shared.web import Connection, CurrentPersons, Now, router

routes = router("persons")


class UndoingRequest(Strict):
    reason: Reason


class MergeAnswer(BaseModel):
    id: UUID
    status: MergeStatus
    person: PersonAnswer = Field(description="The person who was merged into the other")
    into: PersonAnswer
    enrolments: int = Field(description="The number of enrolments moved")
    region: str
    reason: str
    proposed_by: str | None = Field(description="Null for a merge from before it took two officers")
    merged_by: str
    merged_at: datetime
    undone_by: str | None
    undone_at: datetime | None
    undoing_reason: str | None


@routes.post("/persons/merges/{merge_id}/undoing")
async def undo_merge(
    merge_id: UUID, request: UndoingRequest, http: Request, connection: Connection, caller: CurrentCaller, at: Now
) -> MergeAnswer:
    """Undo a merge: the enrolments made with the merged document belong to its person again.

    For officers of, or above, a region in which one of the two was trained.
    """
    undone = await usecases.undo(connection, merge_id, reason=request.reason, caller=caller, at=at)
    return (await _answers(connection, http.app.state.persons, [undone]))[0]


@routes.get("/persons/merges")
async def list_merges(
    http: Request,
    connection: Connection,
    caller: CurrentCaller,
    status: MergeStatus | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[MergeAnswer]:
    """Merges of persons who were trained in the caller's region or below, whoever made them."""
    far = await visibility.reach(connection, caller, None)
    rows = await store.page(connection, far, status=status, after=after(cursor), limit=size)
    return Page(rows=await _answers(connection, http.app.state.persons, rows), next=next_cursor(rows, size))


@routes.get("/persons/merges/{merge_id}")
async def get_merge(
    merge_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller
) -> MergeAnswer:
    """A merge of persons who were trained in the caller's region or below."""
    return (await _answers(connection, persons, [await usecases.visible(connection, merge_id, caller=caller)]))[0]


async def _answers(connection: AsyncConnection, persons: Persons, merges: list[Merge]) -> list[MergeAnswer]:
    keys = {key for each in merges for key in (each.person, each.into_person)}
    sealed = await enrolment_store.sealed_trainees(connection, keys)
    shown = {key: PersonAnswer.model_validate(persons.shown(known)) for key, known in sealed.items()}
    return [
        MergeAnswer(
            **{name: getattr(each, name) for name in _OF_MERGE},
            person=shown[each.person],
            into=shown[each.into_person],
        )
        for each in merges
    ]


_OF_MERGE = [name for name in MergeAnswer.model_fields if name not in ("person", "into")]
