"""What answers about files of rows look like on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from shared.entries import ErrorEntry
from shared.file_jobs.rules import FileStatus
from shared.file_jobs.store import ReportedRow
from shared.spreadsheets.tables import PostedFormat


class FileJobAnswer(BaseModel):
    """A file and its progress. `problem` is the refusal of the file as a whole.

    `rows_hidden` of its rows are hidden or filtered in the sheet, and decided like the others. The refused rows of a
    finished file are kept until `refused_rows_until`; None if nothing is kept. `warned` of the rows have a warning.
    `name` is what the sender called the file, with numbers masked.
    """

    id: UUID
    form: PostedFormat
    target_id: UUID | None = Field(exclude=True)
    """Shown, under another name, by kinds of files that are sent for one record."""
    dry_run: bool
    status: FileStatus
    percent: int
    rows_total: int
    rows_done: int
    rows_hidden: int
    accepted: int
    repeated: int
    refused: int
    warned: int
    problem: ErrorEntry | None
    name: str | None
    posted_by: str
    posted_at: datetime
    finished_at: datetime | None
    refused_rows_until: datetime | None


class RefusedRowAnswer(BaseModel):
    """A row that was refused. `row` is its number in the sheet, as the clerk sees it."""

    row: int
    row_id: str | None
    errors: list[ErrorEntry]

    @classmethod
    def told(cls, row: int, row_id: str | None, errors: Sequence[Mapping[str, Any]]) -> RefusedRowAnswer:
        return cls(row=row, row_id=row_id, errors=_entries(errors))


class ReportedRowAnswer(RefusedRowAnswer):
    """A row that was refused or has warnings; without errors it was not refused. `name` is masked."""

    name: str | None
    warnings: list[ErrorEntry]

    @classmethod
    def of(cls, row: ReportedRow, name: str | None) -> ReportedRowAnswer:
        told = {"errors": _entries(row.errors), "warnings": _entries(row.warnings)}
        return cls(row=row.row, row_id=row.row_id, name=name, **told)


class ReportPage(BaseModel):
    """A page of rows in the order of the sheet; `next` is the `after` of the next page, None at the end."""

    rows: list[ReportedRowAnswer]
    next: int | None


class WarnedRowAnswer(BaseModel):
    """A row that was accepted with a warning. `row` is its number in the sheet, as the clerk sees it."""

    row: int
    row_id: str | None
    warnings: list[ErrorEntry]

    @classmethod
    def told(cls, row: int, row_id: str | None, warnings: Sequence[Mapping[str, Any]]) -> WarnedRowAnswer:
        return cls(row=row, row_id=row_id, warnings=_entries(warnings))


class FileAnswer(BaseModel):
    """Counts of rows by outcome, the refused rows, and those that were accepted with a warning."""

    accepted: int
    repeated: int
    refused: int
    dry_run: bool
    rows: list[RefusedRowAnswer]
    warned: list[WarnedRowAnswer]


def _entries(told: Sequence[Mapping[str, Any]]) -> list[ErrorEntry]:
    return [ErrorEntry.model_validate(each) for each in told]
