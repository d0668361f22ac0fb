"""Tell the control totals of a service's own tables: the cells that have changed since they were told last.

They are taken from all records, and only if the database says that something was written to their tables. It counts
that itself, whoever writes, so nothing that a service forgets to say is left out. The count comes after the write: at
once, or up to ten seconds later where a connection falls idle. Should it ever be lost, the records are summed every
hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.backbone import outbox
from shared.books.sums import sums_of
from shared.contracts.books import BookEntry, BookState
from shared.database import driver
from shared.faults import forever

log = structlog.get_logger()

SUMMED_WITHIN: Final = timedelta(hours=1)
"""All records are summed at least so often, whatever the database has counted."""


@dataclass(frozen=True)
class Book:
    """What a service tells of its tables: `events` is one SELECT as `sums_of` takes it, over `tables` alone."""

    fact: type[BookState]
    subjects: str
    """What its subjects begin with: "claim-books"."""
    tables: tuple[str, ...]
    events: str


# One teller at a time; a second one finds nothing to do.
_ALONE: Final = "SELECT pg_try_advisory_xact_lock(hashtext('books'))"
# Read before the totals: what had a position then and was committed is in them.
_POSITION: Final = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('outbox', 'position')), 0)"
# Rows that were ever written to the tables, as far as the transactions that wrote them are over.
_WRITTEN: Final = """
SELECT sum(pg_stat_get_tuples_inserted(id) + pg_stat_get_tuples_updated(id) + pg_stat_get_tuples_deleted(id))::bigint
FROM unnest($1::text[]::regclass[]) AS told (id)
"""


def _changed(events: str) -> str:
    """Keep the cells of which something has changed, and return them. What has nothing left has no entries."""
    return f"""
    WITH entry AS ({sums_of(events)}), cell AS (
        SELECT programme, reporting_region, plan_year, jsonb_agg(
            jsonb_build_object('measure', measure, 'records', records, 'amount', amount, 'checksum', checksum)
            ORDER BY measure
        ) AS entries
        FROM entry GROUP BY programme, reporting_region, plan_year
    ), changed AS (
        SELECT programme, reporting_region, plan_year, coalesce(cell.entries, '[]') AS entries
        FROM cell FULL JOIN book USING (programme, reporting_region, plan_year)
        WHERE coalesce(cell.entries, '[]') IS DISTINCT FROM book.entries
    )
    INSERT INTO book (programme, reporting_region, plan_year, entries, version, told_at)
    SELECT programme, reporting_region, plan_year, entries, 1, $1 FROM changed
    ON CONFLICT (programme, reporting_region, plan_year) DO UPDATE
    SET entries = excluded.entries, version = book.version + 1, told_at = excluded.told_at
    RETURNING programme, reporting_region, plan_year, entries::text, version
    """  # noqa: S608  (of statements that are constants)


async def work(engine: AsyncEngine, book: Book, *, seconds: float) -> None:
    """Look every so many seconds whether there is something to tell, in an endless loop."""
    teller = Teller(engine, book)

    async def step() -> bool:
        await teller.look(datetime.now(UTC))
        return False

    await forever("books", step, pause_seconds=seconds)


class Teller:
    """Tells a book, and remembers what had been written when it was told last."""

    def __init__(self, engine: AsyncEngine, book: Book) -> None:
        self._engine, self._book = engine, book
        self._written = -1
        self._summed_at = datetime.min.replace(tzinfo=UTC)

    async def look(self, at: datetime) -> int | None:
        """Tell the cells that have changed; returns how many. None where nothing was summed, because nothing was
        written since, or because another worker is telling.
        """
        # Counted before the records are summed: what is counted here and committed is in the sums.
        async with self._engine.begin() as connection:
            written = await (await driver(connection)).fetchval(_WRITTEN, list(self._book.tables))
        if written == self._written and at - self._summed_at < SUMMED_WITHIN:
            return None
        told = await tell(self._engine, self._book, at=at)
        if told is not None:
            self._written, self._summed_at = written, at
        return told


async def tell(engine: AsyncEngine, book: Book, *, at: datetime) -> int | None:
    """Sum all records and tell the cells that have changed; returns how many. None while another worker is telling."""
    async with engine.begin() as connection:
        facts = await _facts(connection, book, at=at)
        await outbox.record(connection, *facts or ())
    if facts:
        log.debug("books.told", cells=len(facts))
    return None if facts is None else len(facts)


async def _facts(connection: AsyncConnection, book: Book, *, at: datetime) -> list[BookState] | None:
    database = await driver(connection)
    if not await database.fetchval(_ALONE):
        return None
    position = await database.fetchval(_POSITION)
    return [
        book.fact(
            subject=f"{book.subjects}/{programme}-{reporting_region}-{plan_year}",
            version=version,
            at=at,
            programme=programme,
            reporting_region=reporting_region,
            plan_year=plan_year,
            entries=msgspec.json.decode(entries, type=tuple[BookEntry, ...]),
            outbox_position=position,
        )
        for programme, reporting_region, plan_year, entries, version in await database.fetch(_changed(book.events), at)
    ]
