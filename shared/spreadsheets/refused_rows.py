"""A refused row as it is kept and returned: why it was refused, and what stood there but for numbers of people in
columns where none belongs. Of those only the place is told.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from shared.entries import entry
from shared.kernel.identity import contains_identity_number
from shared.kernel.outcomes import RowOutcome
from shared.kernel.personal_numbers import contains_personal_number
from shared.kernel.spelling import letters
from shared.spreadsheets.cell_faults import NumberMisplaced
from shared.spreadsheets.failed_rows import FailedRow
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.tables import Column, Kind, Table
from shared.spreadsheets.wording import column_errors, headings

_SHORTEST: Final = 11
"""Digits of a phone, the shortest number of a person."""


def refused_row(row: FileRow, outcome: RowOutcome, table: Table) -> FailedRow:
    """The cells of a refused `row` and its errors in terms of its columns."""
    errors = column_errors(outcome, table)
    misplaced = {column.field for column in _misplaced(row.cells, table)}
    told = {column.field for error in errors if (column := table.column_of(str(error.get("pointer", ""))))}
    for field in sorted(misplaced - told):
        fault = entry(NumberMisplaced(pointer=f"/{field}"))
        errors.append(fault | headings(fault, table))
    return FailedRow({field: "" if field in misplaced else cell for field, cell in row.cells.items()}, errors)


def only_name(row: FileRow, table: Table) -> dict[str, str]:
    """Of a row that is stored elsewhere, as much as tells people which one it is."""
    return {column.field: row.cells.get(column.field, "") for column in _names(table)}


def masked_name(cells: Mapping[str, str], table: Table) -> str | None:
    """The name in a row as a report may show it; None if it has none, or a number in its place."""
    name = next((cells.get(column.field, "") for column in _names(table)), "").strip()
    return None if not name or any(char.isdigit() for char in name) else name[:1] + "*" * (len(name) - 1)


def _names(table: Table) -> Iterator[Column]:
    return (column for column in table.columns if column.kind is Kind.NAME)


def _misplaced(cells: Mapping[str, str], table: Table) -> Iterator[Column]:
    return (column for column in table.columns if is_misplaced(cells.get(column.field, ""), column))


def is_misplaced(cell: str, column: Column) -> bool:
    """Whether a number of a person stands in `cell`, however it is written apart, and the column is not for it."""
    if column.holds_numbers or len(cell) < _SHORTEST:
        return False
    normal = unicodedata.normalize("NFKC", cell)
    holds_identity_number = contains_identity_number(normal) or contains_identity_number(letters(cell))
    return holds_identity_number or (column.kind is not Kind.PHONE and contains_personal_number(normal))
