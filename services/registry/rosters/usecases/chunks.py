"""One chunk of a roster file: which class each row goes to, and what the roster's own validator says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.store import classes as class_store
from services.registry.rosters.rules.files import ClassDiffers, RosterFile
from services.registry.rosters.rules.rehearsals import Rehearsed
from services.registry.rosters.store.files import RefusedRow
from services.registry.rosters.usecases import enrol as rosters
from services.registry.rosters.usecases.row import RosterRow
from services.registry.rosters.usecases.spreadsheets.columns import CLASS
from services.registry.rosters.usecases.spreadsheets.reader import FileRow
from services.registry.rosters.usecases.spreadsheets.reading import Opened
from shared.kernel.callers import Caller, Role
from shared.kernel.outcomes import RowOutcome
from shared.persons import Persons
from shared.sealed import Seal

ReadRows = Callable[[Sequence[FileRow]], tuple[list[RosterRow], list[RowOutcome]]]
TellOutcome = Callable[[RowOutcome], list[dict[str, Any]]]


@dataclass(frozen=True)
class Parts:
    """What the work is given by who wires it: the people, the seal, the one form of a row, words, and the time."""

    persons: Persons
    seal: Seal
    read: ReadRows
    """The rows by their places, with the flaws of their form, and refusals of those that cannot be read."""
    told: TellOutcome
    """What is reported of a refused row."""
    now: Callable[[], datetime]
    rows_kept: timedelta
    """How long what was refused is kept."""


class Chunk(NamedTuple):
    """Rows that are decided together: as they came, as they were read, and refusals of those that cannot be read.

    `first` is how many rows of the file stand before them.
    """

    first: int
    rows: Sequence[FileRow]
    read: Sequence[RosterRow]
    refused: Sequence[RowOutcome]


async def chunks(reading: Opened, parts: Parts, *, after: int) -> AsyncGenerator[Chunk]:
    """The file's rows behind the first `after`, a chunk at a time; the next is made ready while one is decided."""
    found = _left(reading, after)
    ahead = asyncio.create_task(_ready(found, parts))
    try:
        while (chunk := await ahead) is not None:
            ahead = asyncio.create_task(_ready(found, parts))
            yield chunk
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


async def _left(reading: Opened, after: int) -> AsyncGenerator[tuple[int, list[FileRow]]]:
    first = 0
    async for rows in reading.chunks():
        done = max(0, after - first)
        if done < len(rows):
            yield first + done, rows[done:]
        first += len(rows)


async def _ready(found: AsyncGenerator[tuple[int, list[FileRow]]], parts: Parts) -> Chunk | None:
    left = await anext(found, None)
    if left is None:
        return None
    first, rows = left
    # In a thread, so that requests are answered and the database has work meanwhile.
    return Chunk(first, rows, *await asyncio.to_thread(parts.read, rows))


async def decide(
    connection: AsyncConnection, file: RosterFile, chunk: Chunk, parts: Parts, rehearsed: Rehearsed
) -> list[RowOutcome]:
    """An outcome for each row of `chunk`, in order; what was accepted is stored, or noted in `rehearsed` by a dry run.

    Rows go by the same door as JSON's.

    Raises what speaks against all of them: WrongRole, ForeignOrganisation, PolicyUnset.
    """
    rows = chunk.read
    if file.class_id is not None:
        rows = await _in_class(connection, file.class_id, rows)
    caller = Caller(person=file.posted_by, role=Role.INSTITUTION, organisation=file.institution_id, region=None)
    decided = await rosters.enrol(
        connection,
        file.institution_id,
        rows,
        persons=parts.persons,
        caller=caller,
        at=parts.now(),
        dry_run=file.dry_run,
        rehearsed=rehearsed if file.dry_run else None,
    )
    return sorted([*chunk.refused, *decided], key=lambda outcome: outcome.row)


async def _in_class(connection: AsyncConnection, class_id: UUID, rows: Sequence[RosterRow]) -> list[RosterRow]:
    """The rows, for the class that the file was posted for; those that name another are flawed, and for none."""
    local_id = (await class_store.load(connection, class_id)).local_id
    return [
        row._replace(class_id=class_id, class_local_id=None)
        if row.class_local_id in (None, local_id)
        else row._replace(class_local_id=None).flawed(ClassDiffers(pointer=f"/{CLASS}"), {f"/{CLASS}"})
        for row in rows
    ]


def reported(file: RosterFile, chunk: Chunk, outcomes: Sequence[RowOutcome], parts: Parts) -> list[RefusedRow]:
    """What is kept of the refused rows: why, in clear, and what stood in them, sealed."""
    return [
        RefusedRow(
            row=chunk.rows[outcome.row].row,
            row_id=outcome.row_id,
            errors=parts.told(outcome),
            sealed=parts.seal.close(orjson.dumps(chunk.rows[outcome.row].cells), owner=file.id.bytes),
        )
        for outcome in outcomes
        if outcome.outcome == "refused"
    ]
