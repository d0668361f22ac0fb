"""What a service says about a kind of file, so that all the rest of it is shared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.file_jobs.rules import FileFailed, Posting, TooManyFiles
from shared.kernel.callers import Caller, Role
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Conflict
from shared.sealed import Seal
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.tables import SheetFormat, Table

FILES_STANDING_MAX: Final = 20
"""Files of one organisation and kind that may wait or be worked on at once."""


async def _admit_all(connection: AsyncConnection, caller: Caller, target_id: UUID | None) -> None: ...


Admit = Callable[[AsyncConnection, Caller, UUID | None], Awaitable[None]]
"""Raises what speaks against a whole file, before it is taken in: who posts it, and the record that its rows go to."""


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """A kind of file. `name` says in English what one is ("roster"), and never changes: it stands in the database.

    Files belong to the organisation of whoever posts them, in the role `role`; they may have one of `formats`, whose
    values are those of FileFormat. The column `target_field` may be missing where the file is posted for one record.
    `too_many` and `failed` give these refusals codes that callers of this kind have known before.
    """

    name: str
    table: Table
    role: Role
    formats: type[StrEnum] = SheetFormat
    admit: Admit = _admit_all
    target_field: str | None = None
    files_standing_max: int = FILES_STANDING_MAX
    too_many: type[Conflict] = TooManyFiles
    failed: type[Conflict] = FileFailed

    def table_for(self, posting: Posting) -> Table:
        """The table by which a file of this kind is read."""
        if posting.target_id is None or self.target_field is None:
            return self.table
        return self.table.without({self.target_field})


class DryRunMemory(Protocol):
    """What earlier chunks of a dry run would have stored.

    Deciding a chunk notes what it would add. That counts once `keep` is called, so that a chunk whose transaction was
    lost can be decided again in between.
    """

    def keep(self) -> None: ...


Row = TypeVar("Row")
Memory = TypeVar("Memory", bound=DryRunMemory)
DecidedRow = TypeVar("DecidedRow", contravariant=True)
DecidersMemory = TypeVar("DecidersMemory", bound=DryRunMemory, contravariant=True)


class ParsedRows(NamedTuple, Generic[Row]):
    """The rows of a chunk as the service takes them, with their places in it; and refusals of the others."""

    rows: Sequence[Row]
    refused: Sequence[RowOutcome]


class Decide(Protocol[DecidedRow, DecidersMemory]):
    """An outcome for each of `rows`, by their places; what was accepted is stored.

    In a dry run nothing is stored, and `memory` holds what earlier chunks would have. A decider without a memory need
    not know about dry runs: what it stores in one is rolled back. Refusals that are raised are the whole file's.
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


@dataclass(frozen=True, kw_only=True)
class RowDecider(Generic[Row, Memory]):
    """How the rows of a kind of file are decided. `parse` runs in a thread and touches no database."""

    kind: FileKind
    parse: Callable[[Sequence[FileRow]], ParsedRows[Row]]
    decide: Decide[Row, Memory]
    remember: Callable[[], Memory] | None = None


@dataclass(frozen=True, kw_only=True)
class FileStorage:
    """How files are kept: sealed by `seal`, recognised by a keyed `mark` (of a kind of text, and a text) so that no one
    can test whether a certain file was posted, and what was refused for `rows_kept`.
    """

    seal: Seal
    mark: Callable[[str, str], UUID]
    rows_kept: timedelta
