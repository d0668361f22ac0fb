"""The names of those whom a request concerns stand in none of its texts that are stored in clear.

Who they are follows from the path (the trainees of the class, the teacher, the candidates of the session), from the
numbers of documents and the names that the request itself gives, and in batches from the trainee that a row names.
They are looked up after the request was handled, so that only a caller who may change the thing learns that a name
stands there; the refusal undoes what was done.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypedDict
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver
from shared.form_errors import MalformedRequest, Place, told
from shared.kernel.callers import Caller
from shared.kernel.identity import DocumentKind
from shared.kernel.refusals import Refusal
from shared.kernel.spelling import letters
from shared.persons import Persons, SealedPerson

PERSONS_MAX: Final = 1_000
_LETTERS_MIN: Final = 2
_ASCII_LETTERS_MIN: Final = 5
"""A name in Latin letters is looked for if it is too long to be part of a word by chance."""
_NUMBER: Final = "document_number"
_NAME: Final = "name"
_TRAINEE: Final = "trainee_local_id"
_SOME_NAME: Final = "王小明"

Text = tuple[Place, str]


class Room(NamedTuple):
    """What the description of a value, or of the items of a list, allows in it: a text in clear, a text that is kept
    otherwise, and members in which there are such.
    """

    is_text: bool = False
    is_kept: bool = False
    members: Mapping[str, Room] = MappingProxyType({})

    @property
    def of_texts(self) -> Room:
        """Only the texts in clear, and what they are in."""
        inside = {name: room.of_texts for name, room in self.members.items()}
        return Room(self.is_text, members={name: room for name, room in inside.items() if room != Room()})

    def or_(self, other: Room) -> Room:
        """What one of two variants allows."""
        both = {name: room.or_(other.members.get(name, Room())) for name, room in self.members.items()}
        return Room(self.is_text or other.is_text, self.is_kept or other.is_kept, {**other.members, **both})


class Whose(TypedDict):
    """What the names of persons are found with: the keys of the service, and who asks."""

    persons: Persons
    caller: Caller


class NamesInRows(Exception):
    """Rows that would be accepted name those whom they concern, at these places. The batch is decided again without
    them.
    """

    def __init__(self, places: Mapping[int, Sequence[Place]]) -> None:
        super().__init__("names in rows")
        self.places = places

    @property
    def refusal_of_all(self) -> MalformedRequest:
        """The refusal of the batch, if it cannot be decided again."""
        found = [("rows", row, *place) for row, of_row in self.places.items() for place in of_row]
        return MalformedRequest([told("personal_name", place) for place in found])


NamesOf = Callable[[AsyncConnection, Persons, UUID], Awaitable[Iterable[str]]]


@dataclass(frozen=True, kw_only=True)
class Concerned:
    """Whom the requests of a service concern, as statements that find sealed persons.

    `of_path` has one for each parameter of a path, with its id as `$1`; `of_documents` finds those with the keys `$1`.
    `of_trainees` finds the trainees of the institution `$1` with the local ids `$2`, the local id first. `named_by`
    finds names that are kept otherwise.
    """

    of_path: Mapping[str, str]
    of_documents: str
    of_trainees: str | None = None
    named_by: Mapping[str, NamesOf] | None = None

    async def names_before(
        self, connection: AsyncConnection, path: Mapping[str, Any], *, form: Any, persons: Persons
    ) -> set[str]:
        """The names that a request may be about to replace: they are to be looked for as well."""
        return await self._of_path(connection, path, persons) if _has_name(_room(form)) else set()

    async def refuse_names(
        self,
        connection: AsyncConnection,
        path: Mapping[str, Any],
        content: object,
        *,
        form: Any,
        persons: Persons,
        caller: Caller,
        before: Iterable[str] = (),
    ) -> None:
        """Raises MalformedRequest with the place of each text in `content`, which has this `form`, that names a person
        whom a request to this path concerns.
        """
        room = _room(form)
        texts = list(_texts(content, _rooms_of_texts(form)))
        if texts:
            names = {*before, *await self._of_path(connection, path, persons)}
            names |= await self._of_content(connection, content, room, persons, caller)
            if named := _named(texts, names):
                raise MalformedRequest([told("personal_name", place) for place in named])

    async def named_in_rows(
        self,
        connection: AsyncConnection,
        path: Mapping[str, Any],
        rows: Sequence[tuple[int, object]],
        *,
        form: Any,
        persons: Persons,
        caller: Caller,
    ) -> dict[int, list[Place]]:
        """By the places of the rows, where in them a text names a person whom the row concerns."""
        room, of_texts = _room(form), _rooms_of_texts(form)
        written = {place: texts for place, row in rows if (texts := list(_texts(row, of_texts)))}
        if not written:
            return {}
        of_all = await self._of_path(connection, path, persons)
        of_rows = [(place, row) for place, row in rows if place in written]
        of_trainee = await self._of_trainees(connection, [row for _, row in of_rows], persons, caller)
        found: dict[int, list[Place]] = {}
        for place, row in of_rows:
            names = of_all | await self._of_content(connection, row, room, persons, caller)
            if isinstance(row, dict):
                names |= of_trainee.get(row.get(_TRAINEE), set())
                names |= await self._of_path(connection, row, persons)
            if named := _named(written[place], names):
                found[place] = named
        return found

    async def _of_path(self, connection: AsyncConnection, path: Mapping[str, Any], persons: Persons) -> set[str]:
        names: set[str] = set()
        for name in path.keys() & self.of_path.keys():
            with suppress(ValueError):  # of what is no id: the member of a row that was refused
                rows = await self._fetch(connection, self.of_path[name], UUID(str(path[name])))
                names |= {_name(persons, SealedPerson(*row)) for row in rows}
        for name, find in (self.named_by or {}).items():
            if name in path:
                names |= {letters(each) for each in await find(connection, persons, UUID(path[name]))}
        return names

    async def _of_content(
        self, connection: AsyncConnection, content: object, room: Room, persons: Persons, caller: Caller
    ) -> set[str]:
        """The names in `content` itself, and those of the persons whose numbers it gives."""
        objects = list(_objects(content, room))
        names = {letters(each[_NAME]) for of, each in objects if _has_name(of) and isinstance(each.get(_NAME), str)}
        keys: list[UUID] = []
        for _, each in objects:
            if isinstance(each.get(_NUMBER), str):
                with suppress(Refusal, ValueError):
                    kind = DocumentKind(each.get("document_kind", DocumentKind.RESIDENT_ID))
                    keys.append(persons.recognise(kind, each[_NUMBER], today=caller.today)[0])
        if keys:
            rows = await self._fetch(connection, self.of_documents, keys)
            names |= {_name(persons, SealedPerson(*row)) for row in rows}
        return names

    async def _of_trainees(
        self, connection: AsyncConnection, rows: Sequence[object], persons: Persons, caller: Caller
    ) -> Mapping[object, set[str]]:
        local_ids = {row[_TRAINEE] for row in rows if isinstance(row, dict) and isinstance(row.get(_TRAINEE), str)}
        names: defaultdict[object, set[str]] = defaultdict(set)
        if self.of_trainees is not None and local_ids and caller.organisation is not None:
            found = await self._fetch(connection, self.of_trainees, caller.organisation, list(local_ids))
            for local_id, *sealed in found:
                names[local_id].add(_name(persons, SealedPerson(*sealed)))
        return names

    async def _fetch(self, connection: AsyncConnection, statement: str, *values: object) -> Sequence[Any]:
        bare = await driver(connection)
        found: Sequence[Any] = await bare.fetch(f"{statement} LIMIT {PERSONS_MAX}", *values)
        return found


def _has_name(room: Room) -> bool:
    """Whether an object has the name of a person, which is kept otherwise."""
    return _NAME in room.members and room.members[_NAME].is_kept


def _name(persons: Persons, sealed: SealedPerson) -> str:
    return letters(persons.particulars(sealed).name)


def _named(texts: Iterable[Text], names: Iterable[str]) -> list[Place]:
    """The places of the texts in which one of `names` stands, all of them in letters only."""
    looked_for = [each for each in names if len(each) >= (_ASCII_LETTERS_MIN if each.isascii() else _LETTERS_MIN)]
    return [place for place, text in texts if any(name in text for name in looked_for)]


def _texts(content: object, room: Room, place: Place = ()) -> Iterator[Text]:
    """The letters of every text in `content` that may hold a name. A code without a space has no name in it."""
    match content:
        case str() if room.is_text and (not content.isascii() or " " in content.strip()):
            if len(found := letters(content)) >= _LETTERS_MIN:
                yield place, found
        case list():
            for index, each in enumerate(content):
                yield from _texts(each, room, (*place, index))
        case dict():
            for name, inside in room.members.items():
                if name in content:
                    yield from _texts(content[name], inside, (*place, name))
        case _:
            return


def _objects(content: object, room: Room) -> Iterator[tuple[Room, dict[str, Any]]]:
    """Every object in `content`, itself included, with what is described of it."""
    match content:
        case list():
            for each in content:
                yield from _objects(each, room)
        case dict():
            yield room, content
            for name, inside in room.members.items():
                yield from _objects(content.get(name), inside)
        case _:
            return


@cache
def _room(form: Any) -> Room:
    """Where a body of this form has texts."""
    schema = TypeAdapter(form).json_schema()
    return _room_of(schema, schema.get("$defs", {}))


@cache
def _rooms_of_texts(form: Any) -> Room:
    """The same without what has no text in clear: a batch of a thousand rows is looked through in a millisecond."""
    return _room(form).of_texts


def _is_code(schema: Mapping[str, Any]) -> bool:
    """Whether what is described has no room for a name."""
    pattern = schema.get("pattern")
    is_narrow = pattern is not None and re.search(pattern, _SOME_NAME) is None
    return is_narrow or not schema.keys().isdisjoint({"enum", "const", "format"})


def _room_of(schema: Mapping[str, Any], named: Mapping[str, Any]) -> Room:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        # What contains itself has the same texts inside as outside.
        return _room_of(named[name], {**named, name: {}})
    found = Room(is_kept="x-kept" in schema)
    if not found.is_kept and schema.get("type") == "string":
        found = found._replace(is_text=not _is_code(schema))
    for variant in (each for kind in ("anyOf", "oneOf", "allOf") for each in schema.get(kind, ())):
        found = found.or_(_room_of(variant, named))
    if isinstance(schema.get("items"), dict):
        found = found.or_(_room_of(schema["items"], named))
    members = {name: _room_of(member, named) for name, member in schema.get("properties", {}).items()}
    return found.or_(Room(members={name: room for name, room in members.items() if room != Room()}))
