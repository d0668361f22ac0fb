"""A file of rows as a job: its states, from waiting to done."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from shared.kernel.callers import Caller, Role
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, TooManyRequests
from shared.spreadsheets.tables import FileFormat

DRY_RUNS_COUNTED: Final = timedelta(days=30)
"""For how long the rows of a dry run count against those of its sender's next ones."""
ATTEMPTS_MAX: Final = 5
"""Attempts without progress after which a file is given up."""


class FileStatus(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class FileVerb(StrEnum):
    TAKE = "take"
    FINISH = "finish"
    REFUSE = "refuse"
    CANCEL = "cancel"


MOVES: Final[Mapping[FileStatus, Mapping[FileVerb, FileStatus]]] = {
    FileStatus.WAITING: {
        FileVerb.TAKE: FileStatus.WORKING,
        FileVerb.CANCEL: FileStatus.CANCELLED,
    },
    FileStatus.WORKING: {
        # A worker that ends leaves its file in this state; another one takes it over.
        FileVerb.TAKE: FileStatus.WORKING,
        FileVerb.FINISH: FileStatus.DONE,
        FileVerb.REFUSE: FileStatus.REFUSED,
        FileVerb.CANCEL: FileStatus.CANCELLED,
    },
    FileStatus.DONE: {},
    FileStatus.REFUSED: {},
    FileStatus.CANCELLED: {},
}

WHY_FINAL: Final = {
    FileStatus.DONE: "What its rows did is corrected record by record; the same rows posted again are repeats.",
    FileStatus.REFUSED: "Nothing of it was stored: correct the file and post it again.",
    FileStatus.CANCELLED: "Post the file again: rows that were stored before the cancellation are repeats.",
}


class TooManyFiles(Conflict):
    """Facts: `files_max`."""

    slug = "too-many-files"
    title_en = "Your organisation has too many files waiting."
    title_zh = "本机构等待处理的文件过多。"
    cure_en = "Wait until one is processed; at most {files_max} can wait at once."
    cure_zh = "请待已提交的文件处理完毕后再提交：同时最多 {files_max} 个。"


class FileFailed(Conflict):
    """Facts: `rows_done`."""

    slug = "file-failed"
    title_en = "The service failed while processing this file; the report covers its first {rows_done} rows."
    title_zh = "系统处理该文件时出错；前 {rows_done} 行已处理完毕。"
    cure_en = (
        "Send the file again; rows already stored are reported as repeated. If it fails again, contact the operator."
    )
    cure_zh = "请重新提交该文件：已保存的行会显示为重复，不会重复登记。若再次失败，请联系运维人员并提供文件编号。"


class RefusedRowsErased(Conflict):
    slug = "refused-rows-erased"
    title_en = "The refused rows of this file have been erased; only their number is kept."
    title_zh = "该文件退回的行已删除，仅保留行数统计。"
    cure_en = "Send the file again; for a dry run, which stores nothing, use mode=validate."
    cure_zh = "请重新提交该文件；只需查看问题的，可先试算（mode=validate）。"


class Tally(NamedTuple):
    """Counts of rows by outcome; `warned` are those with a warning, whatever became of them."""

    accepted: int = 0
    repeated: int = 0
    refused: int = 0
    warned: int = 0

    @property
    def rows(self) -> int:
        return self.accepted + self.repeated + self.refused


NO_ORGANISATION: Final = UUID(int=0)
"""In the place of the organisation of a file that an authority posts."""


class Posting(NamedTuple):
    """Who sent a file and for what: everything that decisions on its rows may depend on.

    `target_id` is the one record that all rows go to; None if each row names its own. A dry run stores nothing.
    `file_id` is the job that its rows are decided in; None in a file that is decided at once.
    """

    organisation_id: UUID
    target_id: UUID | None
    posted_by: str
    dry_run: bool
    file_id: UUID | None = None

    def caller(self, role: Role) -> Caller:
        """The sender of the file, as a member of the organisation: rows are decided with their permissions."""
        return Caller(person=self.posted_by, role=role, organisation=self.organisation_id, region=None)


@dataclass(frozen=True)
class FileJob:
    """A posted file of one `kind`.

    `problem` is the refusal of the file as a whole. `attempts` counts how often it was taken since its last
    progress. Refused rows of a finished file are kept until `rows_until`; None if there are none.
    `rows_hidden` of its rows are hidden in the sheet, and decided like the others. `name` is what its sender called it,
    encrypted.
    """

    id: UUID
    kind: str
    posting: Posting
    format: FileFormat
    status: FileStatus
    rows_total: int
    tally: Tally
    problem: Mapping[str, Any] | None
    posted_at: datetime
    finished_at: datetime | None
    attempts: int
    rows_until: datetime | None = None
    rows_hidden: int = 0
    name: bytes | None = None

    @property
    def is_standing(self) -> bool:
        """Whether the file is not finished."""
        return bool(MOVES[self.status])

    @property
    def percent(self) -> int:
        """Progress in whole percent; 100 only when everything is done."""
        if self.status is FileStatus.DONE:
            return 100
        return min(99, self.tally.rows * 100 // self.rows_total) if self.rows_total else 0


def wait(
    file_id: UUID, kind: str, posting: Posting, format_: FileFormat, *, name: bytes | None = None, at: datetime
) -> FileJob:
    """A new file, waiting."""
    return FileJob(
        id=file_id,
        kind=kind,
        posting=posting,
        format=format_,
        status=FileStatus.WAITING,
        rows_total=0,
        tally=Tally(),
        problem=None,
        posted_at=at,
        finished_at=None,
        attempts=0,
        name=name,
    )


def require_dry_run_rows(earlier: Iterable[tuple[datetime, int]], *, rows_an_hour: int, at: datetime) -> None:
    """Raises TooManyRequests unless a sender may have another row decided by a dry run, after the `earlier` ones: the
    moments of their files, the oldest first, and the rows of each.

    A file may have more rows than are left; the next one is then refused until they have come back.
    """
    hour = timedelta(hours=1)
    share = hour / rows_an_hour
    whole_at = at - DRY_RUNS_COUNTED
    for posted_at, rows in earlier:
        whole_at = max(whole_at, posted_at) + rows * share
    ahead = max(whole_at, at) + share - at
    if ahead > hour:
        raise TooManyRequests(retry_after_s=math.ceil((ahead - hour).total_seconds()))


def take(file: FileJob) -> FileJob:
    """Begin, or continue after another worker ended. A dry run stores nothing to continue from, so it starts over."""
    status = move(MOVES, file.status, FileVerb.TAKE)
    tally = Tally() if file.posting.dry_run else file.tally
    return replace(file, status=status, tally=tally, attempts=file.attempts + 1)


def count(file: FileJob, chunk: Tally, *, rows_total: int, rows_hidden: int) -> FileJob:
    """One more chunk was decided."""
    tally = Tally(*(before + now for before, now in zip(file.tally, chunk, strict=True)))
    return replace(file, tally=tally, rows_total=rows_total, rows_hidden=rows_hidden, attempts=0)


def finish(file: FileJob, *, at: datetime, rows_kept: timedelta) -> FileJob:
    """Every row was decided."""
    return _end(file, FileVerb.FINISH, at=at, rows_kept=rows_kept)


def refuse(file: FileJob, problem: Mapping[str, Any], *, at: datetime, rows_kept: timedelta) -> FileJob:
    """The file as a whole is refused, or given up."""
    return _end(replace(file, problem=problem), FileVerb.REFUSE, at=at, rows_kept=rows_kept)


def cancel(file: FileJob, *, at: datetime, rows_kept: timedelta) -> FileJob:
    """No further row will be decided."""
    return _end(file, FileVerb.CANCEL, at=at, rows_kept=rows_kept)


def _end(file: FileJob, verb: FileVerb, *, at: datetime, rows_kept: timedelta) -> FileJob:
    status = move(MOVES, file.status, verb)
    rows_until = at + rows_kept if file.tally.refused or file.tally.warned else None
    return replace(file, status=status, finished_at=at, rows_until=rows_until)


def erase_rows(file: FileJob, *, at: datetime) -> FileJob:
    """Erase the refused rows."""
    return replace(file, rows_until=file.rows_until and min(at, file.rows_until))


def require_rows(file: FileJob, *, at: datetime) -> None:
    """Raises RefusedRowsErased if there were refused rows that are no longer kept."""
    if file.tally.refused and not file.is_standing and (file.rows_until is None or file.rows_until <= at):
        raise RefusedRowsErased
