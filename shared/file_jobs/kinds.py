"""What a service defines for a kind of file; everything else is shared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.file_jobs.rules import FileFailed, FileJob, Posting, TooManyFiles
from shared.kernel.callers import Caller, Role
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Conflict
from shared.sealed import Seal
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.tables import PostedFormat, Table

FILES_STANDING_MAX: Final = 20
"""The maximum of unfinished files of one organisation and kind."""


async def _admit_all(connection: AsyncConnection, caller: Caller, target_id: UUID | None) -> None: ...


Admit = Callable[[AsyncConnection, Caller, UUID | None], Awaitable[None]]
"""Raises the refusals of a whole file before it is stored: by its sender, and by the record its rows go to."""


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """A kind of file. `name` is its English name ("roster"), which is stored in the database and never changes.

    Files belong to the organisation of the sender, who has the role `role`; they have one of `formats`, whose
    values are those of FileFormat. The column `target_field` is optional if the file is sent for one record.
    `too_many` and `failed` are subclasses that keep older codes of these refusals.
    """

    name: str
    table: Table
    role: Role
    formats: type[StrEnum] = PostedFormat
    admit: Admit = _admit_all
    target_field: str | None = None
    files_standing_max: int = FILES_STANDING_MAX
    of_organisations: bool = True
    """Whether its senders are organisations; if not, `admit` says which authorities may send it."""
    reach: Admit | None = None
    """Which authorities see a file that was sent for a record; without it, a file of an authority is seen by its sender
    alone."""
    too_many: type[Conflict] = TooManyFiles
    failed: type[Conflict] = FileFailed

    def table_for(self, posting: Posting) -> Table:
        """The table by which a file of this kind is read."""
        if posting.target_id is None or self.target_field is None:
            return self.table
        return self.table.without({self.target_field})


class DryRunMemory(Protocol):
    """Records that earlier chunks of a dry run would have stored.

    Deciding a chunk adds its records, which count once `keep` is called, so that a chunk whose transaction was
    lost can be decided again.
    """

    def keep(self) -> None: ...


Row = TypeVar("Row")
Memory = TypeVar("Memory", bound=DryRunMemory)
DecidedRow = TypeVar("DecidedRow", contravariant=True)
DecidersMemory = TypeVar("DecidersMemory", bound=DryRunMemory, contravariant=True)


class ParsedRows(NamedTuple, Generic[Row]):
    """The parsed rows of a chunk, with their places in it; and refusals of the others."""

    rows: Sequence[Row]
    refused: Sequence[RowOutcome]


class Decide(Protocol[DecidedRow, DecidersMemory]):
    """An outcome for each of `rows`, by their places; accepted rows are stored.

    In a dry run nothing is stored, and `memory` has the records of earlier chunks. A decider without a memory need
    not know about dry runs: they are rolled back. Raised refusals apply to the whole file.
    """

    async def __call__(
        self,
        connection: AsyncConnection,
        posting: Posting,
        rows: Sequence[DecidedRow],
        memory: DecidersMemory | None,
        /,
        *,
        at: datetime,
    ) -> list[RowOutcome]: ...


class Conclude(Protocol):
    """Judges a file of which every row was decided, in the transaction that ends it. What it raises refuses the whole
    file, so that its decider must not have let any row take effect before.
    """

    async def __call__(self, connection: AsyncConnection, file: FileJob, /, *, at: datetime) -> None: ...


@dataclass(frozen=True, kw_only=True)
class RowDecider(Generic[Row, Memory]):
    """How the rows of a kind of file are decided. `parse` runs in a thread and does not use the database.

    `conclude` is for jobs whose rows count all together or not at all.
    """

    kind: FileKind
    parse: Callable[[Sequence[FileRow]], ParsedRows[Row]]
    decide: Decide[Row, Memory]
    remember: Callable[[], Memory] | None = None
    conclude: Conclude | None = None


@dataclass(frozen=True, kw_only=True)
class FileStorage:
    """How files are stored: encrypted by `seal`, recognised by a keyed hash `mark` (of kind and text), so that no one
    can test whether a certain file was sent; refused rows are kept for `rows_kept`.
    """

    seal: Seal
    mark: Callable[[str, str], UUID]
    rows_kept: timedelta
