"""Safety documents and their versions in the database. The content may name people, so it is sealed."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.supervision.rules.contents import MediaType
from services.registry.supervision.rules.safety import Described, SafetyDocument, SafetyVersion
from shared.contracts.registry import SafetyKind
from shared.kernel.refusals import NotFound, Stale

_COLUMNS: Final = "id, institution_id, kind, local_id, version"
_VERSION_COLUMNS: Final = """document_id, v.version, title, topics, hours, media_type, digest, bytes_long, added_by,
    added_at"""
_ADD: Final = f"""
INSERT INTO safety_document ({_COLUMNS}) VALUES (:id, :institution_id, :kind, :local_id, :version)
"""
_SAVE: Final = "UPDATE safety_document SET version = :version WHERE id = :id AND version = :version - 1"
_FIND: Final = f"SELECT {_COLUMNS} FROM safety_document WHERE id = :id"
_LOCK_BY_LOCAL_ID: Final = f"""
SELECT {_COLUMNS} FROM safety_document WHERE institution_id = :institution_id AND local_id = :local_id FOR UPDATE
"""
_ADD_VERSION: Final = """
INSERT INTO safety_version (document_id, version, title, topics, hours, media_type, digest, bytes_long, added_by,
    added_at, sealed)
VALUES (:document_id, :version, :title, :topics, :hours, :media_type, :digest, :bytes_long, :added_by, :added_at,
    :sealed)
"""
_FIND_VERSION: Final = f"""
SELECT {_VERSION_COLUMNS} FROM safety_version AS v WHERE document_id = :document_id AND version = :version
"""
_SEALED: Final = "SELECT sealed FROM safety_version WHERE document_id = :document_id AND version = :version"
_VERSIONS: Final = f"""
SELECT {_VERSION_COLUMNS} FROM safety_version AS v
WHERE document_id = :document_id AND version > :after ORDER BY version LIMIT :limit
"""
_LIST: Final = f"""
SELECT id, institution_id, kind, local_id, {_VERSION_COLUMNS}
FROM (
    SELECT {_COLUMNS} FROM safety_document
    WHERE institution_id = :institution_id AND id > :after ORDER BY id LIMIT :limit
) AS d
JOIN safety_version AS v ON v.document_id = d.id AND v.version = d.version
ORDER BY id
"""


class Latest(NamedTuple):
    """A document beside its latest version."""

    document: SafetyDocument
    version: SafetyVersion

    @property
    def id(self) -> UUID:
        return self.document.id


async def add(connection: AsyncConnection, document: SafetyDocument) -> None:
    await connection.execute(text(_ADD), asdict(document))


async def save(connection: AsyncConnection, document: SafetyDocument) -> None:
    """Store which version of `document` is the latest. Raises Stale if it was changed meanwhile."""
    if (await connection.execute(text(_SAVE), asdict(document))).rowcount == 0:
        raise Stale


async def add_version(connection: AsyncConnection, version: SafetyVersion, *, sealed: bytes) -> None:
    """Store a new `version` with its content, `sealed`."""
    values = vars(version) | version.described._asdict()
    values |= {"topics": list(version.described.topics), "sealed": sealed}
    await connection.execute(text(_ADD_VERSION), {name: values[name] for name in values if name != "described"})


async def load(connection: AsyncConnection, document_id: UUID) -> SafetyDocument:
    """Raises NotFound."""
    row = (await connection.execute(text(_FIND), {"id": document_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="safety document", id=document_id)
    return _document(row)


async def lock_by_local_id(connection: AsyncConnection, institution_id: UUID, local_id: str) -> SafetyDocument | None:
    """The document, and others who want it wait until this transaction ends."""
    values = {"institution_id": institution_id, "local_id": local_id}
    row = (await connection.execute(text(_LOCK_BY_LOCAL_ID), values)).mappings().one_or_none()
    return None if row is None else _document(row)


async def load_version(connection: AsyncConnection, document_id: UUID, version: int) -> SafetyVersion:
    """Raises NotFound."""
    values = {"document_id": document_id, "version": version}
    row = (await connection.execute(text(_FIND_VERSION), values)).mappings().one_or_none()
    if row is None:
        raise NotFound(what="version", id=version)
    return _version(row)


async def sealed(connection: AsyncConnection, version: SafetyVersion) -> bytes:
    """The content of `version`, sealed."""
    values = {"document_id": version.document_id, "version": version.version}
    content: bytes = (await connection.execute(text(_SEALED), values)).scalar_one()
    return content


async def versions(connection: AsyncConnection, document_id: UUID, *, after: int, limit: int) -> list[SafetyVersion]:
    """The versions of the document, from above `after`."""
    values = {"document_id": document_id, "after": after, "limit": limit}
    return [_version(row) for row in (await connection.execute(text(_VERSIONS), values)).mappings()]


async def page(connection: AsyncConnection, institution_id: UUID, *, after: UUID, limit: int) -> list[Latest]:
    """The institution's documents in the order of their ids, from above `after`, each with its latest version."""
    values = {"institution_id": institution_id, "after": after, "limit": limit}
    rows = (await connection.execute(text(_LIST), values)).mappings()
    return [Latest(_document(row), _version(row)) for row in rows]


def _document(row: RowMapping) -> SafetyDocument:
    document = SafetyDocument(**{name: row[name] for name in SafetyDocument.__dataclass_fields__})
    return replace(document, kind=SafetyKind(document.kind))


def _version(row: RowMapping) -> SafetyVersion:
    described = Described(**{name: row[name] for name in Described._fields})
    described = described._replace(topics=tuple(described.topics), media_type=MediaType(described.media_type))
    names = ("document_id", "version", "bytes_long", "added_by", "added_at")
    return SafetyVersion(described=described, **{name: row[name] for name in names})
