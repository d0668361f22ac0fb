"""One sample of every fact, always the same, built from the field types: what the golden files were written from."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import NAMESPACE_URL, UUID, uuid5

from msgspec import Struct
from msgspec.structs import fields as fields_of

from shared import contracts
from shared.contracts import assessment, metrics, registry, subsidy
from shared.contracts.fact import ENVELOPE_FIELDS, Fact
from shared.contracts.fact import types as all_types

BY_NAME: dict[str, object] = {
    "code": "S02-1",
    "parent": "HN2025",
    "plan": "HN2025",
    "programme": "S02-1",
    "tags": ("S06", "S07"),
    "region": "410102",
    "reporting_region": "410100",
    "replaced_by": "410308",
    "occupation": "4-10-01-05",
    "level": 4,
    "award": "L4",
    "rank": 4,
    "year": 2025,
    "credit_code": "52410000MJ00123452",
    "number": "Y000041000001253000001",
    "project": "4-10-01-05-L4",
    "check": "C16",
    "checksum": "1f86d081884c7d65",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "name": "郑州康养职业培训学校",
    "name_zh": "康养托育",
    "name_en": "Health, elderly and child care",
}
"""Fields whose form is narrower than their type."""
REGION_CODES = {"code": "410102", "parent": "410100", "reporting_region": "410100", "replaced_by": "410308"}


PUBLISHERS = (assessment, metrics, registry, subsidy)
"""Imported, so that all their facts are known."""


def published() -> dict[str, type[Fact]]:
    """Every fact class of the contracts by type; tests may have made others."""
    return {name: cls for name, cls in all_types().items() if cls.__module__.startswith(f"{contracts.__name__}.")}


def fields(struct: type[Struct], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every field of `struct` and of the structs inside it: its path, and its own name."""
    for field in fields_of(struct):
        yield f"{prefix}{field.name}", field.name
        for inner in structs_in(field.type):
            yield from fields(inner, f"{prefix}{field.name}.")


def sample(cls: type[Fact]) -> Fact:
    """The sample of `cls`. No field is left out and none is None."""
    values = _values(cls)
    keys = (value for name, value in values.items() if name.endswith("_id") or name in ("code", "day", "person"))
    key = next(keys, BY_NAME["programme"])
    at = datetime(2025, 3, 20, 9, 30, 15, 250000, tzinfo=UTC)
    return cls(subject=f"samples/{key}", version=3, at=at, **values)


def _values(struct: type[Struct]) -> dict[str, Any]:
    special = REGION_CODES if struct.__name__ == "RegionListed" else {}
    return {
        field.name: special.get(field.name, BY_NAME.get(field.name, _value(field.name, field.type)))
        for field in fields_of(struct)
        if not (issubclass(struct, Fact) and field.name in ENVELOPE_FIELDS)
    }


def _value(name: str, annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(each for each in get_args(annotation) if each is not type(None))
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is tuple:
        return (_value(name, get_args(annotation)[0]),)
    if issubclass(annotation, Struct):
        return annotation(**_values(annotation))
    if issubclass(annotation, Enum):
        return next(iter(annotation))
    by_type: dict[type, object] = {
        UUID: uuid5(NAMESPACE_URL, name),
        bool: True,
        int: 60,
        str: name.replace("_", "-"),
        date: date(2025, 3, 20),
        datetime: datetime(2025, 3, 20, 0, 30, tzinfo=UTC),
        Decimal: Decimal("35.5"),
    }
    return by_type[annotation]


def structs_in(annotation: Any) -> Iterator[type[Struct]]:
    """The structs that values of `annotation` hold."""
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        yield annotation
    for inner in get_args(annotation):
        yield from structs_in(inner)
