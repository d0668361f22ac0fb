"""The engine of one service's PostgreSQL database, and the way down to its driver for set-based statements."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

REQUEST_STATEMENT_MS = 5_000
WORKER_STATEMENT_MS = 120_000


def make_engine(
    url: str, *, name: str, pool_size: int = 10, statement_ms: int = REQUEST_STATEMENT_MS, search_path: str = "public"
) -> AsyncEngine:
    """An engine for `url` ("postgresql://user:password@host:port/database"); nothing is opened yet.

    Every statement is bounded in time, and every wait for a lock to four seconds.
    """
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=pool_size,
        # Parameters may be personal data, and an error's text ends in logs.
        hide_parameters=True,
        json_serializer=_json,
        connect_args={
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


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


async def driver(connection: AsyncConnection) -> Any:
    """The asyncpg connection under `connection`, inside its transaction.

    SQLAlchemy sends BEGIN with its own first statement; a statement given to the bare driver before that would commit
    by itself. So where no transaction is open yet, one statement goes through SQLAlchemy first.
    """
    # The connection is checked out already, so asking it for the one below needs no switch to SQLAlchemy's greenlet;
    # a request that makes a dozen small statements would spend a quarter of its time on these.
    within = connection.sync_connection
    bare = None if within is None else within.connection.driver_connection
    if bare is None or not bare.is_in_transaction():
        await connection.execute(text("SELECT 1"))
        bare = (await connection.get_raw_connection()).driver_connection
    return bare
