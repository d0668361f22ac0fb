"""No request can contain a day or an instant at the edge of the calendar, where arithmetic overflows."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from shared.forms import Day, Instant, Strict
from tests.architecture.tree import SERVICES, name_of, rooms_of


def unbounded(schema: object) -> Iterator[str]:
    """Every day and instant in pydantic's `schema` that is not bounded on both sides, or has no time zone."""
    if isinstance(schema, dict):
        kind = schema.get("type")
        if kind in ("date", "datetime") and not {"ge", "le"} <= schema.keys():
            yield f"{kind} without bounds"
        if kind == "datetime" and schema.get("tz_constraint") != "aware":
            yield "datetime without a zone"
        for each in schema.values():
            yield from unbounded(each)
    elif isinstance(schema, list | tuple):
        for each in schema:
            yield from unbounded(each)


def asked_by(service: str) -> Iterator[tuple[str, Any]]:
    """Everything that the service reads from requests: models of bodies and rows, parameters of paths and queries."""
    api = [importlib.import_module(name_of(path)) for path in rooms_of(service, "routes")]
    for module in api:
        for name, value in vars(module).items():
            if isinstance(value, type) and issubclass(value, Strict) and value.__module__ == module.__name__:
                yield f"{module.__name__}.{name}", value
            if isinstance(value, APIRouter):
                for route in value.routes:
                    assert isinstance(route, APIRoute)
                    yield from parameters(route.dependant)


def parameters(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    for field in [*dependant.query_params, *dependant.path_params]:
        yield f"{dependant.path}?{field.name}", Annotated[field.field_info.annotation, field.field_info]
    for each in dependant.dependencies:
        yield from parameters(each)


@pytest.mark.parametrize("service", SERVICES)
def test_every_day_and_moment_of_a_request_is_bounded(service: str) -> None:
    asked = dict(asked_by(service))

    found = {name: sorted({*unbounded(TypeAdapter(type_).core_schema)}) for name, type_ in asked.items()}

    assert asked, "nothing is read from requests: this test looks in the wrong place"
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("type_", [date, date | None, AwareDatetime, list[Annotated[date, "bare"]]])
def test_an_unbounded_day_is_found(type_: Any) -> None:
    assert [*unbounded(TypeAdapter(type_).core_schema)] != []


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_days_beyond_the_calendar_are_refused(day: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(day)


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+23:00", "9999-12-31T20:00:00Z", "2200-01-01T00:00:00Z", "2025-03-05T08:00:00"]
)
def test_moments_beyond_the_calendar_or_without_a_zone_are_refused(moment: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python(moment)
