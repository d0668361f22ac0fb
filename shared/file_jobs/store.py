"""Files in the database: their content while they wait, their progress, and their refused rows.

The tables are those of `shared.migrations.file_jobs`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver
from shared.file_jobs.rules import FileJob, FileStatus, Posting, Tally
from shared.kernel.refusals import NotFound
from shared.spreadsheets.tables import FileFormat

_COLUMNS = """id, kind, organisation_id, target_id, posted_by, dry_run, format, status, rows_total, accepted, repeated,
    refused, warned, problem, posted_at, finished_at, attempts, rows_until, rows_hidden, name"""
_SENT = ("organisation_id", "target_id", "posted_by", "dry_run")
_STANDING = "status IN ('waiting', 'working')"
_ADD = f"""
INSERT INTO file_job ({_COLUMNS}, sealed, digest)
VALUES (:id, :kind, :organisation_id, :target_id, :posted_by, :dry_run, :format, :status, :rows_total, :accepted,
    :repeated, :refused, :warned, CAST(:problem AS jsonb), :posted_at, :finished_at, :attempts, :rows_until,
    :rows_hidden, :name, :sealed, :digest)
"""
_FIND = f"SELECT {_COLUMNS} FROM file_job WHERE id = :id AND kind = :kind"
_FIND_SAME = f"""
SELECT {_COLUMNS} FROM file_job WHERE organisation_id = :organisation_id AND digest = :digest AND {_STANDING}
"""
_COUNT_STANDING = f"""
SELECT count(*) FROM file_job WHERE kind = :kind AND organisation_id = :organisation_id AND {_STANDING}
"""
# A file of which no more is known yet has at least one row.
_DRY_RUNS = """
SELECT posted_at, greatest(rows_total, accepted + repeated + refused, 1) AS rows FROM file_job
WHERE kind = :kind AND organisation_id = :organisation_id AND posted_by = :posted_by AND dry_run AND posted_at > :since
ORDER BY id
"""
_LIST = f"""
SELECT {_COLUMNS} FROM file_job WHERE kind = :kind AND organisation_id = :organisation_id AND id < :before
    AND (CAST(:posted_by AS text) IS NULL OR posted_by = :posted_by)
ORDER BY id DESC LIMIT :limit
"""
# Organisations take turns: next is the oldest file of the one that has waited longest.
_NEXT = f"""
SELECT {_COLUMNS} FROM file_job AS f
WHERE {_STANDING} AND kind = ANY(:kinds) AND (held_until IS NULL OR held_until < :at)
ORDER BY (SELECT max(served_at) FROM file_job AS s WHERE s.organisation_id = f.organisation_id) NULLS FIRST, id
LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_HELD = f"SELECT {_COLUMNS} FROM file_job WHERE id = :id AND holder = :holder FOR UPDATE"
_CONTENT = "SELECT sealed FROM file_job WHERE id = :id"
_SAVE = """
UPDATE file_job
SET status = :status, rows_total = :rows_total, rows_hidden = :rows_hidden, accepted = :accepted,
    repeated = :repeated, refused = :refused, warned = :warned, problem = CAST(:problem AS jsonb),
    finished_at = :finished_at, attempts = :attempts, holder = :holder,
    held_until = :held_until, served_at = :served_at
WHERE id = :id
"""
_END = """
UPDATE file_job SET sealed = NULL, status = :status, finished_at = :finished_at, problem = CAST(:problem AS jsonb),
    rows_total = :rows_total, rows_until = :rows_until, holder = NULL, held_until = NULL
WHERE id = :id
"""
_RELEASE = "UPDATE file_job SET held_until = NULL WHERE id = :id AND holder = :holder"
_FORGET_ROWS = "DELETE FROM file_job_row WHERE file_id = :id"
_OUTLIVED = f"""
SELECT {_COLUMNS} FROM file_job WHERE rows_until <= :at ORDER BY rows_until LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_ERASE_ROWS = """
DELETE FROM file_job_row WHERE file_id = :id
    AND row IN (SELECT row FROM file_job_row WHERE file_id = :id ORDER BY row LIMIT :limit)
"""
_ERASED = "UPDATE file_job SET rows_until = NULL WHERE id = :id"
_ROWS = """
SELECT row, row_id, errors, warnings, sealed FROM file_job_row WHERE file_id = $1 AND row > $2 ORDER BY row LIMIT $3
"""
_REFUSED_ROWS = """
SELECT row, row_id, errors, warnings, sealed FROM file_job_row
WHERE file_id = $1 AND row > $2 AND NOT (errors = '[]' AND warnings <> '[]') ORDER BY row LIMIT $3
"""

HELD_FOR = timedelta(seconds=100)
"""How long a silent worker keeps its file: longer than reading a file may take."""


class ReportedRow(NamedTuple):
    """A row that was refused or has warnings. `row` is its number in the sheet, from 1; `sealed` holds its cells, or of
    a row without errors its name alone.
    """

    row: int
    row_id: str | None
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    sealed: bytes


def _file(row: RowMapping) -> FileJob:
    values = dict(row)
    posting = Posting(**{name: values.pop(name) for name in _SENT}, file_id=values["id"])
    tally = Tally(*(values.pop(name) for name in Tally._fields))
    closed = {"format": FileFormat(values["format"]), "status": FileStatus(values["status"])}
    return FileJob(**values | closed, posting=posting, tally=tally)


def _values(file: FileJob) -> dict[str, object]:
    problem = None if file.problem is None else orjson.dumps(file.problem).decode()
    values = {name: getattr(file, name) for name in file.__dataclass_fields__}
    return values | file.posting._asdict() | file.tally._asdict() | {"problem": problem}


async def add(connection: AsyncConnection, file: FileJob, *, sealed: bytes, digest: UUID) -> None:
    await connection.execute(text(_ADD), _values(file) | {"sealed": sealed, "digest": digest})


async def load(connection: AsyncConnection, kind: str, file_id: UUID, *, lock: bool = False) -> FileJob:
    """Raises NotFound."""
    statement = f"{_FIND} FOR UPDATE" if lock else _FIND
    row = (await connection.execute(text(statement), {"id": file_id, "kind": kind})).mappings().one_or_none()
    if row is None:
        raise NotFound(what=f"{kind} file", id=file_id)
    return _file(row)


async def find_same(connection: AsyncConnection, organisation_id: UUID, digest: UUID) -> FileJob | None:
    """The organisation's unfinished file with that digest; None if there is none."""
    values = {"organisation_id": organisation_id, "digest": digest}
    row = (await connection.execute(text(_FIND_SAME), values)).mappings().one_or_none()
    return None if row is None else _file(row)


