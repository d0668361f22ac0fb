"""What requests can contain: no day or instant at the edge of the calendar, where arithmetic overflows, and no value
that is neither taken nor a form error.
"""

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

from shared.forms import PLAIN, Day, Instant, Strict
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


ODD: tuple[Any, ...] = (None, "", " ", "\0", "x" * 200, 0, -1, True, 1e400, [], [None], {})


def fields_of(type_: Any) -> list[tuple[str, TypeAdapter[Any]]]:
    """The fields of a model, each for itself; a parameter is one."""
    if isinstance(type_, type) and issubclass(type_, Strict):
        return [(name, TypeAdapter(field.rebuild_annotation())) for name, field in type_.model_fields.items()]
    return [("", TypeAdapter(type_))]


def fails(field: TypeAdapter[Any], value: Any) -> str | None:
    """The error that is none of form."""
    try:
        field.validate_python(value)
    except ValidationError:
        return None
    except Exception as error:  # noqa: BLE001  (whatever it is, the caller would be answered 500)
        return repr(error)
    return None


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_stands_in_a_field_is_taken_or_a_form_error(service: str) -> None:
    fields = {f"{place} {name}": field for place, type_ in asked_by(service) for name, field in fields_of(type_)}

    found = {f"{name}: {value!r}": fails(field, value) for name, field in fields.items() for value in ODD}

    assert len(fields) > 50
    assert {place: error for place, error in found.items() if error is not None} == {}


def test_a_check_that_does_not_expect_null_is_found() -> None:
    assert fails(TypeAdapter(Annotated[str | None, PLAIN]), None) is not None


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
