"""The rows of a file of any format, as the reading process passes them on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class FileRow(NamedTuple):
    """A row of the file. `row` is its number in the sheet, from 1; `values` are by the columns' fields. `faults` are
    (field, slug), of the row as a whole (None, slug), of columns without a heading (their letters, slug). `cells` is
    the original text, cut to the length of a cell, for the file that is returned.
    """

    row: int
    values: dict[str, Any]
    faults: list[tuple[str | None, str]]
    cells: dict[str, str]


class FileRows(NamedTuple):
    """The rows; `about` is their approximate number (an upper bound), with the number of hidden ones."""

    about: int
    hidden: int
    rows: Iterator[FileRow]
