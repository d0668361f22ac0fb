"""JSON text, read the same way everywhere: invalid JSON is refused as a whole, an unstorable value by its place.

RFC 8259 has no NaN, and no text with half a character (`"\\ud842"`), but many programs write both; U+0000 is JSON that
PostgreSQL cannot hold. An object with a name twice is read differently by different programs. One such value among a
thousand rows must spoil its own row alone, so the text is read leniently where the strict reader stops, and the places
at fault are returned with the value. So are those of what is nested too deeply or has too many members.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final, NamedTuple

import orjson

Place = tuple[str | int, ...]

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_ESCAPED_NULL: Final = b"\\u0000"
_INTEGER_MAX: Final = 2**64
DEPTH_MAX: Final = 32
"""Lists and objects within each other."""
MEMBERS_MAX: Final = 10_000
"""Members of one list or object."""
MEMBERS_OF_ALL_MAX: Final = 250_000
"""Members of a whole text. A text of commas and brackets becomes fifty times as large when it is read."""
_CONTAINERS: Final = frozenset({dict, list})
_SPACES: Final = (b" ", b"\n", b"\r", b"\t")


class NotJson(Exception):
    """The text is not JSON, or is nested too deeply to be read."""


class _RepeatedName(dict[str, Any]):
    """An object with a name twice; its last value stands."""


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
    if too_many_members(text):
        return Document(None, (Fault((), "too_many_members"),))
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value, _ = _read_leniently(text)
        return Document(value, tuple(_faults(value)))
    names = _names_within_bounds(value, brackets=text.count(b"{") + text.count(b"["))
    is_sound = names is not None and _ESCAPED_NULL not in text
    if names is None or _may_repeat_names(text, names):
        value, is_repeated = _read_leniently(text)
        is_sound = is_sound and not is_repeated
    # Almost every text ends here: the strict reader accepts it, and what is counted is as it should be.
    return Document(value, () if is_sound else tuple(_faults(value)))


def too_many_members(text: bytes) -> bool:
    """Whether `text`, as a document or as lines of documents, may have more members than can be held in memory."""
    if len(text) <= MEMBERS_OF_ALL_MAX:
        return False
    return text.count(b",") + text.count(b"[") + text.count(b"{") > MEMBERS_OF_ALL_MAX


def _names_within_bounds(value: Any, *, brackets: int) -> int | None:
    """The number of names of all objects in `value`; None if it is too deep, or one of them has too many members.

    `brackets` were opened in its text, or fewer: once so many lists and objects are found, no member is looked at.
    """
    level = [value] if type(value) in _CONTAINERS else []
    names, found = 0, len(level)
    for _ in range(DEPTH_MAX):
        if not level:
            return names
        if max(map(len, level)) > MEMBERS_MAX:
            return None
        names += sum(len(each) for each in level if type(each) is dict)
        if found >= brackets:
            return names
        members = chain.from_iterable(each.values() if type(each) is dict else each for each in level)
        level = [each for each in members if type(each) in _CONTAINERS]
        found += len(level)
    return None if level else names


def _may_repeat_names(text: bytes, names: int) -> bool:
    """Whether more names than `names`, which are those of its value, may be written in `text`.

    Every name is followed by a colon, and mostly by a quote and a colon. Both may stand in a string as well.
    """
    if text.count(b":") == names:
        return False
    is_spaced = any(space in text and space + b":" in text for space in _SPACES)
    return is_spaced or text.count(b'":') != names


def _read_leniently(text: bytes) -> tuple[Any, bool]:
    """The value of `text`, and whether an object in it has a name twice."""
    is_repeated = False

    def of_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal is_repeated
        found = dict(members)
        if len(found) == len(members):
            return found
        is_repeated = True
        return _RepeatedName(found)

    try:
        # Bytes that are not UTF-8 become lone surrogates, and are found as such.
        return json.loads(text.decode("utf-8", "surrogateescape"), object_pairs_hook=of_members), is_repeated
    except (ValueError, RecursionError) as error:
        raise NotJson from error


def _faults(value: Any) -> Iterator[Fault]:
    waiting: list[tuple[Place, Any]] = [((), value)]
    while waiting:
        place, found = waiting.pop()
        if isinstance(found, list | dict):
            if (out_of_bounds := _fault_of_bounds(place, found)) is not None:
                # What is inside is not looked at, here or later.
                yield out_of_bounds
                continue
            if isinstance(found, dict):
                # A name at fault is reported at its object's place: the answer cannot contain it either.
                yield from (Fault(place, type_) for name in found if (type_ := _fault_of_text(name)) is not None)
            members = found.items() if isinstance(found, dict) else enumerate(found)
            waiting += [((*place, name), each) for name, each in reversed(list(members))]
        elif (fault := _fault_of_value(found)) is not None:
            yield Fault(place, fault)


def _fault_of_bounds(place: Place, found: list[Any] | dict[str, Any]) -> Fault | None:
    if len(place) >= DEPTH_MAX:
        return Fault(place, "recursion_depth_exceeded")
    if len(found) > MEMBERS_MAX:
        return Fault(place, "too_many_members")
    return Fault(place, "repeated_name") if isinstance(found, _RepeatedName) else None


def _fault_of_value(value: Any) -> str | None:
    if isinstance(value, str):
        return _fault_of_text(value)
    if isinstance(value, float):
        return None if math.isfinite(value) else "finite_number"
    return "int_parsing_size" if isinstance(value, int) and abs(value) > _INTEGER_MAX else None


def _fault_of_text(text: str) -> str | None:
    if "\0" in text:
        return "null_character"
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        return "string_unicode"
    return None
