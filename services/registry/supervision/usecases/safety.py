"""Store an institution's safety documents in versions, and read them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.store import institutions as institution_store
from services.registry.plan.usecases import visibility
from services.registry.plan.usecases.visibility import Place
from services.registry.supervision.rules import safety as rules
from services.registry.supervision.rules.contents import MediaType, require_readable
from services.registry.supervision.rules.safety import SafetyContent, SafetyDocument, SafetyVersion
from services.registry.supervision.store import safety as store
from services.registry.supervision.store.safety import DocumentAndVersion
from shared.backbone import outbox
from shared.contracts.registry.supervision import SafetyKind
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.sealed import Seal


class SafetyDocumentUpload(NamedTuple):
    """A document as its institution sends it."""

    kind: SafetyKind
    local_id: str
    title: str
    topics: tuple[str, ...]
    hours: int
    media_type: MediaType
    content: bytes


async def post(
    connection: AsyncConnection,
    institution_id: UUID,
    upload: SafetyDocumentUpload,
    *,
    seal: Seal,
    caller: Caller,
    at: datetime,
) -> DocumentAndVersion:
    """The first or next version of a document; a repeat of the latest version returns it.

    Raises NotFound, ForeignOrganisation, SafetyKindFixed, and the refusals of the content.
    """
    caller.require_organisation(institution_id)
    institution = await institution_store.load(connection, institution_id)
    require_readable(upload.content, upload.media_type)
    digest = hashlib.sha256(upload.content).digest()
    described = SafetyContent(upload.title, upload.topics, upload.hours, upload.media_type, digest)
    rules.require_complete(upload.kind, described)
    known = await store.lock_by_local_id(connection, institution_id, upload.local_id)
    if known is None:
        document = SafetyDocument(new_id(), institution_id, upload.kind, upload.local_id, version=1)
        await store.add(connection, document)
    else:
        rules.require_kind(known, upload.kind)
        latest = await store.load_version(connection, known.id, known.version)
        if latest.described == described:
            return DocumentAndVersion(known, latest)
        document = replace(known, version=known.version + 1)
        await store.save(connection, document)
    version = SafetyVersion(document.id, document.version, described, len(upload.content), caller.person, at)
    sealed = seal.encrypt(upload.content, owner=_owner(version))
    await store.add_version(connection, version, sealed=sealed)
    await outbox.record(connection, rules.add(document, version, institution, at=at))
    return DocumentAndVersion(document, version)


async def require_visible(connection: AsyncConnection, institution_id: UUID, caller: Caller) -> None:
    """An institution sees its own, officers those of their region.

    Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    institution = await institution_store.load(connection, institution_id)
    await visibility.require_visible(connection, caller, Place(institution.id, institution.region))


async def visible_document(connection: AsyncConnection, document_id: UUID, caller: Caller) -> SafetyDocument:
    """Raises NotFound, ForeignOrganisation, ForeignRegion."""
    document = await store.load(connection, document_id)
    await require_visible(connection, document.institution_id, caller)
    return document


async def content(
    connection: AsyncConnection, document_id: UUID, version: int, *, seal: Seal, caller: Caller
) -> tuple[SafetyVersion, bytes]:
    """A version with its content, as it was posted. Raises NotFound, ForeignOrganisation, ForeignRegion."""
    await visible_document(connection, document_id, caller)
    found = await store.load_version(connection, document_id, version)
    return found, seal.decrypt(await store.sealed(connection, found), owner=_owner(found))


def _owner(version: SafetyVersion) -> bytes:
    return version.document_id.bytes + version.version.to_bytes(4)
