"""Transactions of requests: they begin with one message, and leave nothing behind on their connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from deploy.local.postgres import Postgres
from shared.database import Transactions, driver, make_engine

ADD = "INSERT INTO thing VALUES (:number)"


@pytest.fixture
async def engine(postgres: Postgres) -> AsyncGenerator[AsyncEngine]:
    """An engine that keeps one connection, in a database with an empty table."""
    name = f"test_{uuid4().hex[:12]}"
    await postgres.create_database(name)
    engine = make_engine(postgres.url(name), name="one", pool_size=1)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE thing (number integer)"))
    yield engine
    await engine.dispose()


async def numbers(engine: AsyncEngine) -> list[int]:
    async with engine.begin() as connection:
        return list(await connection.scalars(text("SELECT number FROM thing ORDER BY number")))


async def add(connection: AsyncConnection, number: int) -> None:
    await connection.execute(text(ADD), {"number": number})


async def backend(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


class TestBegin:
    async def test_commits_what_went_through_either_library(self, engine: AsyncEngine) -> None:
        async with Transactions(engine).begin() as (connection, _):
            await (await driver(connection)).execute("INSERT INTO thing VALUES (1)")
            await add(connection, 2)
            before = await numbers(engine)

        assert (before, await numbers(engine)) == ([], [1, 2])

    async def test_says_whether_the_question_found_something(self, engine: AsyncEngine) -> None:
        found = []
        for question in (None, "SELECT FROM thing", "SELECT FROM thing WHERE number = 1", "SELECT 1 FROM thing"):
            async with Transactions(engine).begin(question) as (connection, any_):
                await add(connection, 1)
                found.append(any_)

        assert found == [False, True, True, True]

    async def test_asks_in_the_transaction_that_it_begins(self, engine: AsyncEngine) -> None:
        begun = "SELECT FROM pg_stat_activity WHERE pid = pg_backend_pid() AND xact_start = now()"
        async with Transactions(engine).begin(begun) as (connection, is_begun):
            same = (await connection.execute(text(f"SELECT count(*) FROM ({begun}) AS now"))).scalar_one()

        assert (is_begun, same) == (True, 1)

    async def test_keeps_savepoints(self, engine: AsyncEngine) -> None:
        async with Transactions(engine).begin() as (connection, _):
            await add(connection, 1)
            async with connection.begin_nested() as stage:
                await add(connection, 2)
                await stage.rollback()
            await add(connection, 3)

        assert await numbers(engine) == [1, 3]

    async def test_is_rolled_back_by_an_error(self, engine: AsyncEngine) -> None:
        async def fail() -> None:
            async with Transactions(engine).begin() as (connection, _):
                await add(connection, 1)
                raise LookupError

        with pytest.raises(LookupError):
            await fail()

        assert await numbers(engine) == []

    async def test_is_rolled_back_when_the_task_is_cancelled(self, engine: AsyncEngine) -> None:
        added = asyncio.Event()

        async def wait() -> None:
            async with Transactions(engine).begin() as (connection, _):
                await add(connection, 1)
                added.set()
                await (await driver(connection)).execute("SELECT pg_sleep(60)")

        task = asyncio.create_task(wait())
        await added.wait()
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
        assert await numbers(engine) == []

    async def test_leaves_no_transaction_behind_if_the_question_fails(self, engine: AsyncEngine) -> None:
        kept = await backend(engine)

        with pytest.raises(asyncpg.UndefinedTableError):
            async with Transactions(engine).begin("SELECT FROM nothing"):
                pass

        assert await numbers(engine) == []
        assert await backend(engine) == kept

    async def test_a_connection_that_the_server_closed_is_replaced_unnoticed(
        self, engine: AsyncEngine, postgres: Postgres
    ) -> None:
        kept = await backend(engine)
        other = await asyncpg.connect(postgres.url("postgres"), ssl=False)
        await other.execute("SELECT pg_terminate_backend($1, 10000)", kept)
        await other.close()

        async with Transactions(engine).begin("SELECT FROM thing") as (connection, _):
            await add(connection, 1)

        assert await numbers(engine) == [1]


class TestDriverConnection:
    async def test_asks_once_a_process_what_a_type_of_postgresql_is_like(self, engine: AsyncEngine) -> None:
        # Nothing else has an array of money in it, so nobody has asked before.
        statement = "SELECT ARRAY[12.5::money]"

        first, second = await sent_for(engine, statement), await sent_for(engine, statement)

        assert (len(first) > 1, second) == (True, [statement])

    async def test_asks_every_time_what_a_type_of_ours_is_like(self, engine: AsyncEngine) -> None:
        # Another database may have another type under the same number.
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TYPE weather AS ENUM ('rain', 'snow')"))
        statement = "SELECT ARRAY['rain'::weather]"

        first, second = await sent_for(engine, statement), await sent_for(engine, statement)

        assert len(first) == len(second) > 1


async def sent_for(engine: AsyncEngine, statement: str) -> list[str]:
    """All that a new connection sends for `statement`."""
    await engine.dispose()
    sent: list[str] = []
    async with engine.begin() as connection:
        bare = await driver(connection)
        with bare.query_logger(lambda query: sent.append(query.query)):
            await bare.fetchval(statement)
            await asyncio.sleep(0)  # what was sent is told in the loop's next round
    return sent
