"""What people wrote who sent something without a token, and how to reach them: encrypted, and read with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, Uuid, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.tables import Instant, fixed


class SealedWords(NamedTuple):
    """What the sender wrote and how to reach them, encrypted; no contact once it is erased or if none was given."""

    text: bytes
    contact: bytes | None


class ContactReading(NamedTuple):
    """That an officer read the contact of who sent the record `sent_id`, when and why."""

    id: UUID
    sent_id: UUID
    read_by: str
    read_at: datetime
    reason: str


def sealed_columns() -> Sequence[Column[bytes]]:
    """The columns of `SealedWords`, which a table of what was sent has beside `erase_contact_on`."""
    return fixed("sealed", LargeBinary), fixed("sealed_contact", LargeBinary)


def reading_table(name: str, *, sent: str) -> Table:
    """A table of contact readings; its column `sent` is the id of the record."""
    return Table(
        name,
        MetaData(),
        fixed("id", Uuid),
        fixed(sent, Uuid, key="sent_id"),
        fixed("read_by", Text),
        fixed("read_at", Instant),
        fixed("reason", Text),
    )


@dataclass(frozen=True)
class Senders:
    """Those who sent the records of the table `sent`; `read` is the table of who read their contacts."""

    sent: Table
    read: Table

    async def words(self, connection: AsyncConnection, sent_id: UUID) -> SealedWords:
        columns = self.sent.c
        statement = select(columns.sealed, columns.sealed_contact).where(columns.id == bindparam("id"))
        return SealedWords(*(await connection.execute(statement, {"id": sent_id})).one())

    async def add_reading(self, connection: AsyncConnection, reading: ContactReading) -> None:
        await tables.add(connection, self.read, reading)

    async def readings(self, connection: AsyncConnection, sent_id: UUID, *, limit: int) -> list[ContactReading]:
        """Who read the contact, the first `limit`, oldest first."""
        theirs = self.read.c.sent_id == sent_id
        statement = select(self.read).where(theirs).order_by(self.read.c.id).limit(limit)
        return await tables.fetch_all(connection, statement, ContactReading)

    async def erase_contacts(self, connection: AsyncConnection, today: date, *, limit: int) -> int:
        """Erase contacts whose day has come. Returns how many."""
        columns = self.sent.c
        due = select(columns.id).where(columns.sealed_contact.is_not(None), columns.erase_contact_on <= today)
        some = due.order_by(columns.erase_contact_on).limit(limit)
        erase = update(self.sent).where(columns.id.in_(some)).values(sealed_contact=None).returning(columns.id)
        return len((await connection.execute(erase)).all())
