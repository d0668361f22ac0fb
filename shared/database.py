"""The engine of one service's PostgreSQL database, and access to its driver for set-based statements."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import orjson
from sqlalchemy import event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

REQUEST_STATEMENT_MS = 5_000
WORKER_STATEMENT_MS = 120_000

_FIRST_OF_OURS: Final = 16_384
"""From this number on are types that were made; below are PostgreSQL's own, the same in every database."""
_DESCRIBED: Final[dict[frozenset[int], Any]] = {}


class DriverConnection(asyncpg.Connection):  # type: ignore[misc]
    """The driver's connection, which asks what PostgreSQL's own types are like once a process.

    The driver asks on every connection when it first meets an array, and again for the next kind of array; each time
    the server plans a recursive statement over the catalogue, which takes longer than most of ours.
    """

    async def _introspect_types(self, typeoids: Any, timeout: Any) -> Any:  # noqa: ASYNC109 - the driver's
        types = frozenset(typeoids)
        if types not in _DESCRIBED:
            described = await super()._introspect_types(typeoids, timeout)
            if max(types) >= _FIRST_OF_OURS:
                return described
            _DESCRIBED[types] = described
        return _DESCRIBED[types]


def make_engine(
    url: str,
    *,
    name: str,
    pool_size: int = 10,
    overflow: int | None = None,
    pool_seconds: float = 30,
    statement_ms: int = REQUEST_STATEMENT_MS,
    search_path: str = "public",
) -> AsyncEngine:
    """An engine for `url` ("postgresql://user:password@host:port/database"); nothing is opened yet.

    Every statement is bounded in time, and every wait for a lock to four seconds. Under load `overflow` connections
    more are opened, by default as many again; whoever finds none waits for `pool_seconds` at most.
    """
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=pool_size if overflow is None else overflow,
        pool_timeout=pool_seconds,
        # Parameters may be personal data, and the text of an error reaches logs.
        hide_parameters=True,
        json_serializer=_json,
        json_deserializer=orjson.loads,
        connect_args={
            "connection_class": DriverConnection,
            "timeout": 10,
            "server_settings": {
                "application_name": name,
                "statement_timeout": str(statement_ms),
                "lock_timeout": "4000",
                "idle_in_transaction_session_timeout": "60000",
                "search_path": search_path,
                "timezone": "UTC",
                "jit": "off",
                # Batches are sorted and summed in memory; few connections do that at once.
                "work_mem": "32MB",
            },
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, *_: object) -> None:
    """Let the pool replace a connection that the server has closed, which the driver knows without asking."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


class Transactions:
    """Transactions of requests on an engine: each begins with one message, which may also ask something.

    SQLAlchemy would send BEGIN with the first statement that goes through it, and there is none that every request
    needs. So the engine leaves transactions to this class, which the driver's connection has begun when it is used.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def begin(self, question: str | None = None) -> AsyncGenerator[tuple[AsyncConnection, bool]]:
        """A connection in a transaction, which is committed at the end or rolled back if an error passes.

        With it comes whether `question`, a SELECT without parameters, has found any row.
        """
        async with self._engine.connect() as connection:
            bare = driver_of(connection)
            try:
                status: str = await bare.execute(f"BEGIN; {question}" if question else "BEGIN")
                yield connection, question is not None and status != "SELECT 0"
                await bare.execute("COMMIT")
            except BaseException:
                await _roll_back(bare)
                raise

    @asynccontextmanager
    async def none(self) -> AsyncGenerator[Any]:
        """The driver's connection without a transaction, for a single statement that reads: one message, one answer.

        It comes from the pool itself, which costs half as much as SQLAlchemy's connection around it.
        """
        pooled = await self._engine.raw_connection()
        try:
            yield pooled.driver_connection
        finally:
            pooled.close()  # the driver began no transaction, so nothing is waited for


async def _roll_back(bare: Any) -> None:
    """End the transaction, if there still is one, or else the connection: the pool must not hand out either."""
    if not bare.is_in_transaction():
        return
    try:
        await bare.execute("ROLLBACK")
    except BaseException:
        bare.terminate()
        raise


async def driver(connection: AsyncConnection) -> Any:
    """The asyncpg connection under `connection`, inside its transaction.

    SQLAlchemy sends BEGIN with its own first statement; a statement given to the bare driver before that would commit
    by itself. So where no transaction is open yet, one statement goes through SQLAlchemy first.
    """
    bare = driver_of(connection)
    if not bare.is_in_transaction():
        await connection.execute(text("SELECT 1"))
        bare = driver_of(connection)
    return bare


def driver_of(connection: AsyncConnection) -> Any:
    """The asyncpg connection under `connection`: where no transaction is open, for one statement that reads."""
    # The connection is checked out already, so asking it for the one below needs no switch to SQLAlchemy's greenlet;
    # a request that makes a dozen small statements would spend a quarter of its time on these.
    assert connection.sync_connection is not None
    return connection.sync_connection.connection.driver_connection
