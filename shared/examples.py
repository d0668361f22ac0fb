"""Examples of JSON schemas, made from the examples of their fields, or else from types and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schemas = Mapping[str, Any]

_OF_FORMAT: Final[Mapping[str, str]] = {
    "uuid": "0198c2a0-7b1e-7c3a-9d50-3f1f2c9e6a41",
    "date": "2025-03-01",
    "date-time": "2025-03-05T08:58:12+08:00",
    "binary": "…",
}


def example_of(schema: Mapping[str, Any], schemas: Schemas, *, name: str = "") -> Any:
    """An example; None for an unconstrained schema. `name` is the field's name, which hints at what a text contains."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name=name)
    if examples := schema.get("examples"):
        return examples[0]
    for key in ("example", "const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return example_of(next(each for each in schema[several] if each.get("type") != "null"), schemas, name=name)
    return _of_type(schema, schemas, name)


def _of_type(schema: Mapping[str, Any], schemas: Schemas, name: str) -> Any:
    match schema.get("type"):
        case "object":
            if "properties" in schema:
                return {key: example_of(each, schemas, name=key) for key, each in schema["properties"].items()}
            inner = schema.get("additionalProperties")
            return {"…": example_of(inner, schemas)} if isinstance(inner, dict) and inner else {}
        case "array":
            found = example_of(schema.get("items", {}), schemas, name=name)
            return [] if found is None else [found]
        case "string":
            return _text(schema, name)
        case "integer" | "number" as kind:
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
            return int(least) + 1 if kind == "integer" else float(least)
        case "boolean":
            return True
    return None


def _text(schema: Mapping[str, Any], name: str) -> str:
    if schema.get("format") in _OF_FORMAT:
        return _OF_FORMAT[schema["format"]]
    return name[: schema.get("maxLength", len(name))] or "text"
