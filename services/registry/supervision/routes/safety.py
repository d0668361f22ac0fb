"""Safety documents over HTTP: emergency plans and safety lessons, with every version."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from services.registry.classes.rules.limits import HOURS_MAX
from services.registry.supervision.routes.contents import FILE, Base64, as_file, decode
from services.registry.supervision.rules.contents import MediaType
from services.registry.supervision.rules.safety import SafetyDocument, SafetyVersion
from services.registry.supervision.store import safety as store
from services.registry.supervision.usecases import safety as usecases
from services.registry.supervision.usecases.safety import SafetyDocumentUpload
from shared.auth import CurrentCaller
from shared.contracts.registry.supervision import SafetyKind
from shared.edge.lanes import bulk
from shared.forms import INTEGER_MAX, PLAIN, Day, LocalId, Name, Strict
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("safety")

Topic = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), PLAIN]


class SafetyDocumentRequest(Strict):
    kind: SafetyKind
    local_id: LocalId
    title: Name
    topics: Annotated[list[Topic], Field(max_length=20)] = Field(default_factory=list)
    hours: Annotated[
        int, Field(ge=0, le=HOURS_MAX, strict=True, description="Hours of a lesson, of 45 minutes each")
    ] = 0
    valid_until: (
        Annotated[Day, Field(description="The last day on which it holds; leave it out if it has none")] | None
    ) = None
    media_type: MediaType
    content: Base64

    def upload(self) -> SafetyDocumentUpload:
        """The decoded upload. Raises ContentNotBase64, ContentTooLarge."""
        content = decode(self.content)
        topics = tuple(self.topics)
        return SafetyDocumentUpload(
            self.kind, self.local_id, self.title, topics, self.hours, self.media_type, content, self.valid_until
        )


class SafetyVersionAnswer(BaseModel):
    """`digest` is SHA-256 of the content, in hexadecimal."""

    version: int
    title: str
    topics: list[str]
    hours: int
    valid_until: date | None
    media_type: MediaType
    digest: str
    bytes_long: int
    added_by: str
    added_at: datetime

    @classmethod
    def of(cls, version: SafetyVersion) -> SafetyVersionAnswer:
        described = version.described._asdict() | {"digest": version.described.digest.hex()}
        return cls.model_validate(vars(version) | described | {"topics": list(version.described.topics)})


class SafetyDocumentAnswer(BaseModel):
    id: UUID
    institution_id: UUID
    kind: SafetyKind
    local_id: str
    latest: SafetyVersionAnswer

    @classmethod
    def of(cls, document: SafetyDocument, latest: SafetyVersion) -> SafetyDocumentAnswer:
        return cls(
            id=document.id,
            institution_id=document.institution_id,
            kind=document.kind,
            local_id=document.local_id,
            latest=SafetyVersionAnswer.of(latest),
        )


class SafetyDocumentVersions(SafetyDocumentAnswer):
    """A page of versions in ascending order; `next` is the `after` of the next page, None at the end."""

    versions: list[SafetyVersionAnswer]
    next: int | None


class SafetyReadinessAnswer(BaseModel):
    """What holds on `day`; if `required`, a class of that day starts only when nothing is missing."""

    day: date
    emergency_plans: int
    lesson_hours: int
    lesson_hours_min: int
    missing: list[SafetyKind]
    required: bool


@routes.get("/institutions/{institution_id}/safety-readiness")
async def get_safety_readiness(
    institution_id: UUID,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    day: Annotated[Day | None, Query(description="Default: today")] = None,
) -> SafetyReadinessAnswer:
    """Whether the institution has the safety documents that a class needs to start. Its own, or in your region."""
    found = await usecases.readiness(connection, institution_id, day=day or business_day(at), caller=caller)
    return SafetyReadinessAnswer(
        day=found.day,
        emergency_plans=found.held.plans,
        lesson_hours=found.held.lesson_hours,
        lesson_hours_min=found.hours_min,
        missing=found.missing,
        required=found.required,
    )


@routes.post("/institutions/{institution_id}/safety-documents", status_code=201)
@bulk
async def post_safety_document(
    institution_id: UUID,
    document: SafetyDocumentRequest,
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> SafetyDocumentAnswer:
    """Post an emergency plan or a safety lesson of your institution.

    A repeat returns the existing version; different content under the same local_id becomes the next version, and
    earlier versions stay. The content is stored encrypted.
    """
    seal = request.app.state.seal
    return SafetyDocumentAnswer.of(
        *await usecases.post(connection, institution_id, document.upload(), seal=seal, caller=caller, at=at)
    )


@routes.get("/institutions/{institution_id}/safety-documents")
async def list_safety_documents(
    institution_id: UUID, connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[SafetyDocumentAnswer]:
    """Safety documents, each with its latest version. An institution sees its own, officers those of their region."""
    await usecases.require_visible(connection, institution_id, caller)
    rows = await store.page(connection, institution_id, after=after(cursor), limit=size)
    return Page(rows=[SafetyDocumentAnswer.of(*row) for row in rows], next=next_cursor(rows, size))


@routes.get("/safety-documents/{document_id}")
async def get_safety_document(
    document_id: UUID,
    connection: Connection,
    caller: CurrentCaller,
    after: Annotated[int, Query(ge=0, le=INTEGER_MAX, description="`next` of the previous page")] = 0,
    size: PageSize = 100,
) -> SafetyDocumentVersions:
    """A document with its versions."""
    document = await usecases.visible_document(connection, document_id, caller)
    latest = await store.load_version(connection, document_id, document.version)
    found = await store.versions(connection, document_id, after=after, limit=size)
    return SafetyDocumentVersions(
        **dict(SafetyDocumentAnswer.of(document, latest)),
        versions=[SafetyVersionAnswer.of(version) for version in found],
        next=found[-1].version if len(found) == size else None,
    )


@routes.get("/safety-documents/{document_id}/versions/{version}/content", response_class=Response, responses=FILE)
async def get_safety_document_content(
    document_id: UUID,
    version: Annotated[int, Path(ge=1, le=INTEGER_MAX)],
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
) -> Response:
    """The content of one version as a download, so that a browser never renders it as a page of this service."""
    found, content = await usecases.content(
        connection, document_id, version, seal=request.app.state.seal, caller=caller
    )
    return as_file(content, found.described.media_type, f"{document_id}-{version}")
