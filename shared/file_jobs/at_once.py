"""Small files, decided within the request that sends them: no job, nothing kept, all of the file or nothing.

The rows go through the same reader, wording and decider as those of a job.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.entries import warning_entry
from shared.file_jobs.kinds import RowDecider
from shared.file_jobs.rules import Posting
from shared.kernel.outcomes import RowOutcome
from shared.spreadsheets.failed_rows import FailedRow, write
from shared.spreadsheets.file_faults import SpreadsheetEmpty, TooManyRows
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.reading import CHUNK_ROWS, ReaderPool
from shared.spreadsheets.refused_rows import refused_row
from shared.spreadsheets.tables import FileFormat, SheetFormat, Table
from shared.spreadsheets.wording import headings


class RowWarnings(NamedTuple):
    """A row that was accepted with warnings. `row` is its number in the sheet, from 1."""

    row: int
    row_id: str | None
    warnings: list[dict[str, Any]]


class RowReport(NamedTuple):
    """A row that was refused. `row` is its number in the sheet, from 1."""

    row: int
    row_id: str | None
    refused: FailedRow


async def read(
    format_: FileFormat,
    content: bytes,
    table: Table,
    *,
    rows_max: int,
    readers: ReaderPool,
    caller: Hashable,
) -> list[FileRow]:
    """The rows of a file, read when it is the turn of `caller`.

    Raises Busy, TooManyRows and the other refusals of file_faults.
    """
    if not content:
        raise SpreadsheetEmpty
    rows: list[FileRow] = []
    async with readers.open(format_, content, table, caller=caller) as reading:
        async for chunk in reading.chunks():
            rows += chunk
            if len(rows) > rows_max:
                raise TooManyRows(rows_max=rows_max)
    return rows


async def decide(
    connection: AsyncConnection,
    decider: RowDecider[Any, Any],
    posting: Posting,
    rows: Sequence[FileRow],
    *,
    at: datetime,
) -> list[RowOutcome]:
    """An outcome for each of `rows`, in order; a dry run is rolled back.

    Raises the refusals of the file as a whole: then nothing was stored.
    """
    parsed = await asyncio.to_thread(decider.parse, rows)
    outcomes = list(parsed.refused)
    async with connection.begin_nested() as stage:
        for first in range(0, len(parsed.rows), CHUNK_ROWS):
            chunk = parsed.rows[first : first + CHUNK_ROWS]
            outcomes += await decider.decide(connection, posting, chunk, None, at=at)
        if posting.dry_run:
            await stage.rollback()
    return sorted(outcomes, key=lambda outcome: outcome.row)


def refused_rows(rows: Sequence[FileRow], outcomes: Sequence[RowOutcome], table: Table) -> list[RowReport]:
    """The refused ones of `rows`, with errors in terms of their columns."""
    return [
        RowReport(rows[each.row].row, each.row_id, refused_row(rows[each.row], each, table))
        for each in outcomes
        if each.outcome == "refused"
    ]


def warned_rows(rows: Sequence[FileRow], outcomes: Sequence[RowOutcome], table: Table) -> list[RowWarnings]:
    """Those of `rows` that were accepted with warnings, in terms of their columns."""
    found = []
    for each in outcomes:
        warnings = [entry | headings(entry, table) for entry in map(warning_entry, each.warnings)]
        if warnings:
            found.append(RowWarnings(rows[each.row].row, each.row_id, warnings))
    return found


async def failed_rows(format_: SheetFormat, refused: Sequence[RowReport], table: Table) -> bytes:
    """The refused rows as a file to correct and send again."""
    return await asyncio.to_thread(write, format_, [each.refused for each in refused], table)
