"""docs/events/*.json: the facts in machine-readable form, as an AsyncAPI document and as one JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from deploy.docs.apis import names
from deploy.docs.facts import Group, about, content_schema, event_schema, groups, hearers
from shared.backbone.partitioner import PARTITIONS
from shared.contracts.fact import Fact

_MEDIA_TYPE: Final = "application/cloudevents+json"


def schema_page() -> str:
    """One JSON Schema that every event on the log satisfies."""
    definitions, events = _schemas("#/$defs/")
    return _text(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "An event of the skills programme",
            "oneOf": [{"$ref": f"#/$defs/{name}"} for name in events],
            "$defs": events | definitions,
        }
    )


def asyncapi_page() -> str:
    """Topics, messages, and the services that send and receive them."""
    definitions, events = _schemas("#/components/schemas/")
    found = groups()
    topics = list(dict.fromkeys(group.topic for group in found))
    return _text(
        {
            "asyncapi": "3.0.0",
            "info": {
                "title": "Facts of the skills programme",
                "version": "1",
                "description": "The facts that the four services publish, as CloudEvents 1.0 in JSON.",
                "license": {"name": "Apache-2.0"},
            },
            "defaultContentType": _MEDIA_TYPE,
            "channels": {topic: _channel(topic, found) for topic in topics},
            "operations": _operations(topics),
            "components": {"messages": _messages(found), "schemas": events | definitions},
        }
    )


def _schemas(place: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The definitions that facts share, and a schema for each type of event."""
    definitions: dict[str, Any] = {}
    events: dict[str, Any] = {}
    for group in groups():
        for cls in group.facts:
            content, inner = content_schema(cls, ref_template=place + "{name}")
            definitions |= inner
            content.pop("title", None)
            content.pop("description", None)
            events[cls.type] = event_schema(cls, content, subjects=group.subjects)
    return definitions, events


def _channel(topic: str, found: list[Group]) -> dict[str, Any]:
    types = [cls.type for group in found if group.topic == topic for cls in group.facts]
    return {
        "address": topic,
        "description": f"The facts of {topic}. The key of a record is the subject of its event.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in types},
        "bindings": {"kafka": {"topic": topic, "partitions": PARTITIONS, "bindingVersion": "0.5.0"}},
    }


def _messages(found: list[Group]) -> dict[str, Any]:
    return {
        cls.type: {
            "name": cls.type,
            "title": cls.__name__,
            "summary": about(cls),
            "contentType": _MEDIA_TYPE,
            "payload": {"$ref": f"#/components/schemas/{cls.type}"},
        }
        for group in found
        for cls in group.facts
    }


def _operations(topics: list[str]) -> dict[str, Any]:
    heard: Mapping[type[Fact], tuple[str, ...]] = hearers()
    operations: dict[str, Any] = {}
    for topic in topics:
        all_ = [cls.type for cls in heard if cls.topic == topic]
        operations[f"{topic}.tells"] = _operation("send", topic, all_)
        for name in names():
            types = [cls.type for cls, who in heard.items() if cls.topic == topic and name in who]
            if types:
                operations[f"{name}.hears.{topic}"] = _operation("receive", topic, types)
    return operations


def _operation(action: str, topic: str, types: list[str]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/{topic}/messages/{name}"} for name in types]
    return {"action": action, "channel": {"$ref": f"#/channels/{topic}"}, "messages": messages}


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
