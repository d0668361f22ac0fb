"""Exports, what they sent of each certificate, and what the network answered, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.national_query.rules import Answer, Export, ExportStatus, Listing
from shared import tables
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.persons import SealedPerson
from shared.tables import Choice, Instant, fixed

EXPORT: Final = Table(
    "national_export",
    MetaData(),
    fixed("id", Uuid),
    Column("status", Choice(ExportStatus)),
    fixed("rows", Integer),
    fixed("digest", Text),
    fixed("exported_by", Text),
    fixed("exported_at", Instant),
    fixed("of_export", Uuid),
    *(Column(name, Text) for name in ("receipt_digest", "answered_by", "given_up_by", "giving_up_reason")),
    Column("answered_at", Instant),
    Column("rejected", Integer),
    Column("version", Integer),
)
_BY_ID: Final = select(EXPORT).where(EXPORT.c.id == bindparam("id"))
_LOCK_ALL: Final = "SELECT pg_advisory_xact_lock(hashtext('national exports'))"
_ADD_FILE: Final = "INSERT INTO national_file (export_id, content) VALUES ($1, $2)"
_FILE: Final = "SELECT content FROM national_file WHERE export_id = $1"
_ROW: Final = """
SELECT c.id, c.number, c.occupation, c.level, c.issued_on, b.name, c.status, c.edition, p.person, p.document_kind,
    p.sealed
FROM certificate AS c JOIN body AS b ON b.id = c.body_id JOIN candidate_person AS p ON p.person = c.person
"""
# Of apprentices the network knows nothing. What was revoked before it was sent was never there.
_DUE: Final = f"""
{_ROW} LEFT JOIN national_listing AS l ON l.certificate_id = c.id
WHERE c.number_kind = 'level-22' AND CASE
    WHEN l.certificate_id IS NULL THEN c.status = 'valid'
    WHEN l.state = 'sent' THEN false
    WHEN l.state = 'unsent' THEN true
    ELSE (l.edition, l.status, l.number) IS DISTINCT FROM (c.edition, c.status, c.number)
END ORDER BY c.id LIMIT $1
"""
_REJECTED: Final = f"""
{_ROW} JOIN national_listing AS l ON l.certificate_id = c.id
WHERE l.export_id = $2 AND l.state = 'rejected' ORDER BY c.id LIMIT $1
"""
_SEND: Final = """
INSERT INTO national_listing AS l (certificate_id, export_id, place, number, edition, status, state)
SELECT id, $1, place, number, edition, status, 'sent'
FROM unnest($2::uuid[], $3::integer[], $4::text[], $5::integer[], $6::text[]) AS s (id, place, number, edition, status)
ORDER BY id
ON CONFLICT (certificate_id) DO UPDATE SET export_id = excluded.export_id, place = excluded.place,
    number = excluded.number, edition = excluded.edition, status = excluded.status, state = 'sent', reason = NULL
"""
_NUMBERS: Final = "SELECT number FROM national_listing WHERE export_id = $1 ORDER BY place"
_LISTINGS: Final = """
SELECT l.certificate_id, c.person, c.region, c.reporting_region, c.occupation, c.level, l.told_missing, l.version
FROM national_listing AS l JOIN certificate AS c ON c.id = l.certificate_id
WHERE l.export_id = $1 ORDER BY l.place FOR UPDATE OF l
"""
_ANSWER: Final = """
UPDATE national_listing AS l SET state = CASE WHEN s.reason IS NULL THEN 'found' ELSE 'rejected' END,
    reason = s.reason, checked_on = $4
FROM unnest($2::integer[], $3::text[]) AS s (place, reason) WHERE l.export_id = $1 AND l.place = s.place
"""
_TELL: Final = """
UPDATE national_listing AS l SET told_missing = s.told_missing, version = s.version
FROM unnest($1::uuid[], $2::boolean[], $3::integer[]) AS s (id, told_missing, version) WHERE l.certificate_id = s.id
"""
_FREE: Final = "UPDATE national_listing SET state = 'unsent' WHERE export_id = $1 AND state = 'sent'"
_RETAKE: Final = "UPDATE national_listing SET state = 'sent' WHERE export_id = $1 AND state = 'unsent'"
_LEFT: Final = "SELECT count(*) FROM national_listing WHERE export_id = $1"
_ROWS: Final = """
SELECT l.certificate_id AS id, l.place, l.state, l.reason, l.checked_on FROM national_listing AS l
WHERE l.export_id = $1 AND l.place > $2 AND ($3::text IS NULL OR l.state = $3) ORDER BY l.place LIMIT $4
"""


class Due(NamedTuple):
    """A certificate that is to be exported, with its holder."""

    certificate_id: UUID
    number: str
    occupation: str
    award: Award
    issued_on: date
    body_name: str
    status: str
    edition: int
    holder: SealedPerson


class SentRow(NamedTuple):
    """A row of an export, unless a later one has sent its certificate again."""

    id: UUID
    place: int
    state: str
    reason: str | None
    checked_on: date | None


async def lock(connection: AsyncConnection) -> None:
    """Let nobody else export or read a receipt until the transaction ends."""
    await (await driver(connection)).execute(_LOCK_ALL)


async def add(connection: AsyncConnection, export: Export, content: bytes) -> None:
    """Store an export with its sealed file."""
    await tables.add(connection, EXPORT, export)
    await (await driver(connection)).execute(_ADD_FILE, export.id, content)


async def save(connection: AsyncConnection, export: Export) -> None:
    """Store the next version. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, EXPORT, export, expected=export.version - 1)


