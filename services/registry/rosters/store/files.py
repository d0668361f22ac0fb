"""Roster files in the database: their content while they wait, how far they are, and the rows that were refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.rosters.rules.files import RosterFile, RosterFileForm, RosterFileStatus, Tally
from shared.database import driver
from shared.kernel.refusals import NotFound

_COLUMNS = """id, institution_id, class_id, form, dry_run, status, rows_total, accepted, repeated, refused, problem,
    posted_by, posted_at, finished_at, attempts, rows_until,
    rows_hidden"""
_STANDING = "status IN ('waiting', 'working')"
_ADD = f"""
INSERT INTO roster_file ({_COLUMNS}, sealed, digest)
VALUES (:id, :institution_id, :class_id, :form, :dry_run, :status, :rows_total, :accepted, :repeated, :refused,
    CAST(:problem AS jsonb), :posted_by, :posted_at, :finished_at, :attempts, :rows_until, :rows_hidden,
    :sealed, :digest)
"""
_FIND = f"SELECT {_COLUMNS} FROM roster_file WHERE id = :id"
_FIND_SAME = f"""
SELECT {_COLUMNS} FROM roster_file WHERE institution_id = :institution_id AND digest = :digest AND {_STANDING}
"""
_COUNT_STANDING = f"SELECT count(*) FROM roster_file WHERE institution_id = :institution_id AND {_STANDING}"
_LIST = f"""
SELECT {_COLUMNS} FROM roster_file WHERE institution_id = :institution_id AND id < :before ORDER BY id DESC LIMIT :limit
"""
# Institutions take turns: next is the one that has waited longest for its turn, with its oldest file.
_NEXT = f"""
SELECT {_COLUMNS} FROM roster_file AS f WHERE {_STANDING} AND (held_until IS NULL OR held_until < :at)
ORDER BY (SELECT max(served_at) FROM roster_file AS s WHERE s.institution_id = f.institution_id) NULLS FIRST, id
LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_HELD = f"SELECT {_COLUMNS} FROM roster_file WHERE id = :id AND holder = :holder FOR UPDATE"
_CONTENT = "SELECT sealed FROM roster_file WHERE id = :id"
_SAVE = """
UPDATE roster_file
SET status = :status, rows_total = :rows_total, rows_hidden = :rows_hidden, accepted = :accepted,
    repeated = :repeated, refused = :refused, problem = CAST(:problem AS jsonb),
    finished_at = :finished_at, attempts = :attempts, holder = :holder,
    held_until = :held_until, served_at = :served_at
WHERE id = :id
"""
_END = """
UPDATE roster_file SET sealed = NULL, status = :status, finished_at = :finished_at, problem = CAST(:problem AS jsonb),
    rows_total = :rows_total, rows_until = :rows_until, holder = NULL, held_until = NULL
WHERE id = :id
"""
_RELEASE = "UPDATE roster_file SET held_until = NULL WHERE id = :id AND holder = :holder"
_FORGET_ROWS = "DELETE FROM roster_file_row WHERE file_id = :id"
_OUTLIVED = f"""
SELECT {_COLUMNS} FROM roster_file WHERE rows_until <= :at ORDER BY rows_until LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_ERASE_ROWS = """
DELETE FROM roster_file_row WHERE file_id = :id
    AND row IN (SELECT row FROM roster_file_row WHERE file_id = :id ORDER BY row LIMIT :limit)
"""
_ERASED = "UPDATE roster_file SET rows_until = NULL WHERE id = :id"
_ROWS = """
SELECT row, row_id, errors, sealed FROM roster_file_row WHERE file_id = $1 AND row > $2 ORDER BY row LIMIT $3
"""

HELD_FOR = timedelta(seconds=100)
"""How long a worker that says nothing keeps its file: longer than the reading of a file may take."""


class RefusedRow(NamedTuple):
    """A row that was refused. `row` is its number in the sheet, from 1; `sealed` holds its cells."""

    row: int
    row_id: str | None
    errors: list[dict[str, Any]]
    sealed: bytes


def _file(row: RowMapping) -> RosterFile:
    values = dict(row)
    tally = Tally(values.pop("accepted"), values.pop("repeated"), values.pop("refused"))
    known = {"form": RosterFileForm(values["form"]), "status": RosterFileStatus(values["status"]), "tally": tally}
    return RosterFile(**values | known)


def _values(file: RosterFile) -> dict[str, object]:
    problem = None if file.problem is None else orjson.dumps(file.problem).decode()
    values = {name: getattr(file, name) for name in file.__dataclass_fields__} | file.tally._asdict()
    return values | {"problem": problem}


async def add(connection: AsyncConnection, file: RosterFile, *, sealed: bytes, digest: UUID) -> None:
    await connection.execute(text(_ADD), _values(file) | {"sealed": sealed, "digest": digest})


async def load(connection: AsyncConnection, file_id: UUID, *, lock: bool = False) -> RosterFile:
    """Raises NotFound."""
    statement = f"{_FIND} FOR UPDATE" if lock else _FIND
    row = (await connection.execute(text(statement), {"id": file_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="roster file", id=file_id)
    return _file(row)


async def find_same(connection: AsyncConnection, institution_id: UUID, digest: UUID) -> RosterFile | None:
    """The institution's file of that digest, if it is not done yet."""
    values = {"institution_id": institution_id, "digest": digest}
    row = (await connection.execute(text(_FIND_SAME), values)).mappings().one_or_none()
    return None if row is None else _file(row)


