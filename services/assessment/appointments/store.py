"""Terms of posts in the database."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.appointments.rules import Term
from shared import tables
from shared.dated_entries import columns as dated
from shared.kernel.refusals import NotFound
from shared.tables import fixed

TERM: Final = Table(
    "appointment_term",
    MetaData(),
    *dated.columns(opened="opened", ended="ended", ending="ending"),
    fixed("certificate_id", Uuid),
    fixed("post", Text),
    fixed("reference", Text),
    fixed("agreed_by", Text),
)


async def add(connection: AsyncConnection, term: Term) -> None:
    await tables.add(connection, TERM, term)


async def load(connection: AsyncConnection, term_id: UUID) -> Term:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, select(TERM).where(TERM.c.id == term_id), Term)
    if found is None:
        raise NotFound(what="term", id=term_id)
    return found


async def save(connection: AsyncConnection, term: Term) -> None:
    """Store the next version of `term`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, TERM, term, expected=term.version - 1)


async def of(connection: AsyncConnection, certificate_id: UUID) -> list[Term]:
    """All terms of the certificate, past ones too, from the first on: a few."""
    statement = select(TERM).where(TERM.c.certificate_id == certificate_id).order_by(TERM.c.first_on, TERM.c.id)
    return await tables.fetch_all(connection, statement, Term)
