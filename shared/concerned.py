"""The names of those whom a request concerns stand in none of its texts that are stored in clear.

Who they are follows from the path: the trainees of the class, the teacher, the candidates of the session. It is looked
up after the request was handled, so that only a caller who may change the thing learns that a name stands there; the
refusal undoes what was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver
from shared.form_errors import MalformedRequest, told
from shared.kernel.spelling import letters
from shared.persons import Persons, SealedPerson

PERSONS_MAX: Final = 1_000
_LETTERS_MIN: Final = 2
Text = tuple[tuple[str | int, ...], str]


class Concerned:
    """Finds the persons of a path: for each parameter there may be a statement with its id as `$1`."""

    def __init__(self, statements: Mapping[str, str]) -> None:
        self._statements = statements

    def knows(self, path: Mapping[str, Any]) -> bool:
        """Whether a request to this path may concern a person."""
        return not path.keys().isdisjoint(self._statements)

    async def refuse_names(
        self, connection: AsyncConnection, path: Mapping[str, Any], content: object, *, form: Any, persons: Persons
    ) -> None:
        """Raises MalformedRequest with the place of each text in `content`, which has this `form`, that names a person
        whom a request to this path concerns.
        """
        texts = list(_texts(content, (), _kept_otherwise(form)))
        if texts:
            names = {letters(persons.particulars(each).name) for each in await self._of(connection, path)}
            long_enough = {name for name in names if len(name) >= _LETTERS_MIN}
            named = [place for place, text in texts if any(name in text for name in long_enough)]
            if named:
                raise MalformedRequest([told("personal_name", place) for place in named])

    async def _of(self, connection: AsyncConnection, path: Mapping[str, Any]) -> list[SealedPerson]:
        found: list[SealedPerson] = []
        for name in path.keys() & self._statements.keys():
            statement = f"{self._statements[name]} LIMIT {PERSONS_MAX}"
            found += [SealedPerson(*row) for row in await (await driver(connection)).fetch(statement, UUID(path[name]))]
        return found


def _texts(content: object, place: tuple[str | int, ...], kept: frozenset[str]) -> Iterator[Text]:
    """The letters of every text in `content`, but of the members that are `kept` otherwise than in clear."""
    match content:
        case str() if len(found := letters(content)) >= _LETTERS_MIN and not found.isascii():
            yield place, found
        case list():
            for index, each in enumerate(content):
                yield from _texts(each, (*place, index), kept)
        case dict():
            for name, each in content.items():
                if name not in kept:
                    yield from _texts(each, (*place, name), kept)
        case _:
            return


@cache
def _kept_otherwise(form: Any) -> frozenset[str]:
    """The members of a body of this form that are described as kept otherwise than in clear."""
    return frozenset(_kept_in(TypeAdapter(form).json_schema()))


def _kept_in(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, member in schema.get("properties", {}).items():
            if any("x-kept" in each for each in (member, *member.get("anyOf", ()))):
                yield name
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _kept_in(inner)
