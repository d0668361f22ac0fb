"""Merges of persons and corrections of their names. Documents come in bodies only and are returned masked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.particulars.rules import Phone
from services.registry.persons import store, usecases
from services.registry.persons.rules import Merge, MergeStatus
from services.registry.persons.usecases import DocumentPair
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.forms import Reason, Strict
from shared.kernel.identity import DocumentKind
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Particulars, Persons
from shared.web import Connection, CurrentPersons, Now, router

routes = router("persons")


class DocumentRequest(Strict):
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64)]

    def particulars(self) -> Particulars:
        return Particulars(self.document_kind, self.document_number, name="")


class MergeRequest(Strict):
    first: DocumentRequest
    second: DocumentRequest
    into: Literal["first", "second"] = Field(description="The document under which the person continues")
    reason: Reason

    def pair(self) -> DocumentPair:
        first = (self.first.particulars(), "/first/document_number")
        second = (self.second.particulars(), "/second/document_number")
        gone, into = (second, first) if self.into == "first" else (first, second)
        return DocumentPair(*gone, *into)


class UndoingRequest(Strict):
    reason: Reason


class ParticularsRequest(DocumentRequest):
    """The particulars on the document. The number identifies the person; an omitted phone stays."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    phone: Phone | None = None
    reason: Reason


class PersonAnswer(BaseModel):
    """The first character of the name, the first six and last four of the number."""

    name: str
    document_kind: DocumentKind
    document_number: str


class MergeAnswer(BaseModel):
    id: UUID
    status: MergeStatus
    person: PersonAnswer = Field(description="The person who was merged into the other")
    into: PersonAnswer
    enrolments: int = Field(description="The number of enrolments moved")
    region: str
    reason: str
    merged_by: str
    merged_at: datetime
    undone_by: str | None
    undone_at: datetime | None
    undoing_reason: str | None


@routes.post("/persons/merges", status_code=201)
async def merge_persons(
    request: MergeRequest, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> MergeAnswer:
    """Merge the persons of two documents of one human. All enrolments continue under one of them; totals follow.

    For officers of every region in which one of the two was trained, or above. It can be undone.
    """
    merged = await usecases.merge(
        connection, request.pair(), reason=request.reason, persons=persons, caller=caller, at=at
    )
    return (await _answers(connection, persons, [merged]))[0]


@routes.post("/persons/merges/{merge_id}/undoing")
async def undo_merge(
    merge_id: UUID, request: UndoingRequest, http: Request, connection: Connection, caller: CurrentCaller, at: Now
) -> MergeAnswer:
    """Undo a merge: the enrolments made with the merged document belong to its person again.

    For officers of a region in which one of the two was trained, or above, whoever merged them.
    """
    undone = await usecases.undo(connection, merge_id, reason=request.reason, caller=caller, at=at)
    return (await _answers(connection, http.app.state.persons, [undone]))[0]


@routes.post("/persons/particulars")
async def correct_particulars(
    request: ParticularsRequest, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> PersonAnswer:
    """Correct the name and the phone stored for a document; rosters are then accepted under the new name.

    For officers of every region in which the person was trained, or above.
    """
    said = Particulars(request.document_kind, request.document_number, request.name, request.phone)
    known = await usecases.correct(connection, said, reason=request.reason, persons=persons, caller=caller, at=at)
    return PersonAnswer.model_validate(persons.shown(known))


@routes.get("/persons/merges")
async def list_merges(
    http: Request,
    connection: Connection,
    caller: CurrentCaller,
    status: MergeStatus | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[MergeAnswer]:
    """Merges of persons who were trained in the caller's region or below, whoever merged them."""
    far = await visibility.reach(connection, caller, None)
    rows = await store.page(connection, far, status=status, after=after(cursor), limit=size)
    return Page(rows=await _answers(connection, http.app.state.persons, rows), next=next_cursor(rows, size))


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
