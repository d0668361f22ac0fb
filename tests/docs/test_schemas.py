"""Names in the descriptions of the services are fit for the clients that are generated from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.architecture.tree import SERVICES
from tests.docs.markdown import ROOT


@pytest.mark.parametrize("service", SERVICES)
def test_no_schema_is_named_by_its_module(service: str) -> None:
    """Two models of one name in one service would be."""
    described = json.loads((ROOT / "docs" / "api" / f"{service}.openapi.json").read_text(encoding="utf-8"))

    assert [name for name in described["components"]["schemas"] if "__" in name] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_number_of_a_request_has_a_maximum(service: str) -> None:
    """One that no column can hold would be a failure of the service, not a refusal."""
    described = json.loads((ROOT / "docs" / "api" / f"{service}.openapi.json").read_text(encoding="utf-8"))

    endless = {
        f"{method} {path} {place}"
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        for schema, of in asked(operation)
        for place in endless_numbers(schema, described["components"]["schemas"], of)
    }

    assert endless == set()


def asked(operation: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """What a request may hold: the parameters and the bodies, with their names."""
    for parameter in operation.get("parameters", ()):
        if "schema" in parameter:
            yield parameter["schema"], parameter["name"]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield content["schema"], ""


def endless_numbers(schema: Any, named: dict[str, Any], place: str) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        # What contains itself has no other numbers inside than outside.
        yield from endless_numbers(named[name], {**named, name: {}}, place)
    is_number = schema.get("type") in ("integer", "number")
    if is_number and schema.keys().isdisjoint({"maximum", "exclusiveMaximum", "enum", "const"}):
        yield place
    for variant in (each for kind in ("anyOf", "oneOf", "allOf") for each in schema.get(kind, ())):
        yield from endless_numbers(variant, named, place)
    for name, member in schema.get("properties", {}).items():
        yield from endless_numbers(member, named, f"{place}/{name}")
    yield from endless_numbers(schema.get("items", {}), named, f"{place}/0") if "items" in schema else ()
