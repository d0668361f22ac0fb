"""A table as a Parquet file: one row group, a page for each column, plain values, nothing compressed.

Source: the format's own description, https://github.com/apache/parquet-format (README, Encodings.md and
src/main/thrift/parquet.thrift). What stands here is the part that a flat table of some thousand rows needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from struct import pack
from typing import Final, NamedTuple

Value = str | int | bool | date | None

_MAGIC: Final = b"PAR1"
_CREATED_BY: Final = "skills metrics"
_BEGINNING: Final = date(1970, 1, 1).toordinal()

# Types of fields in Thrift's compact protocol.
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
# Of parquet.thrift: encodings, and whether a column may be empty.
_PLAIN, _RLE, _OPTIONAL = 0, 3, 1


class _Kind(NamedTuple):
    """A type of Parquet, and what it stands for; None: itself."""

    physical: int
    converted: int | None


_KINDS: Final[Mapping[str, _Kind]] = {
    "boolean": _Kind(0, None),
    "date": _Kind(1, 6),
    "integer": _Kind(2, None),
    "text": _Kind(6, 0),
}


class Field(NamedTuple):
    """A column by its name and type: boolean, date, integer (of 64 bits) or text. Each may be empty."""

    name: str
    type: str


def parquet(fields: Sequence[Field], rows: Sequence[Sequence[Value]], *, about: Mapping[str, str]) -> bytes:
    """The file; `about` stands in its metadata. The same table is the same bytes."""
    file = bytearray(_MAGIC)
    chunks = []
    for place, field in enumerate(fields):
        page = _page(field, [row[place] for row in rows])
        chunks.append(_chunk(field, len(rows), at=len(file), size=len(page)))
        file += page
    group = _struct((1, _LIST, _list(_STRUCT, chunks)), (2, _I64, _int(len(file) - 4)), (3, _I64, _int(len(rows))))
    root = _struct((4, _BINARY, _text("totals")), (5, _I32, _int(len(fields))))
    footer = _struct(
        (1, _I32, _int(1)),
        (2, _LIST, _list(_STRUCT, [root, *(_element(field) for field in fields)])),
        (3, _I64, _int(len(rows))),
        (4, _LIST, _list(_STRUCT, [group])),
        (5, _LIST, _list(_STRUCT, [_pair(key, value) for key, value in about.items()])),
        (6, _BINARY, _text(_CREATED_BY)),
    )
    return bytes(file + footer + pack("<I", len(footer)) + _MAGIC)


def _element(field: Field) -> bytes:
    kind = _KINDS[field.type]
    converted = [] if kind.converted is None else [(6, _I32, _int(kind.converted))]
    return _struct(
        (1, _I32, _int(kind.physical)), (3, _I32, _int(_OPTIONAL)), (4, _BINARY, _text(field.name)), *converted
    )


def _pair(key: str, value: str) -> bytes:
    return _struct((1, _BINARY, _text(key)), (2, _BINARY, _text(value)))


def _chunk(field: Field, count: int, *, at: int, size: int) -> bytes:
    metadata = _struct(
        (1, _I32, _int(_KINDS[field.type].physical)),
        (2, _LIST, _list(_I32, [_int(_PLAIN), _int(_RLE)])),
        (3, _LIST, _list(_BINARY, [_text(field.name)])),
        (4, _I32, _int(0)),  # not compressed
        (5, _I64, _int(count)),
        (6, _I64, _int(size)),
        (7, _I64, _int(size)),
        (9, _I64, _int(at)),
    )
    return _struct((2, _I64, _int(at)), (3, _STRUCT, metadata))


def _page(field: Field, values: Sequence[Value]) -> bytes:
    """A page with its header: which values there are, and the values."""
    levels = b"".join(_varint(len(list(run)) << 1) + bytes([is_there]) for is_there, run in groupby(map(_is, values)))
    content = pack("<I", len(levels)) + levels + _plain(field, [value for value in values if value is not None])
    of_data = _struct(
        (1, _I32, _int(len(values))), (2, _I32, _int(_PLAIN)), (3, _I32, _int(_RLE)), (4, _I32, _int(_RLE))
    )
    size = _int(len(content))
    return _struct((1, _I32, _int(0)), (2, _I32, size), (3, _I32, size), (5, _STRUCT, of_data)) + content


def _is(value: Value) -> bool:
    return value is not None


def _plain(field: Field, values: Sequence[Value]) -> bytes:
    match field.type:
        case "boolean":
            bits = sum(1 << place for place, value in enumerate(values) if value)
            return bits.to_bytes((len(values) + 7) // 8, "little")
        case "date":
            days = [value.toordinal() - _BEGINNING for value in values if isinstance(value, date)]
            return pack(f"<{len(days)}i", *days)
        case "integer":
            return pack(f"<{len(values)}q", *values)
        case _:
            texts = [str(value).encode() for value in values]
            return b"".join(pack("<I", len(text)) + text for text in texts)


def _struct(*fields: tuple[int, int, bytes]) -> bytes:
    """A struct of Thrift from (id, type, encoded value), in the order of ids, less than 16 apart."""
    encoded, before = bytearray(), 0
    for id_, type_, value in fields:
        encoded += bytes([(id_ - before) << 4 | type_]) + value
        before = id_
    return bytes(encoded + b"\0")


def _list(type_: int, values: Sequence[bytes]) -> bytes:
    head = bytes([len(values) << 4 | type_]) if len(values) < 15 else bytes([0xF0 | type_]) + _varint(len(values))
    return head + b"".join(values)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _varint(len(encoded)) + encoded


def _int(number: int) -> bytes:
    """Zigzag: small numbers are short, whatever their sign."""
    return _varint(number << 1 if number >= 0 else (-number << 1) - 1)


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def values(cells: Iterable[str | int], fields: Sequence[Field]) -> list[Value]:
    """The cells of a row of an export as values of their columns; an empty text is no value."""
    return [_value(cell, field.type) for cell, field in zip(cells, fields, strict=True)]


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