async def standing(connection: AsyncConnection, kind: str, organisation_id: UUID) -> int:
    """The number of the organisation's unfinished files of that kind."""
    values = {"kind": kind, "organisation_id": organisation_id}
    return int(await connection.scalar(text(_COUNT_STANDING), values) or 0)


async def dry_runs(
    connection: AsyncConnection, kind: str, posting: Posting, *, since: datetime
) -> list[tuple[datetime, int]]:
    """When the sender of `posting` posted each dry run since then, the oldest first, and its rows as far as known."""
    values = {"organisation_id": posting.organisation_id, "posted_by": posting.posted_by}
    found = await connection.execute(text(_DRY_RUNS), values | {"kind": kind, "since": since})
    return [(row.posted_at, row.rows) for row in found]


async def page(
    connection: AsyncConnection,
    kind: str,
    *,
    organisation_id: UUID,
    posted_by: str | None = None,
    before: UUID,
    limit: int,
) -> list[FileJob]:
    """The organisation's files of that kind, or those of one sender, the newest first, before `before`."""
    values = {"kind": kind, "organisation_id": organisation_id, "posted_by": posted_by}
    values |= {"before": before, "limit": limit}
    return [_file(row) for row in (await connection.execute(text(_LIST), values)).mappings()]


async def lock_next(connection: AsyncConnection, kinds: Collection[str], *, at: datetime) -> FileJob | None:
    """A file that waits, or whose worker has been silent for too long; locked. None if there is none.

    It is the oldest file of the organisation that was served longest ago.
    """
    row = (await connection.execute(text(_NEXT), {"kinds": list(kinds), "at": at})).mappings().one_or_none()
    return None if row is None else _file(row)


async def lock_held(connection: AsyncConnection, file_id: UUID, *, holder: UUID) -> FileJob | None:
    """The file, locked; None if `holder` no longer has it."""
    row = (await connection.execute(text(_HELD), {"id": file_id, "holder": holder})).mappings().one_or_none()
    return None if row is None else _file(row)


async def content(connection: AsyncConnection, file_id: UUID) -> bytes:
    """The encrypted content of the file."""
    found: bytes = await connection.scalar(text(_CONTENT), {"id": file_id})
    return found


async def save(connection: AsyncConnection, file: FileJob, *, holder: UUID, at: datetime) -> None:
    """Store the progress of a locked file; `holder` keeps it for some more time."""
    held = {"holder": holder, "held_until": at + HELD_FOR, "served_at": at}
    await connection.execute(text(_SAVE), _values(file) | held)


async def end(connection: AsyncConnection, file: FileJob) -> None:
    """Store that a locked file is finished, and erase its content."""
    await connection.execute(text(_END), _values(file))


async def release(connection: AsyncConnection, file_id: UUID, *, holder: UUID) -> None:
    """Let another worker take the file at once."""
    await connection.execute(text(_RELEASE), {"id": file_id, "holder": holder})


async def add_rows(connection: AsyncConnection, file_id: UUID, rows: Sequence[ReportedRow]) -> None:
    if not rows:
        return
    await (await driver(connection)).copy_records_to_table(
        "file_job_row",
        columns=["file_id", "row", "row_id", "errors", "warnings", "sealed"],
        records=[(file_id, row.row, row.row_id, *map(_json, (row.errors, row.warnings)), row.sealed) for row in rows],
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


async def forget_rows(connection: AsyncConnection, file_id: UUID) -> None:
    """Erase the report of a file's rows."""
    await connection.execute(text(_FORGET_ROWS), {"id": file_id})


async def lock_outlived(connection: AsyncConnection, *, at: datetime) -> FileJob | None:
    """A file whose refused rows have expired, locked; None if there is none."""
    row = (await connection.execute(text(_OUTLIVED), {"at": at})).mappings().one_or_none()
    return None if row is None else _file(row)


async def erase_rows(connection: AsyncConnection, file_id: UUID, *, limit: int) -> None:
    """Erase up to `limit` refused rows of a locked file, and record when none is left."""
    erased = await connection.execute(text(_ERASE_ROWS), {"id": file_id, "limit": limit})
    if erased.rowcount < limit:
        await connection.execute(text(_ERASED), {"id": file_id})


async def rows(
    connection: AsyncConnection, file_id: UUID, *, after: int, limit: int, with_warned: bool = False
) -> list[ReportedRow]:
    """Refused rows in the order of the sheet, after row `after`; `with_warned`, those with warnings alone as well."""
    statement = _ROWS if with_warned else _REFUSED_ROWS
    found = await (await driver(connection)).fetch(statement, file_id, after, limit)
    return [ReportedRow(*row) for row in map(tuple, found)]
