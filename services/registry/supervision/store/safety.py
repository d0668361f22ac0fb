"""Safety documents and their versions in the database. The content may name people, so it is encrypted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Date, Integer, LargeBinary, MetaData, Table, Text, Uuid, bindparam, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.supervision.rules.contents import MediaType
from services.registry.supervision.rules.safety import SafetyContent, SafetyDocument, SafetyHeld, SafetyVersion
from shared import tables
from shared.contracts.registry.supervision import SafetyKind
from shared.database import driver
from shared.kernel.refusals import NotFound
from shared.tables import Choice, Instant, Texts, fixed

SAFETY_DOCUMENT: Final = Table(
    "safety_document",
    MetaData(),
    fixed("id", Uuid),
    fixed("institution_id", Uuid),
    fixed("kind", Choice(SafetyKind)),
    fixed("local_id", Text),
    Column("version", Integer),
)
SAFETY_VERSION: Final = Table(
    "safety_version",
    MetaData(),
    fixed("document_id", Uuid),
    fixed("version", Integer),
    fixed("title", Text),
    fixed("topics", Texts),
    fixed("hours", Integer),
    fixed("media_type", Choice(MediaType)),
    fixed("digest", LargeBinary),
    fixed("valid_until", Date),
    fixed("bytes_long", Integer),
    fixed("added_by", Text),
    fixed("added_at", Instant),
    fixed("sealed", LargeBinary),
)
_BY_ID: Final = select(SAFETY_DOCUMENT).where(SAFETY_DOCUMENT.c.id == bindparam("id"))
_HELD: Final = """
SELECT count(*) FILTER (WHERE d.kind = 'emergency_plan'),
    coalesce(sum(v.hours) FILTER (WHERE d.kind = 'safety_lesson'), 0)
FROM safety_document d JOIN safety_version v ON v.document_id = d.id AND v.version = d.version
WHERE d.institution_id = $1 AND (v.valid_until IS NULL OR v.valid_until >= $2)
"""
_VERSIONS: Final = select(*(column for column in SAFETY_VERSION.c if column is not SAFETY_VERSION.c.sealed))


class DocumentAndVersion(NamedTuple):
    """A document with its latest version."""

    document: SafetyDocument
    version: SafetyVersion

    @property
    def id(self) -> UUID:
        return self.document.id


async def add(connection: AsyncConnection, document: SafetyDocument) -> None:
    await tables.add(connection, SAFETY_DOCUMENT, document)


async def save(connection: AsyncConnection, document: SafetyDocument) -> None:
    """Store the latest version number of `document`. Raises Stale if the stored one is not the one before."""
    await tables.save(connection, SAFETY_DOCUMENT, document, expected=document.version - 1)


async def add_version(connection: AsyncConnection, version: SafetyVersion, *, sealed: bytes) -> None:
    """Store a new `version` with its encrypted content."""
    await tables.add(connection, SAFETY_VERSION, version, **version.described._asdict(), sealed=sealed)


async def load(connection: AsyncConnection, document_id: UUID) -> SafetyDocument:
    """Raises NotFound."""
    document = await tables.fetch_one(connection, _BY_ID, SafetyDocument, id=document_id)
    if document is None:
        raise NotFound(what="safety document", id=document_id)
    return document


async def lock_by_local_id(connection: AsyncConnection, institution_id: UUID, local_id: str) -> SafetyDocument | None:
    """The document, locked until the transaction ends."""
    named = tables.matches(SAFETY_DOCUMENT, institution_id=institution_id, local_id=local_id)
    return await tables.fetch_one(connection, select(SAFETY_DOCUMENT).where(*named).with_for_update(), SafetyDocument)


async def load_version(connection: AsyncConnection, document_id: UUID, version: int) -> SafetyVersion:
    """Raises NotFound."""
    asked = tables.matches(SAFETY_VERSION, document_id=document_id, version=version)
    found = await tables.fetch_one(connection, _VERSIONS.where(*asked), _version)
    if found is None:
        raise NotFound(what="version", id=version)
    return found


async def held(connection: AsyncConnection, institution_id: UUID, *, day: date) -> SafetyHeld:
    """What the latest versions of the institution's documents give on `day`."""
    return SafetyHeld(*await (await driver(connection)).fetchrow(_HELD, institution_id, day))


async def sealed(connection: AsyncConnection, version: SafetyVersion) -> bytes:
    """The encrypted content of `version`."""
    asked = tables.matches(SAFETY_VERSION, document_id=version.document_id, version=version.version)
    content: bytes = (await connection.execute(select(SAFETY_VERSION.c.sealed).where(*asked))).scalar_one()
    return content


async def versions(connection: AsyncConnection, document_id: UUID, *, after: int, limit: int) -> list[SafetyVersion]:
    """The versions of the document, after `after`."""
    asked = [SAFETY_VERSION.c.document_id == document_id, SAFETY_VERSION.c.version > after]
    statement = _VERSIONS.where(*asked).order_by(SAFETY_VERSION.c.version).limit(limit)
    return await tables.fetch_all(connection, statement, _version)


async def page(
    connection: AsyncConnection, institution_id: UUID, *, after: UUID, limit: int
) -> list[DocumentAndVersion]:
    """The institution's documents in the order of their ids, from above `after`, each with its latest version."""
    asked = [SAFETY_DOCUMENT.c.institution_id == institution_id, SAFETY_DOCUMENT.c.id > after]
    latest = tuple_(SAFETY_VERSION.c.document_id, SAFETY_VERSION.c.version)
    statement = (
        _VERSIONS.add_columns(SAFETY_DOCUMENT.c.institution_id, SAFETY_DOCUMENT.c.kind, SAFETY_DOCUMENT.c.local_id)
        .join_from(SAFETY_DOCUMENT, SAFETY_VERSION, latest == tuple_(SAFETY_DOCUMENT.c.id, SAFETY_DOCUMENT.c.version))
        .where(*asked)
        .order_by(SAFETY_DOCUMENT.c.id)
        .limit(limit)
    )
    return await tables.fetch_all(connection, statement, _latest)


def _version(
    *, document_id: UUID, version: int, bytes_long: int, added_by: str, added_at: datetime, **described: Any
) -> SafetyVersion:
    return SafetyVersion(document_id, version, SafetyContent(**described), bytes_long, added_by, added_at)


def _latest(*, institution_id: UUID, kind: SafetyKind, local_id: str, **version: Any) -> DocumentAndVersion:
    latest = _version(**version)
    return DocumentAndVersion(
        SafetyDocument(latest.document_id, institution_id, kind, local_id, latest.version), latest
    )
