"""Attach photos and documents to patrols and findings, and read them."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.usecases import visibility
from services.registry.supervision.rules import attachments as rules
from services.registry.supervision.rules.attachments import Attachment
from services.registry.supervision.rules.contents import MediaType, require_readable
from services.registry.supervision.store import attachments as store
from services.registry.supervision.store import findings as finding_store
from services.registry.supervision.store import patrols as patrol_store
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.refusals import LocalIdTaken
from shared.sealed import Seal


class AttachmentUpload(NamedTuple):
    """An uploaded file. `local_id` is the sender's own id of it."""

    local_id: str
    media_type: MediaType
    content: bytes


async def add_to_patrol(
    connection: AsyncConnection, patrol_id: UUID, upload: AttachmentUpload, *, seal: Seal, caller: Caller, at: datetime
) -> Attachment:
    """Attach a file to a patrol, as the officer who recorded it; a repeat returns the existing attachment.

    Raises NotFound, ForeignRegion, PatrolOfAnother, LocalIdTaken, TooManyAttachments, and the refusals of the content
    for.
    """
    patrol = await patrol_store.load(connection, patrol_id, lock=True)
    await visibility.require_visible(connection, caller, patrol)
    rules.require_own(patrol, by=caller.person)
    before = await store.of(connection, patrol_id)
    attachment = _attachment(upload, patrol_id, None, by=caller.person, at=at)
    known = _known(before, attachment)
    return known or await _add(connection, attachment, upload, before, seal=seal)


async def add_to_finding(
    connection: AsyncConnection, finding_id: UUID, upload: AttachmentUpload, *, seal: Seal, caller: Caller, at: datetime
) -> Attachment:
    """Attach a file to a finding that is not closed, as the class's institution; a repeat returns the existing one.

    Raises NotFound, ForeignOrganisation, FindingNotLeft, LocalIdTaken, TooManyAttachments, and what the
    content may be refused for.
    """
    finding = await finding_store.load(connection, finding_id, lock=True)
    caller.require_organisation(finding.institution_id)
    before = await store.of(connection, finding.patrol_id, finding_id)
    attachment = _attachment(upload, finding.patrol_id, finding_id, by=caller.person, at=at)
    known = _known(before, attachment)
    if known is None:
        rules.require_left(finding)
    return known or await _add(connection, attachment, upload, before, seal=seal)


async def content(
    connection: AsyncConnection, attachment_id: UUID, *, seal: Seal, caller: Caller
) -> tuple[Attachment, bytes]:
    """An attachment with its content, for the class's institution and officers of its region.

    Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    attachment = await store.load(connection, attachment_id)
    patrol = await patrol_store.load(connection, attachment.patrol_id)
    await visibility.require_readable(connection, caller, patrol)
    return attachment, seal.decrypt(await store.sealed(connection, attachment_id), owner=attachment_id.bytes)


def _attachment(
    upload: AttachmentUpload, patrol_id: UUID, finding_id: UUID | None, *, by: str, at: datetime
) -> Attachment:
    """A new attachment. Raises ContentEmpty, ContentTooLarge, ContentNotOfType."""
    require_readable(upload.content, upload.media_type)
    digest = hashlib.sha256(upload.content).digest()
    return Attachment(
        id=new_id(),
        patrol_id=patrol_id,
        finding_id=finding_id,
        local_id=upload.local_id,
        media_type=upload.media_type,
        digest=digest,
        bytes_long=len(upload.content),
        added_by=by,
        added_at=at,
    )


def _known(before: list[Attachment], attachment: Attachment) -> Attachment | None:
    """The existing attachment if this is a repeat. Raises LocalIdTaken if a different one has its `local_id`."""
    for each in before:
        if each.local_id == attachment.local_id:
            if (each.media_type, each.digest) != (attachment.media_type, attachment.digest):
                raise LocalIdTaken(pointer="/local_id")
            return each
    return None


async def _add(
    connection: AsyncConnection,
    attachment: Attachment,
    upload: AttachmentUpload,
    before: list[Attachment],
    *,
    seal: Seal,
) -> Attachment:
    rules.require_room(before)
    await store.add(connection, attachment, sealed=seal.encrypt(upload.content, owner=attachment.id.bytes))
    return attachment
