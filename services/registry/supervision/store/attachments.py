"""Attachments of patrols and findings in the database. Photos show people, so the content is encrypted."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Integer, LargeBinary, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.supervision.rules.attachments import ATTACHMENTS_MAX, Attachment
from services.registry.supervision.rules.contents import MediaType
from shared import tables
from shared.kernel.refusals import NotFound
from shared.tables import Choice, Instant, fixed

ATTACHMENT: Final = Table(
    "attachment",
    MetaData(),
    fixed("id", Uuid),
    fixed("patrol_id", Uuid),
    fixed("finding_id", Uuid),
    fixed("local_id", Text),
    fixed("media_type", Choice(MediaType)),
    fixed("digest", LargeBinary),
    fixed("bytes_long", Integer),
    fixed("added_by", Text),
    fixed("added_at", Instant),
    fixed("sealed", LargeBinary),
)
_SELECT: Final = select(*(column for column in ATTACHMENT.c if column is not ATTACHMENT.c.sealed))
_BY_ID: Final = _SELECT.where(ATTACHMENT.c.id == bindparam("id"))
_SEALED: Final = select(ATTACHMENT.c.sealed).where(ATTACHMENT.c.id == bindparam("id"))


async def add(connection: AsyncConnection, attachment: Attachment, *, sealed: bytes) -> None:
    """Store a new `attachment` with its encrypted content."""
    await tables.add(connection, ATTACHMENT, attachment, sealed=sealed)


async def load(connection: AsyncConnection, attachment_id: UUID) -> Attachment:
    """Raises NotFound."""
    attachment = await tables.fetch_one(connection, _BY_ID, Attachment, id=attachment_id)
    if attachment is None:
        raise NotFound(what="attachment", id=attachment_id)
    return attachment


async def of(connection: AsyncConnection, patrol_id: UUID | None, finding_id: UUID | None = None) -> list[Attachment]:
    """The attachments of the patrol itself, or of a finding with its patrol if it has one, oldest first."""
    asked = [ATTACHMENT.c.patrol_id == patrol_id, ATTACHMENT.c.finding_id == finding_id]
    statement = _SELECT.where(*asked).order_by(ATTACHMENT.c.id).limit(ATTACHMENTS_MAX)
    return await tables.fetch_all(connection, statement, Attachment)


async def sealed(connection: AsyncConnection, attachment_id: UUID) -> bytes:
    """The encrypted content of the attachment."""
    content: bytes = (await connection.execute(_SEALED, {"id": attachment_id})).scalar_one()
    return content
