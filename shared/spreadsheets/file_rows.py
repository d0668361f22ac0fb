"""The rows of a file, whatever its format, as they are handed from the process that reads it to who decides them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class FileRow(NamedTuple):
    """A row of the file. `row` is its number in the sheet, from 1; `values` are by the columns' fields. `faults` are
    (field, slug), of the row as a whole (None, slug), of columns without a heading (their letters, slug). `cells` is
    what stood there, cut to what a cell may hold, to be given back.
    """

    row: int
    values: dict[str, Any]
    faults: list[tuple[str | None, str]]
    cells: dict[str, str]


class FileRows(NamedTuple):
    """`about` so many rows, or a few less; how many of them are hidden in the sheet; and the rows."""

    about: int
    hidden: int
    rows: Iterator[FileRow]
