"""Requests about files of rows: stored encrypted, and visible to the organisation that sent them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.file_jobs import rules, store
from shared.file_jobs.kinds import FileKind, FileStorage
from shared.file_jobs.rules import NO_ORGANISATION, FileJob, Posting
from shared.file_jobs.store import ReportedRow
from shared.kernel.callers import Caller, ForeignPerson
from shared.kernel.ids import new_id
from shared.kernel.spelling import canonical
from shared.sealed import Seal
from shared.spreadsheets import packages
from shared.spreadsheets.failed_rows import FailedRow, FailedRowsFile, failed_rows_file
from shared.spreadsheets.file_faults import SpreadsheetEmpty
from shared.spreadsheets.refused_rows import masked_name
from shared.spreadsheets.tables import FileFormat, SheetFormat

_ROWS_A_PIECE: Final = 1_000

RowsAfter = Callable[[int, int], Awaitable[Sequence[ReportedRow]]]
"""Refused rows of a file after the given one, at most as many; each time in a short transaction of its own."""


async def posting_of(
    connection: AsyncConnection, kind: FileKind, *, target_id: UUID | None, dry_run: bool, caller: Caller
) -> Posting:
    """The posting for a new file of the caller. Raises ForeignOrganisation and the refusals of `admit`."""
    organisation_id = caller.require_some_organisation() if kind.of_organisations else NO_ORGANISATION
    await kind.admit(connection, caller, target_id)
    return Posting(organisation_id, target_id, caller.person, dry_run)


async def post(
    connection: AsyncConnection,
    kind: FileKind,
    content: bytes,
    *,
    format_: FileFormat,
    name: str | None = None,
    target_id: UUID | None,
    dry_run: bool,
    dry_run_rows_an_hour: int,
    storage: FileStorage,
    caller: Caller,
    at: datetime,
) -> FileJob:
    """A new file, waiting; the existing one if the same content is already unfinished. `name` is what its sender calls
    it.

    Raises ForeignOrganisation, the refusals of the kind's `admit`, NotASpreadsheet, SpreadsheetDamaged,
    SpreadsheetTooLarge, SpreadsheetEmpty, the kind's `too_many`, and TooManyRequests.
    """
    posting = await posting_of(connection, kind, target_id=target_id, dry_run=dry_run, caller=caller)
    if not content:
        raise SpreadsheetEmpty
    # A file may be large: what takes every byte of it is done beside the event loop.
    await asyncio.to_thread(packages.check, format_, content)
    of_content = await asyncio.to_thread(hashlib.sha256, content)
    same = f"{of_content.hexdigest()} {format_.value} {target_id} {dry_run}"
    digest = storage.mark(f"{kind.name} file", same)
    known = await store.find_same(connection, posting.organisation_id, digest)
    if known is not None:
        return known
    if await store.standing(connection, kind.name, posting.organisation_id) >= kind.files_standing_max:
        raise kind.too_many(files_max=kind.files_standing_max)
    if dry_run:
        earlier = await store.dry_runs(connection, kind.name, posting, since=at - rules.DRY_RUNS_COUNTED)
        rules.require_dry_run_rows(earlier, rows_an_hour=dry_run_rows_an_hour, at=at)
    file_id = new_id()
    kept_name = None if name is None else storage.seal.encrypt(name.encode(), owner=file_id.bytes)
    file = rules.wait(file_id, kind.name, posting, format_, name=kept_name, at=at)
    sealed = await asyncio.to_thread(storage.seal.encrypt, content, owner=file.id.bytes)
    await store.add(connection, file, sealed=sealed, digest=digest)
    return file


async def own_files(
    connection: AsyncConnection, kind: FileKind, *, caller: Caller, before: UUID, limit: int
) -> list[FileJob]:
    """The files of the caller's organisation, of an authority those the caller posted; the newest first, before
    `before`.

    Raises ForeignOrganisation.
    """
    if kind.of_organisations:
        organisation_id = caller.require_some_organisation()
        return await store.page(connection, kind.name, organisation_id=organisation_id, before=before, limit=limit)
    return await store.page(
        connection, kind.name, organisation_id=NO_ORGANISATION, posted_by=caller.person, before=before, limit=limit
    )


async def own_file(connection: AsyncConnection, kind: FileKind, file_id: UUID, *, caller: Caller) -> FileJob:
    """Raises NotFound, ForeignOrganisation."""
    return await _own_file(connection, kind, file_id, caller=caller)


async def remove(
    connection: AsyncConnection, kind: FileKind, file_id: UUID, *, storage: FileStorage, caller: Caller, at: datetime
) -> FileJob:
    """The file: cancelled if it was unfinished, else its refused rows are erased soon.

    Raises NotFound, ForeignOrganisation.
    """
    file = await _own_file(connection, kind, file_id, caller=caller, lock=True)
    kept = storage.rows_kept
    file = rules.cancel(file, at=at, rows_kept=kept) if file.is_standing else rules.erase_rows(file, at=at)
    await store.end(connection, file)
    return file


async def own_rows(
    connection: AsyncConnection, kind: FileKind, file_id: UUID, *, caller: Caller, at: datetime
) -> FileJob:
    """The file, whose refused rows are still kept.

    Raises NotFound, ForeignOrganisation, RefusedRowsErased.
    """
    file = await _own_file(connection, kind, file_id, caller=caller)
    rules.require_rows(file, at=at)
    return file


async def _own_file(
    connection: AsyncConnection, kind: FileKind, file_id: UUID, *, caller: Caller, lock: bool = False
) -> FileJob:
    file = await store.load(connection, kind.name, file_id, lock=lock)
    if kind.of_organisations:
        caller.require_organisation(file.posting.organisation_id)
    elif kind.reach is not None:
        await kind.reach(connection, caller, file.posting.target_id)
    elif canonical(file.posting.posted_by) != canonical(caller.person):
        raise ForeignPerson
    return file


async def failed_rows(
    rows_after: RowsAfter,
    kind: FileKind,
    file: FileJob,
    *,
    format_: SheetFormat,
    seal: Seal,
    rows_a_piece: int = _ROWS_A_PIECE,
) -> AsyncIterator[bytes]:
    """The rows refused so far as a file, piece by piece, which `rows_after` fetches."""
    made, after = failed_rows_file(format_, kind.table), 0
    yield await asyncio.to_thread(made.begin)
    while rows := await rows_after(after, rows_a_piece):
        after = rows[-1].row
        # Other requests are handled meanwhile.
        yield await asyncio.to_thread(_add, made, rows, file.id, seal)
    yield made.end()


def shown_name(row: ReportedRow, kind: FileKind, file_id: UUID, seal: Seal) -> str | None:
    """The name in a row, masked; None if the kind has no names or this row none."""
    return masked_name(orjson.loads(seal.decrypt(row.sealed, owner=file_id.bytes)), kind.table)


def _add(made: FailedRowsFile, rows: Sequence[ReportedRow], file_id: UUID, seal: Seal) -> bytes:
    return made.add(FailedRow(orjson.loads(seal.decrypt(row.sealed, owner=file_id.bytes)), row.errors) for row in rows)
