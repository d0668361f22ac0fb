"""docs/events.md: every fact, its publisher, its consumers, and its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deploy.docs.apis import names
from deploy.docs.docstrings import under_fields
from deploy.docs.facts import Group, about, content_schema, groups, hearers
from deploy.docs.markdown import picture, prose, table
from shared.backbone.partitioner import PARTITIONS
from shared.contracts.fact import Fact

_REF: Final = "{name}"

HEAD: Final = f"""\
# Events

A fact is an event on the topic of the service that publishes it ({PARTITIONS} partitions, kept for ever). Its subject
is its key on the log, so the facts of one subject stay in order. It carries the subject's state after the change and
every dimension that a consumer needs. It carries no personal data: a person is a key (UUID).

Throughout: `award` is the code of what a training leads to; `level` is its rank 1 to 8, never the digit of a
certificate number, and null for an award without a level (facts from before there were such awards have no `award`);
`_fen` is an amount in whole fen; `_on` is a business day in Asia/Shanghai; `region` is the place itself;
`reporting_region` is the one of the 19 that it rolls up to by parent.

On the wire a fact is a CloudEvent 1.0 in structured JSON. `id` is the subject, `@` and the version; `source` is `/`
and the topic; `time` is the moment of the change (RFC 3339 with offset); the extension attribute `version` counts 1,
2, 3 … per subject without a gap; the fields below are under `data`. The machine-readable forms are
[events/asyncapi.json](events/asyncapi.json) (AsyncAPI 3.0) and [events/facts.schema.json](events/facts.schema.json)
(JSON Schema 2020-12: an event matches exactly one of its definitions).

This page is generated from the code (`python -m deploy.docs`); a test compares the two.
"""


def page() -> str:
    """The page in Markdown."""
    parts = [HEAD, "## Publishers and consumers\n", picture(_flow()), prose(_LEGEND)]
    found = groups()
    for topic in dict.fromkeys(group.topic for group in found):
        parts.append(f"## Topic `{topic}`\n")
        parts += [_part(group) for group in found if group.topic == topic]
    return "\n".join(parts)


_LEGEND: Final = """
An arrow into a topic is the relay of the service's outbox. An arrow out of it is a consumer, with the kinds of
subjects whose facts it consumes.
"""


def _flow() -> Iterator[str]:
    yield "flowchart LR"
    for name in names():
        yield f'    {name}(["{name}"])'
    found = groups()
    for topic in dict.fromkeys(group.topic for group in found):
        yield f'    {topic}-topic[/"topic {topic}"/]'
        yield f"    {topic} --> {topic}-topic"
    for topic, name, things in _heard(found):
        yield f'    {topic}-topic -- "{things}" --> {name}'


def _heard(found: list[Group]) -> Iterator[tuple[str, str, str]]:
    for topic in dict.fromkeys(group.topic for group in found):
        for name in names():
            things = [
                group.subjects
                for group in found
                if group.topic == topic and any(name in hearers()[cls] for cls in group.facts)
            ]
            if things:
                yield topic, name, ", ".join(things)


def _part(group: Group) -> str:
    facts = [[f"`{cls.type}`", about(cls), _who(cls)] for cls in group.facts]
    schema, inner = content_schema(group.facts[0], ref_template=_REF)
    fields = table(["field", "type", "meaning"], _fields(schema, inner, under_fields(group.facts[0])))
    return "\n".join(
        [
            f"### {group.subjects}\n",
            prose(f"Subject: `{group.subjects}/{group.form}`. Published by {group.topic}."),
            table(["type", "what happened", "consumed by"], facts),
            fields,
            *_parts_of(inner, group.facts[0]),
        ]
    )


def _who(cls: type[Fact]) -> str:
    return ", ".join(hearers()[cls]) or "none yet"


def _fields(schema: Mapping[str, Any], definitions: Mapping[str, Any], meanings: Mapping[str, str]) -> list[list[str]]:
    return [
        [f"`{name}`", typed(content, definitions), meanings.get(name, "")]
        for name, content in schema["properties"].items()
    ]


def _parts_of(definitions: Mapping[str, Any], cls: type[Fact]) -> Iterator[str]:
    """A table for each object inside the fact."""
    for name, content in definitions.items():
        if content["type"] == "object":
            inner = _inner(cls, name)
            meanings = {} if inner is None else under_fields(inner)
            yield f"Each `{name}`:\n"
            yield table(["field", "type", "meaning"], _fields(content, definitions, meanings))


def _inner(cls: type[Fact], name: str) -> type | None:
    module = __import__(cls.__module__, fromlist=[name])
    found: type | None = getattr(module, name, None)
    return found


def typed(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """A short description of a schema."""
    match schema:
        case {"$ref": str(name)}:
            return f"`{name}`" if definitions[name]["type"] == "object" else typed(definitions[name], definitions)
        case {"anyOf": list(either)}:
            return " or ".join(typed(each, definitions) for each in either)
        case {"enum": list(values)}:
            return " · ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": items}:
            return f"list of {typed(items, definitions)}"
        case {"type": "string", "format": str(form)}:
            return form
        case {"type": "string", "pattern": str(pattern)}:
            return f"string `{pattern}`"
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"integer {least} to {most}"
        case {"type": "integer", "minimum": least}:
            return f"integer from {least}"
        case {"type": str(name)}:
            return name
    raise AssertionError(f"no words for {schema}")
