"""Rows of an NDJSON file: one object per line, with the fields of the JSON form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from shared.spreadsheets.cell_faults import BrokenObject, CellMissing
from shared.spreadsheets.file_rows import FileRow, FileRows
from shared.spreadsheets.tables import CELL_LENGTH_MAX, Column, Kind, Table

_MARK: Final = b"\xef\xbb\xbf"


def found(content: bytes, table: Table) -> FileRows:
    """The lines that are not blank, as rows; a row's number is its line number. There are no headings."""
    lines = content.removeprefix(_MARK).split(b"\n")
    last = max((number for number, line in enumerate(lines, start=1) if line.strip()), default=0)
    return FileRows(last, 0, _rows(lines, table))


def _rows(lines: list[bytes], table: Table) -> Iterator[FileRow]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _row(number, line, table)


def _row(number: int, line: bytes, table: Table) -> FileRow:
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError:
        content = None
    # In columns, a slash in a name is a path into the row; no field of a form contains one.
    if not isinstance(content, dict) or any("/" in name for name in content):
        return FileRow(number, {}, [(None, BrokenObject.slug)], {})
    shown = {column.field: _shown(column, content) for column in table.columns}
    missing: list[tuple[str | None, str]] = [
        (column.field, CellMissing.slug) for column in table.required if not shown[column.field]
    ]
    return FileRow(number, content, missing, {field: cell for field, cell in shown.items() if cell})


def _shown(column: Column, content: Mapping[str, Any]) -> str:
    """The field's value as spreadsheet text, for the file that is returned."""
    value: Any = content
    for step in column.field.split("/"):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ""
    match value:
        case int() if column.kind is Kind.YUAN and not isinstance(value, bool):
            return f"{value // 100}.{value % 100:02d}"
        case list():
            return "、".join(map(str, value))[:CELL_LENGTH_MAX]
        case None | dict():
            return ""
    return str(value)[:CELL_LENGTH_MAX]
