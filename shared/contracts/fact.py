"""A fact: something that happened to one subject, carrying that subject's state after it, and its form on the wire.

On the wire a fact is CloudEvents 1.0 in JSON ("structured mode"). `version` is our one extension attribute: it counts
1, 2, 3 … per subject without a gap, which is what lets a consumer tell a repeat from a loss.

A fact's class is the one definition of its form. From it come two structs for the wire, made on first use: the
content (`data`), and the event around it, which is tagged by `type`, so that bytes become a validated fact in one pass.
The patterns of codes are compared beside that pass, because codes repeat and each has to be compared only once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Union, dataclass_transform, get_args, get_origin

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import astuple

ENVELOPE_FIELDS = frozenset({"subject", "version", "at"})

# Python's "$" also matches before a final line break, so patterns of facts end with "\Z".
Subject = Annotated[str, Meta(min_length=3, max_length=120, pattern=r"^[a-z-]+/[A-Za-z0-9-]+\Z")]
Version = Annotated[int, Meta(ge=1)]
Moment = Annotated[datetime, Meta(tz=True)]

_TYPES: dict[str, type[Fact]] = {}


class UnknownType(Exception):
    """An event of a type that this code does not know; it may come from a newer publisher."""


class Malformed(Exception):
    """Bytes that are not a well-formed event. The message names the place, never the value found there."""


# The decorator is for type checkers alone: subclasses are frozen without saying so again. Facts hold no references in
# circles, so the garbage collector need not look at them.
@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Fact(Struct, frozen=True, gc=False):
    """What every fact has: its subject ("claims/0198…", also the partition key), the subject's version, and when.

    A subclass sets `type` ("subsidy.claim-approved.v1") and inherits `topic` from its service's base. Evolution: a new
    field with a default keeps the type; anything else is a new class with a new type. Values are checked when a fact
    is decoded, and by the outbox when it is recorded, not when it is made.
    """

    topic: ClassVar[str]
    type: ClassVar[str]

    subject: Subject
    version: Version
    at: Moment

    def __init_subclass__(cls, **config: Any) -> None:
        super().__init_subclass__(**config)
        if "type" in cls.__dict__:
            assert cls.type not in _TYPES, f"two facts are called {cls.type}"
            _TYPES[cls.type] = cls
            _decoder.cache_clear()
            _strict_decoder.cache_clear()


class _Codes(dict[str | None, bool]):
    """Whether a value has the pattern of a code, remembered for the values met first: a province has few codes."""

    remembered_max: Final = 10_000

    def __init__(self, pattern: str) -> None:
        super().__init__({None: True})
        self._pattern = re.compile(pattern)

    def __missing__(self, value: str) -> bool:
        has_pattern = self._pattern.search(value) is not None
        if len(self) < self.remembered_max:
            self[value] = has_pattern
        return has_pattern


_codes_of = cache(_Codes)


class _Written(Struct, frozen=True, gc=False):
    """An event in the order of its members on the wire."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    """As text, because msgspec writes UTC as "Z" and the events that lie in the logs have "+00:00"."""
    version: int
    datacontenttype: str
    data: Struct


class _Read(Struct, frozen=True, gc=False, tag_field="type"):
    """What is taken from an event; of each type there is a subclass, whose `data` is the content of its fact."""

    fact: ClassVar[type[Fact]]
    codes: ClassVar[tuple[tuple[int, _Codes], ...]]
    """The places in `data` that hold a code, each with the codes of its pattern."""

    subject: Subject
    version: Version
    time: Moment
    data: Struct


def types() -> dict[str, type[Fact]]:
    """Every fact class by its type, in the order of definition."""
    return dict(_TYPES)


@cache
def content_type(cls: type[Fact]) -> type[Struct]:
    """The struct of what facts of `cls` carry under `data`: all their fields but the envelope's, in their order."""
    return _content_type(cls, lambda annotation: annotation)


def _content_type(cls: type[Fact], type_of: Callable[[Any], Any]) -> type[Struct]:
    fields = [
        (field.name, type_of(field.type))
        if field.default is msgspec.NODEFAULT
        else (field.name, type_of(field.type), msgspec.field(default=field.default))
        for field in _content_fields(cls)
    ]
    return msgspec.defstruct(cls.__name__, fields, frozen=True, gc=False)


