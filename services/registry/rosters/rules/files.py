"""A roster that came as a file: what becomes of it, from waiting to done, and how much of it there may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Invalid

ROWS_MAX: Final = 100_000
"""Rows of a file, without the headings. Source: the issue that asked for files."""
CHUNK_ROWS: Final = 1_000
"""Rows decided and stored in one transaction."""
CELL_LENGTH_MAX: Final = 500
"""Characters of a cell; no field of a row takes half as many."""
FILES_STANDING_MAX: Final = 20
"""Files of one institution that may wait or be worked on at once."""
ATTEMPTS_MAX: Final = 5
"""Times that a file is taken up without one step forward before it is given up."""


class RosterFileForm(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


class RosterFileStatus(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class RosterFileVerb(StrEnum):
    TAKE = "take"
    FINISH = "finish"
    REFUSE = "refuse"
    CANCEL = "cancel"


MOVES: Final[Mapping[RosterFileStatus, Mapping[RosterFileVerb, RosterFileStatus]]] = {
    RosterFileStatus.WAITING: {
        RosterFileVerb.TAKE: RosterFileStatus.WORKING,
        RosterFileVerb.CANCEL: RosterFileStatus.CANCELLED,
    },
    RosterFileStatus.WORKING: {
        # A worker that was ended leaves its file in this state; another takes it over.
        RosterFileVerb.TAKE: RosterFileStatus.WORKING,
        RosterFileVerb.FINISH: RosterFileStatus.DONE,
        RosterFileVerb.REFUSE: RosterFileStatus.REFUSED,
        RosterFileVerb.CANCEL: RosterFileStatus.CANCELLED,
    },
    RosterFileStatus.DONE: {},
    RosterFileStatus.REFUSED: {},
    RosterFileStatus.CANCELLED: {},
}


class TooManyRosterFiles(Conflict):
    """Facts: `files_max`."""

    slug = "too-many-roster-files"
    title_en = "Your institution has too many files waiting."
    title_zh = "本机构等待处理的文件过多。"
    cure_en = "Wait until one is done: at most {files_max} can wait at once."
    cure_zh = "请待已提交的文件处理完毕后再提交：同时最多 {files_max} 个。"
    reference = "GET /v1/roster-files"


class RosterFileFailed(Conflict):
    """Facts: `rows_done`."""

    slug = "roster-file-failed"
    title_en = "The service failed while it worked on this file; its first {rows_done} rows have been answered."
    title_zh = "系统处理该文件时出错；前 {rows_done} 行已处理完毕。"
    cure_en = "Post the file again: rows stored already are answered as repeated. If it fails again, tell the operator."
    cure_zh = "请重新提交该文件：已保存的行会显示为重复，不会重复登记。若再次失败，请联系运维人员并提供文件编号。"


class ClassDiffers(Invalid):
    slug = "roster-class-differs"
    title_en = "This row names another class than the one that the file was posted for."
    title_zh = "该行的班级与提交文件时指定的班级不一致。"
    cure_en = "Leave the cell empty, or post the file without class_id so that every row goes to its own class."
    cure_zh = "请将该单元格留空；或提交时不指定 class_id，使每行按自己的班级编号登记。"


class RefusedRowsErased(Conflict):
    slug = "refused-rows-erased"
    title_en = "The refused rows of this file have been erased; only their number is left."
    title_zh = "该文件退回的行已删除，仅保留行数统计。"
    cure_en = "Post the file again, as a trial (mode=validate) if you only want to know what is wrong."
    cure_zh = "请重新提交该文件；只需查看问题的，可先试算（mode=validate）。"


class Tally(NamedTuple):
    """How many rows came out how."""

    accepted: int = 0
    repeated: int = 0
    refused: int = 0

    @property
    def rows(self) -> int:
        return self.accepted + self.repeated + self.refused


@dataclass(frozen=True)
class RosterFile:
    """A posted file. `posted_by` is the person for whom, as one of the institution, its rows are decided.

    `class_id` is the class that all rows go to; None where each row names its own. `problem` says why the file as a
    whole was refused. `attempts` counts how often it was taken up since it last moved forward. Of a file that is over,
    what was refused is kept until `rows_until`; None where nothing is left of it. `rows_hidden` of its rows are not
    seen in the sheet, and are decided like the others.
    """

    id: UUID
    institution_id: UUID
    class_id: UUID | None
    form: RosterFileForm
    dry_run: bool
    status: RosterFileStatus
    rows_total: int
    tally: Tally
    problem: Mapping[str, Any] | None
    posted_by: str
    posted_at: datetime
    finished_at: datetime | None
    attempts: int
    rows_until: datetime | None = None
    rows_hidden: int = 0

    @property
    def is_standing(self) -> bool:
        """Whether something is still to be done."""
        return bool(MOVES[self.status])

    @property
    def percent(self) -> int:
        """How much is done, in full percent; 100 only once it is all done."""
        if self.status is RosterFileStatus.DONE:
            return 100
        return min(99, self.tally.rows * 100 // self.rows_total) if self.rows_total else 0


def take(file: RosterFile) -> RosterFile:
    """Begin, or go on after another worker was ended. A dry run leaves nothing to go on from, so it begins anew."""
    status = move(MOVES, file.status, RosterFileVerb.TAKE)
    tally = Tally() if file.dry_run else file.tally
    return replace(file, status=status, tally=tally, attempts=file.attempts + 1)


def count(file: RosterFile, chunk: Tally, *, rows_total: int, rows_hidden: int) -> RosterFile:
    """One more chunk was decided."""
    tally = Tally(*(before + now for before, now in zip(file.tally, chunk, strict=True)))
    return replace(file, tally=tally, rows_total=rows_total, rows_hidden=rows_hidden, attempts=0)


def finish(file: RosterFile, *, at: datetime, rows_kept: timedelta) -> RosterFile:
    """Every row was decided."""
    return _end(file, RosterFileVerb.FINISH, at=at, rows_kept=rows_kept)


def refuse(file: RosterFile, problem: Mapping[str, Any], *, at: datetime, rows_kept: timedelta) -> RosterFile:
    """The file as a whole was refused, or given up."""
    return _end(replace(file, problem=problem), RosterFileVerb.REFUSE, at=at, rows_kept=rows_kept)


def cancel(file: RosterFile, *, at: datetime, rows_kept: timedelta) -> RosterFile:
    """No row after those that have been decided will be."""
    return _end(file, RosterFileVerb.CANCEL, at=at, rows_kept=rows_kept)


def _end(file: RosterFile, verb: RosterFileVerb, *, at: datetime, rows_kept: timedelta) -> RosterFile:
    status = move(MOVES, file.status, verb)
    return replace(file, status=status, finished_at=at, rows_until=at + rows_kept if file.tally.refused else None)


def erase_rows(file: RosterFile, *, at: datetime) -> RosterFile:
    """Keep nothing more of what was refused."""
    return replace(file, rows_until=file.rows_until and min(at, file.rows_until))


def require_rows(file: RosterFile, *, at: datetime) -> None:
    """Raises RefusedRowsErased where rows were refused and are not kept any more."""
    if file.tally.refused and not file.is_standing and (file.rows_until is None or file.rows_until <= at):
        raise RefusedRowsErased
