"""Attachments over HTTP: photos of a patrol, and evidence that a finding was rectified."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field

from services.registry.supervision.routes.contents import FILE, Base64, as_file, decode
from services.registry.supervision.rules.attachments import Attachment
from services.registry.supervision.rules.contents import MediaType
from services.registry.supervision.usecases import attachments as usecases
from services.registry.supervision.usecases.attachments import AttachmentUpload
from shared.auth import CurrentCaller
from shared.edge.lanes import bulk
from shared.forms import LocalId, Strict
from shared.web import Connection, Now, router

routes = router("patrols")


class AttachmentRequest(Strict):
    local_id: Annotated[LocalId, Field(description="Your own id of the file; the same id again is a repeat")]
    media_type: MediaType
    content: Base64

    def upload(self) -> AttachmentUpload:
        """The decoded upload. Raises ContentNotBase64, ContentTooLarge."""
        return AttachmentUpload(self.local_id, self.media_type, decode(self.content))


class AttachmentAnswer(BaseModel):
    """`digest` is SHA-256 of the content, in hexadecimal."""

    id: UUID
    patrol_id: UUID | None
    finding_id: UUID | None
    local_id: str
    media_type: MediaType
    digest: str
    bytes_long: int
    added_by: str
    added_at: datetime

    @classmethod
    def of(cls, attachment: Attachment) -> AttachmentAnswer:
        return cls.model_validate(vars(attachment) | {"digest": attachment.digest.hex()})


@routes.post("/patrols/{patrol_id}/attachments", status_code=201)
@bulk
async def attach_to_patrol(
    patrol_id: UUID,
    attachment: AttachmentRequest,
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> AttachmentAnswer:
    """Attach a photo or a document to a patrol that you recorded. It is stored encrypted and unchanged.

    Only officers of the region and the class's institution can open it.
    """
    seal = request.app.state.seal
    return AttachmentAnswer.of(
        await usecases.add_to_patrol(connection, patrol_id, attachment.upload(), seal=seal, caller=caller, at=at)
    )


@routes.post("/findings/{finding_id}/attachments", status_code=201)
@bulk
async def attach_to_finding(
    finding_id: UUID,
    attachment: AttachmentRequest,
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> AttachmentAnswer:
    """Attach evidence of a rectification to a finding that is not closed. It is stored encrypted and unchanged.

    Only officers of the region and your institution can open it. The rectification may name it as its evidence.
    """
    seal = request.app.state.seal
    return AttachmentAnswer.of(
        await usecases.add_to_finding(connection, finding_id, attachment.upload(), seal=seal, caller=caller, at=at)
    )


@routes.get("/attachments/{attachment_id}/content", response_class=Response, responses=FILE)
async def get_attachment_content(
    attachment_id: UUID, request: Request, connection: Connection, caller: CurrentCaller
) -> Response:
    """The content as a download, so that a browser never renders it as a page of this service."""
    found, content = await usecases.content(connection, attachment_id, seal=request.app.state.seal, caller=caller)
    return as_file(content, found.media_type, str(attachment_id))