async def load(connection: AsyncConnection, export_id: UUID) -> Export:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, _BY_ID, Export, id=export_id)
    if found is None:
        raise NotFound(what="national export", id=export_id)
    return found


async def content(connection: AsyncConnection, export_id: UUID) -> bytes:
    """The sealed file of an export."""
    found: bytes = await (await driver(connection)).fetchval(_FILE, export_id)
    return found


async def page(connection: AsyncConnection, *, after: UUID, limit: int) -> list[Export]:
    """Exports in the order of their ids, after `after`."""
    return await tables.fetch_page(connection, EXPORT, Export, [], after=after, limit=limit)


async def due(connection: AsyncConnection, *, limit: int) -> list[Due]:
    """Certificates that are new, or have changed since they were sent."""
    return [_due(row) for row in await (await driver(connection)).fetch(_DUE, limit)]


async def rejected(connection: AsyncConnection, export_id: UUID, *, limit: int) -> list[Due]:
    """Certificates of an export that the network rejected, and that were not sent again since."""
    return [_due(row) for row in await (await driver(connection)).fetch(_REJECTED, limit, export_id)]


def _due(row: Any) -> Due:
    said = (row["id"], row["number"], row["occupation"], Award(row["level"]), row["issued_on"], row["name"])
    return Due(*said, row["status"], row["edition"], SealedPerson(row["person"], row["document_kind"], row["sealed"]))


async def send(connection: AsyncConnection, export_id: UUID, sent: Sequence[Due]) -> None:
    """Store what an export sends of each certificate, in the order of its rows."""
    columns: list[list[Any]] = [
        [each.certificate_id for each in sent],
        list(range(1, len(sent) + 1)),
        [each.number for each in sent],
        [each.edition for each in sent],
        [each.status for each in sent],
    ]
    await (await driver(connection)).execute(_SEND, export_id, *columns)


async def numbers(connection: AsyncConnection, export_id: UUID) -> list[str]:
    """The numbers that an export sent, in the order of its rows."""
    return [row["number"] for row in await (await driver(connection)).fetch(_NUMBERS, export_id)]


async def listings(connection: AsyncConnection, export_id: UUID) -> list[Listing]:
    """What was told of the certificates of an export, locked, in the order of its rows."""
    rows = await (await driver(connection)).fetch(_LISTINGS, export_id)
    return [Listing(*row.values())._replace(award=Award(row["level"])) for row in rows]


async def answer(connection: AsyncConnection, export_id: UUID, answers: Sequence[Answer], *, on: date) -> None:
    """Store what the network answered."""
    columns = [each.place for each in answers], [each.reason for each in answers]
    await (await driver(connection)).execute(_ANSWER, export_id, *columns, on)


async def tell(connection: AsyncConnection, told: Sequence[Listing]) -> None:
    """Store what was told of certificates."""
    if told:
        columns = [
            [each.certificate_id for each in told],
            [each.told_missing for each in told],
            [each.version for each in told],
        ]
        await (await driver(connection)).execute(_TELL, *columns)


async def free(connection: AsyncConnection, export_id: UUID) -> None:
    """The certificates of an export that was given up are due again."""
    await (await driver(connection)).execute(_FREE, export_id)


async def retake(connection: AsyncConnection, export_id: UUID) -> None:
    """The certificates of an export that was given up wait for its receipt again."""
    await (await driver(connection)).execute(_RETAKE, export_id)


async def left(connection: AsyncConnection, export_id: UUID) -> int:
    """How many certificates of an export were not sent again since."""
    count: int = await (await driver(connection)).fetchval(_LEFT, export_id)
    return count


async def rows(
    connection: AsyncConnection, export_id: UUID, *, state: str | None, after: int, limit: int
) -> list[SentRow]:
    """Rows of an export that no later one has sent again, in their order, after the place `after`."""
    found = await (await driver(connection)).fetch(_ROWS, export_id, after, state, limit)
    return [SentRow(*row.values()) for row in found]
