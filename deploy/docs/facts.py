"""The facts as the documents need them: grouped by subject, with their publisher and consumers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final, NamedTuple, get_args

import msgspec

from deploy.docs.apis import names, service
from shared.contracts.fact import Fact, content_type, types

_SUBJECT: Final = re.compile(r"[Ss]ubject[^:]*: ([a-z-]+)/((?:\{\w+\}-)*\{(\w+)\})")


class Group(NamedTuple):
    """Facts about one kind of thing: they have the same fields and form of subject."""

    subjects: str
    """"claims": the part of their subjects before the slash."""
    form: str
    """"{claim_id}": what follows the slash."""
    id: str
    """The field whose value it ends with."""
    facts: tuple[type[Fact], ...]

    @property
    def topic(self) -> str:
        return self.facts[0].topic


def groups() -> list[Group]:
    """All facts, in the order of definition."""
    apart: dict[tuple[str, ...], list[type[Fact]]] = {}
    for cls in types().values():
        apart.setdefault((cls.topic, *cls.__struct_fields__), []).append(cls)
    return [_group(facts) for facts in apart.values()]


def _group(facts: list[type[Fact]]) -> Group:
    told = [match for cls in facts if (match := _SUBJECT.search(inspect.getdoc(cls) or ""))]
    assert len(told) == 1, f"one of the docstrings of {[cls.__name__ for cls in facts]} must name their subject"
    return Group(told[0][1], told[0][2], told[0][3], tuple(facts))


@cache
def hearers() -> Mapping[type[Fact], tuple[str, ...]]:
    """The services that consume each fact."""
    heard = {name: _heard_by(name) for name in names()}
    return {cls: tuple(name for name in heard if cls in heard[name]) for cls in types().values()}


def _heard_by(name: str) -> frozenset[type[Fact]]:
    parts = service(name)
    return frozenset(cls for consumer in parts.consumers(parts.settings()) for cls in consumer.hears)


def content_schema(cls: type[Fact], *, ref_template: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON Schema of what a fact carries under `data`, and the definitions that it refers to, by name."""
    content = content_type(cls)
    _, definitions = msgspec.json.schema_components([content], ref_template=ref_template)
    for enum in _enums(cls):
        # Sorted and without a type otherwise; the order of the members may mean something.
        definitions[enum.__name__] |= {"type": "string", "enum": [member.value for member in enum]}
    found: dict[str, Any] = _in_the_dialect(definitions)
    return found.pop(content.__name__), found


def _enums(annotation: Any) -> Iterator[type[Enum]]:
    """The enumerations in a type and in the structs inside it."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield annotation
    elif isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        for field in msgspec.structs.fields(annotation):
            yield from _enums(field.type)
    for inner in get_args(annotation):
        yield from _enums(inner)


def _in_the_dialect(schema: Any) -> Any:
    """`schema` with its patterns as JSON Schema has them: there "$" is what Python calls "\\Z"."""
    match schema:
        case dict():
            return {
                name: value.replace("\\Z", "$") if name == "pattern" else _in_the_dialect(value)
                for name, value in schema.items()
            }
        case list():
            return [_in_the_dialect(each) for each in schema]
        case _:
            return schema


def event_schema(cls: type[Fact], content: Mapping[str, Any], *, subjects: str) -> dict[str, Any]:
    """The JSON Schema of the whole event on the wire: the CloudEvents envelope around `content`."""
    return {
        "title": cls.__name__,
        "description": about(cls),
        "type": "object",
        "required": [*_ENVELOPE, "type", "source", "subject", "data"],
        "properties": {
            **_ENVELOPE,
            "type": {"const": cls.type},
            "source": {"const": f"/{cls.topic}"},
            "subject": {"type": "string", "pattern": f"^{subjects}/[A-Za-z0-9-]+$"},
            "data": dict(content),
        },
    }


def about(cls: type[Fact]) -> str:
    """What the fact's own docstring says, without the form of its subject; else its name in words."""
    text = " ".join((cls.__doc__ or "").split())
    said = re.sub(r"\s*[^.]*[Ss]ubject[^.]*\{\w+\}\.", "", text).strip()
    return said or re.sub(r"(?<=.)([A-Z])", lambda capital: f" {capital[0].lower()}", cls.__name__) + "."


_ENVELOPE: Final[Mapping[str, Any]] = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "description": "The subject, @ and the version: two events with one id are one event."},
    "time": {"type": "string", "format": "date-time", "description": "When it happened."},
    "version": {
        "type": "integer",
        "minimum": 1,
        "description": "Counts 1, 2, 3 … per subject without a gap: a lower one is a repeat, a later one a loss.",
    },
    "datacontenttype": {"const": "application/json"},
}
