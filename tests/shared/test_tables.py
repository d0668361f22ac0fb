"""Tables of stores: what stands in a statement, and single rows on a real database."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.local.postgres import Postgres
from shared import tables
from shared.database import driver, make_engine
from shared.kernel.levels import Level
from shared.kernel.periods import Period
from shared.kernel.refusals import Stale
from shared.tables import Choice, Days, Instant, Json, Texts, fixed


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Note:
    id: UUID
    words: str
    colour: Colour | None
    level: Level
    days: Period
    tags: tuple[str, ...]
    facts: dict[str, object] | None
    at: datetime
    version: int = 1


NOTE = Table(
    "note",
    MetaData(),
    fixed("id", Uuid),
    fixed("said", Text, key="words"),
    Column("colour", Choice(Colour)),
    Column("level", Choice(Level)),
    Column("days", Days),
    Column("tags", Texts),
    Column("facts", Json),
    Column("written_at", Instant, key="at"),
    Column("version", Integer),
)
NOTED = Note(
    UUID(int=1), "早", Colour.RED, Level.TECHNICIAN, Period(date(2025, 1, 1), date(2025, 1, 31)), ("a", "b"),
    {"day": "2025-01-01"}, datetime(2025, 1, 1, 12, tzinfo=UTC),
)  # fmt: skip


@pytest.fixture
async def connection(postgres: Postgres) -> AsyncGenerator[AsyncConnection]:
    name = f"test_{uuid4().hex[:12]}"
    await postgres.create_database(name)
    engine = make_engine(postgres.url(name), name="test")
    async with engine.begin() as connection:
        await connection.execute(
            text("""CREATE TABLE note (id uuid PRIMARY KEY, said text, colour text, level smallint, days daterange,
            tags text[], facts jsonb, written_at timestamptz, version integer)""")
        )
        yield connection
    await engine.dispose()
    await postgres.drop_database(name)


def sql(statement: object) -> str:
    return " ".join(str(statement.compile(dialect=postgresql.dialect())).split())  # type: ignore[attr-defined,no-untyped-call]


async def all_of(connection: AsyncConnection) -> list[Note]:
    return await tables.fetch_all(connection, select(NOTE).order_by(NOTE.c.id), Note)


class TestConditions:
    def test_only_what_is_asked_for_stands_in_the_statement(self) -> None:
        statement = select(NOTE.c.id).where(*tables.matches(NOTE, words="早", colour=None, level=Level.TECHNICIAN))

        where = sql(statement).partition("WHERE ")[2]
        assert "note.said = " in where
        assert "note.level = " in where
        assert "colour" not in where

    def test_several_values_are_one_parameter(self) -> None:
        few = sql(select(NOTE.c.id).where(tables.one_of(NOTE.c.id, [UUID(int=1)])))
        many = sql(select(NOTE.c.id).where(tables.one_of(NOTE.c.id, [UUID(int=n) for n in range(9)])))

        assert few == many

    async def test_the_rows_of_several_values_are_found(self, connection: AsyncConnection) -> None:
        await tables.add_all(connection, NOTE, [replace(NOTED, id=UUID(int=n)) for n in (1, 2, 3)])

        statement = select(NOTE).where(tables.one_of(NOTE.c.id, {UUID(int=1), UUID(int=3), UUID(int=4)}))
        found = await tables.fetch_all(connection, statement, Note)

        assert {each.id.int for each in found} == {1, 3}


class TestRows:
    @pytest.mark.parametrize(
        "note", [NOTED, replace(NOTED, colour=None, days=Period(date(2025, 1, 1)), tags=(), facts=None)]
    )
    async def test_a_value_comes_back_as_it_was_stored(self, connection: AsyncConnection, note: Note) -> None:
        await tables.add(connection, NOTE, note)

        assert await all_of(connection) == [note]

    async def test_what_is_given_beside_a_value_takes_the_place_of_its_field(self, connection: AsyncConnection) -> None:
        await tables.add(connection, NOTE, NOTED, words="晚")

        assert await all_of(connection) == [replace(NOTED, words="晚")]

    async def test_json_without_a_value_is_null(self, connection: AsyncConnection) -> None:
        await tables.add(connection, NOTE, replace(NOTED, facts=None))

        assert await connection.scalar(text("SELECT facts IS NULL FROM note")) is True

    async def test_json_of_what_has_no_form_in_it_is_refused(self, connection: AsyncConnection) -> None:
        with pytest.raises(StatementError):
            await tables.add(connection, NOTE, replace(NOTED, facts={"days": NOTED.days, "by": object()}))

    async def test_no_values_are_no_statement(self, connection: AsyncConnection) -> None:
        await tables.add_all(connection, NOTE, [])

        assert await all_of(connection) == []


class TestSave:
    async def test_what_is_fixed_stays(self, connection: AsyncConnection) -> None:
        await tables.add(connection, NOTE, NOTED)

        await tables.save(connection, NOTE, replace(NOTED, words="晚", colour=Colour.BLUE, version=2), expected=1)

        assert await all_of(connection) == [replace(NOTED, colour=Colour.BLUE, version=2)]

    async def test_another_version_is_stale(self, connection: AsyncConnection) -> None:
        await tables.add(connection, NOTE, NOTED)

        with pytest.raises(Stale):
            await tables.save(connection, NOTE, replace(NOTED, version=3), expected=2)

        assert await all_of(connection) == [NOTED]


class TestSets:
    async def test_arrays_are_rows_of_the_table(self, connection: AsyncConnection) -> None:
        columns = [NOTE.c.id, NOTE.c.words, NOTE.c.colour, NOTE.c.level, NOTE.c.at, NOTE.c.version]
        notes = [replace(NOTED, id=UUID(int=n), version=n) for n in (1, 2)]
        rows = [tables.values_of(NOTE, note) for note in notes]
        statement = f"""
        INSERT INTO note ({tables.names(columns)}) SELECT {tables.names(columns)} FROM {tables.unnest(columns)}
        """

        await (await driver(connection)).execute(statement, *tables.arrays(columns, rows))

        stored = await connection.execute(select(*columns).order_by(NOTE.c.id))
        assert [tuple(row) for row in stored] == [
            (note.id, note.words, note.colour, note.level, note.at, note.version) for note in notes
        ]

    def test_the_first_parameter_may_have_another_number(self) -> None:
        assert tables.unnest([NOTE.c.id, NOTE.c.version], first=3) == (
            "unnest($3::UUID[], $4::INTEGER[]) AS given (id, version)"
        )
