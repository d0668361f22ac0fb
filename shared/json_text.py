"""JSON text, read the same way everywhere: invalid JSON is refused as a whole, an unstorable value by its place.

RFC 8259 has no NaN, and no text with half a character (`"\\ud842"`), but many programs write both; U+0000 is JSON that
PostgreSQL cannot hold. One such value among a thousand rows must spoil its own row alone, so the text is read leniently
where the strict reader stops, and the places at fault are returned with the value.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson

Place = tuple[str | int, ...]

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_ESCAPED_NULL: Final = b"\\u0000"
_INTEGER_MAX: Final = 2**64


class NotJson(Exception):
    """The text is not JSON, or is nested too deeply to be read."""


class Fault(NamedTuple):
    """A value that cannot be stored; `type` is a key of `form_errors.WORDS`."""

    place: Place
    type: str


class Document(NamedTuple):
    """A parsed text, and the values in it that cannot be stored."""

    value: Any
    faults: tuple[Fault, ...] = ()


def read(text: bytes) -> Document:
    """Parse `text`. Raises NotJson."""
    text = text.removeprefix(_BYTE_ORDER_MARK)
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = _read_leniently(text)
    else:
        # Almost every text ends here: the strict reader accepts it.
        if _ESCAPED_NULL not in text:
            return Document(value)
    return Document(value, tuple(_faults(value)))


def _read_leniently(text: bytes) -> Any:
    try:
        # Bytes that are not UTF-8 become lone surrogates, and are found as such.
        return json.loads(text.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise NotJson from error


def _faults(value: Any) -> Iterator[Fault]:
    waiting: list[tuple[Place, Any]] = [((), value)]
    while waiting:
        place, found = waiting.pop()
        if isinstance(found, str):
            if (fault := _fault_of_text(found)) is not None:
                yield Fault(place, fault)
        elif isinstance(found, float):
            if not math.isfinite(found):
                yield Fault(place, "finite_number")
        elif isinstance(found, int):
            if abs(found) > _INTEGER_MAX:
                yield Fault(place, "int_parsing_size")
        elif isinstance(found, list):
            waiting += [((*place, index), each) for index, each in reversed(list(enumerate(found)))]
        elif isinstance(found, dict):
            # A name at fault is reported at its object's place: the answer cannot contain it either.
            yield from (Fault(place, fault) for name in found if (fault := _fault_of_text(name)) is not None)
            waiting += [((*place, name), each) for name, each in reversed(found.items())]


def _fault_of_text(text: str) -> str | None:
    if "\0" in text:
        return "null_character"
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        return "string_unicode"
    return None
