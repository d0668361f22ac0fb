"""Tell the control totals of a service's own tables: the cells that have changed since they were told last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
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


@dataclass(frozen=True)
class Book:
    """What a service tells of its tables: `records` is one SELECT as `sums_of` takes it."""

    fact: type[BookState]
    subjects: str
    """What its subjects begin with: "claim-books"."""
    records: str


# One teller at a time; a second one finds nothing to do.
_ALONE: Final = "SELECT pg_try_advisory_xact_lock(hashtext('books'))"
# Read before the totals: what had a position then and was committed is in them.
_POSITION: Final = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('outbox', 'position')), 0)"


def _changed(records: str) -> str:
    """Keep the cells of which something has changed, and return them. What has nothing left has no entries."""
    return f"""
    WITH entry AS ({sums_of(records)}), cell AS (
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
    """Tell every so many seconds, in an endless loop."""

    async def step() -> bool:
        await tell(engine, book)
        return False

    await forever("books", step, pause_seconds=seconds)


async def tell(engine: AsyncEngine, book: Book, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    """Tell the cells that have changed; returns how many. 0 also while another worker is telling."""
    async with engine.begin() as connection:
        facts = await _facts(connection, book, at=now())
        await outbox.record(connection, *facts)
    if facts:
        log.debug("books.told", cells=len(facts))
    return len(facts)


async def _facts(connection: AsyncConnection, book: Book, *, at: datetime) -> list[BookState]:
    database = await driver(connection)
    if not await database.fetchval(_ALONE):
        return []
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
        for programme, reporting_region, plan_year, entries, version in await database.fetch(_changed(book.records), at)
    ]
