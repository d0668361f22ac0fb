"""A fact: something that happened to one subject, carrying that subject's state after it, and its form on the wire.

On the wire a fact is CloudEvents 1.0 in JSON ("structured mode"). `version` is our one extension attribute: it counts
1, 2, 3 … per subject without a gap, which is what lets a consumer tell a repeat from a loss.
"""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

ENVELOPE_FIELDS = frozenset({"subject", "version", "at"})

_TYPES: dict[str, type[Fact]] = {}


class UnknownType(Exception):
    """An event of a type that this code does not know; it may come from a newer publisher."""


class Malformed(Exception):
    """Bytes that are not a well-formed event. The message names the place, never the value found there."""


class Fact(BaseModel):
    """What every fact has: its subject ("claims/0198…", also the partition key), the subject's version, and when.

    A subclass sets `type` ("subsidy.claim-approved.v1") and inherits `topic` from its service's base. Evolution: a new
    field with a default keeps the type; anything else is a new class with a new type.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: ClassVar[str]
    type: ClassVar[str]

    subject: str = Field(min_length=3, max_length=120, pattern=r"^[a-z-]+/[A-Za-z0-9-]+$")
    version: int = Field(ge=1)
    at: AwareDatetime

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "type" in cls.__dict__:
            assert cls.type not in _TYPES, f"two facts are called {cls.type}"
            _TYPES[cls.type] = cls


def types() -> dict[str, type[Fact]]:
    """Every fact class by its type, in the order of definition."""
    return dict(_TYPES)


def encode(fact: Fact) -> bytes:
    """The fact as a CloudEvent in JSON (UTF-8, compact). The same fact gives the same bytes.

    The same bytes as pydantic would write, in a third of the time: batches write a thousand facts in a request.
    """
    content = {name: value for name, value in fact.__dict__.items() if name not in ENVELOPE_FIELDS}
    envelope = {
        "specversion": "1.0",
        "id": f"{fact.subject}@{fact.version}",
        "source": f"/{fact.topic}",
        "type": fact.type,
        "subject": fact.subject,
        "time": fact.at,
        "version": fact.version,
        "datacontenttype": "application/json",
        "data": content,
    }
    return orjson.dumps(envelope, default=_plain)


def _plain(value: object) -> object:
    """What orjson does not know: parts of facts, decimals, and the driver's own class of UUIDs."""
    return value.__dict__ if isinstance(value, BaseModel) else str(value)


def decode(event: bytes) -> Fact:
    """The fact in `event`. Raises UnknownType or Malformed."""
    try:
        envelope = orjson.loads(event)
        cls = _TYPES.get(envelope["type"])
        if cls is None:
            raise UnknownType(str(envelope["type"])[:120])
        content = envelope["data"]
        content.update(subject=envelope["subject"], version=envelope["version"], at=envelope["time"])
        return cls.model_validate(content)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, line["loc"])) + ": " + line["type"] for line in error.errors()[:5])
        raise Malformed(f"{envelope['type']}: {places}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"not an event: {type(error).__name__}") from None
