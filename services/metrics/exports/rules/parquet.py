"""A table as a Parquet file: values with their types, what is not known as null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

Value = str | int | bool | date | None


class Field(NamedTuple):
    """A column by its name and type: boolean, date, integer (of 64 bits) or text. Each may be empty."""

    name: str
    type: str


def parquet(fields: Sequence[Field], rows: Sequence[Sequence[str | int]], *, about: Mapping[str, str]) -> bytes:
    """The file of the cells of an export, in which an empty text is no value; `about` stands in its metadata."""
    # Here, because it takes 50 MB of a process, and most never write one.
    import pyarrow
    from pyarrow import parquet as files

    types = {
        "boolean": pyarrow.bool_(),
        "date": pyarrow.date32(),
        "integer": pyarrow.int64(),
        "text": pyarrow.string(),
    }
    schema = pyarrow.schema([(field.name, types[field.type]) for field in fields], metadata=dict(about))
    columns = [[_value(row[place], field.type) for row in rows] for place, field in enumerate(fields)]
    file = pyarrow.BufferOutputStream()
    files.write_table(pyarrow.table(columns, schema=schema), file, compression="zstd")
    content: bytes = file.getvalue().to_pybytes()
    return content


def _value(cell: str | int, type_: str) -> Value:
    if cell == "":
        return None
    match type_:
        case "boolean":
            return cell == "true"
        case "date":
            return date.fromisoformat(str(cell))
        case _:
            return cell
