"""Attachments of patrols and findings in the database. Photos show people, so the content is sealed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.supervision.rules.attachments import ATTACHMENTS_MAX, Attachment
from services.registry.supervision.rules.contents import MediaType
from shared.kernel.refusals import NotFound

_COLUMNS: Final = "id, patrol_id, finding_id, local_id, media_type, digest, bytes_long, added_by, added_at"
_ADD: Final = f"""
INSERT INTO attachment ({_COLUMNS}, sealed)
VALUES (:id, :patrol_id, :finding_id, :local_id, :media_type, :digest, :bytes_long, :added_by, :added_at, :sealed)
"""
_FIND: Final = f"SELECT {_COLUMNS} FROM attachment WHERE id = :id"
_SEALED: Final = "SELECT sealed FROM attachment WHERE id = :id"
_OF: Final = f"""
SELECT {_COLUMNS} FROM attachment
WHERE patrol_id = :patrol_id AND finding_id IS NOT DISTINCT FROM CAST(:finding_id AS uuid) ORDER BY id LIMIT :limit
"""


async def add(connection: AsyncConnection, attachment: Attachment, *, sealed: bytes) -> None:
    """Store a new `attachment` with its content, `sealed`."""
    await connection.execute(text(_ADD), asdict(attachment) | {"sealed": sealed})


async def load(connection: AsyncConnection, attachment_id: UUID) -> Attachment:
    """Raises NotFound."""
    row = (await connection.execute(text(_FIND), {"id": attachment_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="attachment", id=attachment_id)
    return _attachment(row)


async def of(connection: AsyncConnection, patrol_id: UUID, finding_id: UUID | None = None) -> list[Attachment]:
    """The attachments of the patrol itself, or of that finding of it, in the order in which they came."""
    values = {"patrol_id": patrol_id, "finding_id": finding_id, "limit": ATTACHMENTS_MAX}
    return [_attachment(row) for row in (await connection.execute(text(_OF), values)).mappings()]


async def sealed(connection: AsyncConnection, attachment_id: UUID) -> bytes:
    """The content of the attachment, sealed."""
    content: bytes = (await connection.execute(text(_SEALED), {"id": attachment_id})).scalar_one()
    return content


def _attachment(row: RowMapping) -> Attachment:
    return Attachment(**dict(row) | {"media_type": MediaType(row["media_type"])})