def _content_fields(cls: type[Fact]) -> list[msgspec.structs.FieldInfo]:
    return [field for field in msgspec.structs.fields(cls) if field.name not in ENVELOPE_FIELDS]


def _pattern_of(annotation: Any) -> str | None:
    """The pattern of a code, or of a code or None."""
    of_code = [part for part in get_args(annotation) if get_origin(part) is Annotated] or [annotation]
    if get_origin(of_code[0]) is not Annotated or get_origin(annotation) is tuple:
        return None
    return next((meta.pattern for meta in of_code[0].__metadata__ if isinstance(meta, Meta) and meta.pattern), None)


def _without_pattern(annotation: Any) -> Any:
    if _pattern_of(annotation) is None:
        return annotation
    return str if get_origin(annotation) is Annotated else str | None


@cache
def _decoder() -> msgspec.json.Decoder[_Read]:
    """Reads events, all but the patterns of codes."""
    return _decoder_of(lambda cls: _content_type(cls, _without_pattern))


@cache
def _strict_decoder() -> msgspec.json.Decoder[_Read]:
    return _decoder_of(content_type)


def _decoder_of(content: Callable[[type[Fact]], type[Struct]]) -> msgspec.json.Decoder[_Read]:
    events = []
    for name, cls in _TYPES.items():
        patterns = [(place, _pattern_of(field.type)) for place, field in enumerate(_content_fields(cls))]
        codes = tuple((place, _codes_of(pattern)) for place, pattern in patterns if pattern is not None)
        constants = {"fact": ClassVar[type[Fact]], "codes": ClassVar[tuple[tuple[int, _Codes], ...]]}
        events.append(
            msgspec.defstruct(
                cls.__name__,
                [("data", content(cls))],
                bases=(_Read,),
                namespace={"fact": cls, "codes": codes, "__annotations__": constants},
                tag=name,
                frozen=True,
                gc=False,
            )
        )
    return msgspec.json.Decoder(Union[tuple(events)])  # noqa: UP007  (of a list that is known at run time only)


_ENCODER: Final = msgspec.json.Encoder()
_ENVELOPE_SIZE: Final = len(Fact.__struct_fields__)


def encode(fact: Fact) -> bytes:
    """The fact as a CloudEvent in JSON (UTF-8, compact). The same fact gives the same bytes."""
    content = content_type(type(fact))(*astuple(fact)[_ENVELOPE_SIZE:])
    return _ENCODER.encode(
        _Written(
            specversion="1.0",
            id=f"{fact.subject}@{fact.version}",
            source=f"/{fact.topic}",
            type=fact.type,
            subject=fact.subject,
            time=fact.at.isoformat(),
            version=fact.version,
            datacontenttype="application/json",
            data=content,
        )
    )


def decode(event: bytes) -> Fact:
    """The fact in `event`. Raises UnknownType or Malformed."""
    try:
        read = _decoder().decode(event)
        content = astuple(read.data)
        for place, codes in read.codes:
            if not codes[content[place]]:
                _strict_decoder().decode(event)  # raises, with the place
        return read.fact(read.subject, read.version, read.time, *content)
    except msgspec.ValidationError as error:
        raise _refused(event, error) from None
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not an event: {type(error).__name__}") from None


class _TypeAlone(Struct):
    type: str


def _refused(event: bytes, error: msgspec.ValidationError) -> UnknownType | Malformed:
    """What is wrong with an event that is JSON: its type, or something in it."""
    try:
        name = msgspec.json.decode(event, type=_TypeAlone).type
    except (ValueError, RecursionError) as unreadable:
        return Malformed(f"not an event: {type(unreadable).__name__}")
    if name not in _TYPES:
        return UnknownType(name[:120])
    reason, _, place = str(error).rpartition(" - at ")
    # "Invalid enum value 'x'" quotes what it found; what the other reasons quote are our own rules.
    if reason.startswith("Invalid"):
        reason = reason.partition(" '")[0]
    return Malformed(f"{name}: {place.strip('`')}: {reason}")
