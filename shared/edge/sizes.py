"""How large a body may be, worked out from what its route declares.

An object has 64 kB, or as much as its declared texts and lists can need. Rows and files have limits of their own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

BODY_MAX: Final = "x-body-max"
"""In the description of a body: its largest size in bytes. A route may declare less than its kind has."""
_ESCAPED: Final = 6
"""Bytes that a character may take in JSON: "\\u4e2d"."""
_UNBOUNDED_CHARACTERS: Final = 64
"""Taken for a text without a largest length: a code, a day, an id."""
_UNBOUNDED_ITEMS: Final = 50
_SCALAR: Final = 32
_LAYOUT: Final = 8
"""Bytes around each member: quotes, a colon, a comma, line breaks and indents."""


def largest(schema: Schema) -> int:
    """About the bytes of the largest JSON text that `schema` accepts."""
    return _largest(schema, schema.get("$defs", {}), frozenset())


def _largest(schema: Schema, named: Mapping[str, Schema], within: frozenset[str]) -> int:
    if (reference := schema.get("$ref")) is not None:
        name = str(reference).rpartition("/")[2]
        # What contains itself has no largest text.
        return 0 if name in within else _largest(named[name], named, within | {name})
    if "enum" in schema or "const" in schema:
        values = schema.get("enum") or [schema["const"]]
        return max(len(str(value)) for value in values) * _ESCAPED
    of_choices = [_largest(choice, named, within) for kind in ("anyOf", "oneOf") for choice in schema.get(kind, ())]
    return max([_of_type(schema, named, within), *of_choices])


def _of_type(schema: Schema, named: Mapping[str, Schema], within: frozenset[str]) -> int:
    match schema.get("type"):
        case "string":
            per_character = 1 if schema.get("contentEncoding") == "base64" else _ESCAPED
            return int(schema.get("maxLength", _UNBOUNDED_CHARACTERS)) * per_character
        case "array":
            item = _largest(schema.get("items", {}), named, within) + _LAYOUT
            return int(schema.get("maxItems", _UNBOUNDED_ITEMS)) * item
        case "object":
            members = schema.get("properties", {})
            return sum(len(name) + _LAYOUT + _largest(each, named, within) for name, each in members.items())
        case _:
            return _SCALAR


def in_whole_kilobytes(size: int) -> int:
    """`size`, rounded up."""
    return math.ceil(size / 1024) * 1024