async def standing(connection: AsyncConnection, institution_id: UUID) -> int:
    """How many of the institution's files are not done yet."""
    return int(await connection.scalar(text(_COUNT_STANDING), {"institution_id": institution_id}) or 0)


async def page(connection: AsyncConnection, *, institution_id: UUID, before: UUID, limit: int) -> list[RosterFile]:
    """The institution's files, the newest first, from below `before`."""
    values = {"institution_id": institution_id, "before": before, "limit": limit}
    return [_file(row) for row in (await connection.execute(text(_LIST), values)).mappings()]


async def lock_next(connection: AsyncConnection, *, at: datetime) -> RosterFile | None:
    """A file that waits, or whose worker has been silent for too long; locked. None if there is none.

    It is the oldest of the institution that was served longest ago.
    """
    row = (await connection.execute(text(_NEXT), {"at": at})).mappings().one_or_none()
    return None if row is None else _file(row)


async def lock_held(connection: AsyncConnection, file_id: UUID, *, holder: UUID) -> RosterFile | None:
    """The file, locked; None if `holder` does not have it any more."""
    row = (await connection.execute(text(_HELD), {"id": file_id, "holder": holder})).mappings().one_or_none()
    return None if row is None else _file(row)


async def content(connection: AsyncConnection, file_id: UUID) -> bytes:
    """What was posted, sealed."""
    found: bytes = await connection.scalar(text(_CONTENT), {"id": file_id})
    return found


async def save(connection: AsyncConnection, file: RosterFile, *, holder: UUID, at: datetime) -> None:
    """Store how far a locked file is; `holder` keeps it for some time more."""
    held = {"holder": holder, "held_until": at + HELD_FOR, "served_at": at}
    await connection.execute(text(_SAVE), _values(file) | held)


async def end(connection: AsyncConnection, file: RosterFile) -> None:
    """Store that a locked file is over, and erase what was posted."""
    await connection.execute(text(_END), _values(file))


async def release(connection: AsyncConnection, file_id: UUID, *, holder: UUID) -> None:
    """Let another worker take the file at once."""
    await connection.execute(text(_RELEASE), {"id": file_id, "holder": holder})


async def add_rows(connection: AsyncConnection, file_id: UUID, rows: Sequence[RefusedRow]) -> None:
    if not rows:
        return
    await (await driver(connection)).copy_records_to_table(
        "roster_file_row",
        columns=["file_id", "row", "row_id", "errors", "sealed"],
        records=[(file_id, row.row, row.row_id, orjson.dumps(row.errors).decode(), row.sealed) for row in rows],
    )


async def forget_rows(connection: AsyncConnection, file_id: UUID) -> None:
    """Erase what was reported of a file's rows."""
    await connection.execute(text(_FORGET_ROWS), {"id": file_id})


async def lock_outlived(connection: AsyncConnection, *, at: datetime) -> RosterFile | None:
    """A file whose refused rows are not to be kept any longer, locked; None if there is none."""
    row = (await connection.execute(text(_OUTLIVED), {"at": at})).mappings().one_or_none()
    return None if row is None else _file(row)


async def erase_rows(connection: AsyncConnection, file_id: UUID, *, limit: int) -> None:
    """Erase up to `limit` refused rows of a locked file, and remember when none is left."""
    erased = await connection.execute(text(_ERASE_ROWS), {"id": file_id, "limit": limit})
    if erased.rowcount < limit:
        await connection.execute(text(_ERASED), {"id": file_id})


async def rows(connection: AsyncConnection, file_id: UUID, *, after: int, limit: int) -> list[RefusedRow]:
    """Refused rows in the order of the sheet, from below row `after`."""
    found = await (await driver(connection)).fetch(_ROWS, file_id, after, limit)
    return [RefusedRow(row["row"], row["row_id"], row["errors"], row["sealed"]) for row in found]
