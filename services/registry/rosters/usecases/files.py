"""Rosters that come as files: taken in sealed, and shown to those who posted them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.registry.classes.rules.classes import RosterClosed
from services.registry.classes.store import classes as class_store
from services.registry.directory.store import institutions as institution_store
from services.registry.rosters.rules import files as rules
from services.registry.rosters.rules.file_faults import SpreadsheetEmpty
from services.registry.rosters.rules.files import (
    FILES_STANDING_MAX,
    RosterFile,
    RosterFileForm,
    RosterFileStatus,
    Tally,
    TooManyRosterFiles,
)
from services.registry.rosters.store import files as store
from services.registry.rosters.store.files import RefusedRow
from services.registry.rosters.usecases.spreadsheets import failed_rows as spreadsheets
from services.registry.rosters.usecases.spreadsheets import packages
from services.registry.rosters.usecases.spreadsheets.failed_rows import FailedRow, FailedRowsFile
from shared.kernel.callers import Caller, ForeignOrganisation, Role
from shared.kernel.ids import new_id
from shared.persons import Persons
from shared.sealed import Seal

_ROWS_A_READ = 1_000


async def post(
    connection: AsyncConnection,
    content: bytes,
    *,
    form: RosterFileForm,
    class_id: UUID | None,
    dry_run: bool,
    persons: Persons,
    seal: Seal,
    caller: Caller,
    at: datetime,
) -> RosterFile:
    """A file that waits to be worked on; the one there is if the same was posted and is not done yet.

    Raises WrongRole, NotFound, ForeignOrganisation, RosterClosed, NotASpreadsheet, SpreadsheetDamaged,
    SpreadsheetTooLarge, SpreadsheetEmpty, TooManyRosterFiles.
    """
    caller.require(Role.INSTITUTION)
    institution_id = _organisation_of(caller)
    await institution_store.load(connection, institution_id)
    if class_id is not None:
        class_ = await class_store.load(connection, class_id)
        caller.require_organisation(class_.institution_id)
        if not class_.takes_trainees:
            raise RosterClosed(state=class_.status)
    if not content:
        raise SpreadsheetEmpty
    packages.check(form, content)
    told = f"{hashlib.sha256(content).hexdigest()} {form.value} {class_id} {dry_run}"
    digest = persons.mark("roster file", told)
    same = await store.find_same(connection, institution_id, digest)
    if same is not None:
        return same
    if await store.standing(connection, institution_id) >= FILES_STANDING_MAX:
        raise TooManyRosterFiles(files_max=FILES_STANDING_MAX)
    file = _new_file(institution_id, class_id, form=form, dry_run=dry_run, caller=caller, at=at)
    await store.add(connection, file, sealed=seal.close(content, owner=file.id.bytes), digest=digest)
    return file


def _organisation_of(caller: Caller) -> UUID:
    if caller.organisation is None:
        raise ForeignOrganisation
    return caller.organisation


def _new_file(
    institution_id: UUID, class_id: UUID | None, *, form: RosterFileForm, dry_run: bool, caller: Caller, at: datetime
) -> RosterFile:
    return RosterFile(
        id=new_id(),
        institution_id=institution_id,
        class_id=class_id,
        form=form,
        dry_run=dry_run,
        status=RosterFileStatus.WAITING,
        rows_total=0,
        tally=Tally(),
        problem=None,
        posted_by=caller.person,
        posted_at=at,
        finished_at=None,
        attempts=0,
    )


async def own_files(connection: AsyncConnection, *, caller: Caller, before: UUID, limit: int) -> list[RosterFile]:
    """The caller's institution's files, the newest first, from below `before`. Raises WrongRole."""
    caller.require(Role.INSTITUTION)
    return await store.page(connection, institution_id=_organisation_of(caller), before=before, limit=limit)


async def own_file(connection: AsyncConnection, file_id: UUID, *, caller: Caller) -> RosterFile:
    """Raises WrongRole, NotFound, ForeignOrganisation."""
    caller.require(Role.INSTITUTION)
    file = await store.load(connection, file_id)
    caller.require_organisation(file.institution_id)
    return file


async def remove(
    connection: AsyncConnection, file_id: UUID, *, caller: Caller, at: datetime, rows_kept: timedelta
) -> RosterFile:
    """The file: cancelled if something was still to be done, else its refused rows are soon erased.

    Raises WrongRole, NotFound, ForeignOrganisation.
    """
    caller.require(Role.INSTITUTION)
    file = await store.load(connection, file_id, lock=True)
    caller.require_organisation(file.institution_id)
    file = rules.cancel(file, at=at, rows_kept=rows_kept) if file.is_standing else rules.erase_rows(file, at=at)
    await store.end(connection, file)
    return file


async def own_rows(connection: AsyncConnection, file_id: UUID, *, caller: Caller, at: datetime) -> RosterFile:
    """The file, whose refused rows are there to be had.

    Raises WrongRole, NotFound, ForeignOrganisation, RefusedRowsErased.
    """
    file = await own_file(connection, file_id, caller=caller)
    rules.require_rows(file, at=at)
    return file


async def failed_rows(
    engine: AsyncEngine, file: RosterFile, *, form: RosterFileForm, seal: Seal
) -> AsyncIterator[bytes]:
    """What was refused so far as a file of `form`, piece by piece: each piece has a short transaction of its own."""
    made, after = spreadsheets.opened(form), 0
    yield await asyncio.to_thread(made.begin)
    while rows := await _rows(engine, file.id, after=after):
        after = rows[-1].row
        # Other requests go on meanwhile.
        yield await asyncio.to_thread(_add, made, rows, file.id, seal)
    yield made.end()


async def _rows(engine: AsyncEngine, file_id: UUID, *, after: int) -> list[RefusedRow]:
    async with engine.connect() as connection:
        return await store.rows(connection, file_id, after=after, limit=_ROWS_A_READ)


def _add(made: FailedRowsFile, rows: Sequence[RefusedRow], file_id: UUID, seal: Seal) -> bytes:
    return made.add(FailedRow(orjson.loads(seal.open(row.sealed, owner=file_id.bytes)), row.errors) for row in rows)
