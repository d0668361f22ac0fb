"""Copies of template databases for tests. One that a test has only read serves the next test.

Making and dropping the files of a database takes as long as most tests do, and many tests end in a refusal.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

import asyncpg

from deploy.local.postgres import Postgres
from shared.database import DriverConnection

KEPT_MAX: Final = 12
"""Unwritten copies that are kept; each takes 10 to 20 MB."""
_CLOSING_SECONDS_MAX: Final = 1.0
_CONNECTIONS: Final = "SELECT coalesce(sum(numbackends), 0) FROM pg_stat_database WHERE datname = ANY($1)"
# A server process has reported what it wrote, also what it rolled back, before it leaves the list of connections.
_UNWRITTEN: Final = """
SELECT datname FROM pg_stat_database
WHERE datname = ANY($1) AND tup_inserted + tup_updated + tup_deleted = 0 AND numbackends = 0
"""


class Copies:
    """Of one server, whose databases nobody else makes."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._kept = OrderedDict[str, str]()
        """Unwritten copies with their templates, the one that was given back first at the front."""

    @asynccontextmanager
    async def lent(self) -> AsyncGenerator[Lent]:
        """Lends copies while the context lasts. At its end their connections are closed, or about to be."""
        lent = Lent(self._postgres, self._kept)
        try:
            yield lent
        finally:
            await lent.give_back()


class Lent:
    """The copies of one test. Making and dropping them takes one connection, and none if there are none."""

    def __init__(self, postgres: Postgres, kept: OrderedDict[str, str]) -> None:
        self._postgres = postgres
        self._kept = kept
        self._taken = dict[str, str]()
        self._connection: asyncpg.Connection | None = None

    async def take(self, template: str) -> str:
        """The name of a database that is as the template is, until it is given back."""
        name = next((name for name, of in self._kept.items() if of == template), None)
        if name is not None:
            del self._kept[name]
        else:
            name = f"test_{uuid4().hex[:12]}"
            connection = await self._connected()
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        self._taken[name] = template
        return name

    async def give_back(self) -> None:
        """Keep the copies that were not written to, and drop the others."""
        if not self._taken:
            return
        connection = await self._connected()
        try:
            unwritten = await _unwritten(connection, list(self._taken))
            self._kept |= {name: template for name, template in self._taken.items() if name in unwritten}
            dropped = [name for name in self._taken if name not in unwritten]
            while len(self._kept) > KEPT_MAX:
                dropped.append(self._kept.popitem(last=False)[0])
            for name in dropped:
                await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        finally:
            await connection.close()

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None:
            url = self._postgres.url("postgres")
            self._connection = await asyncpg.connect(url, ssl=False, connection_class=DriverConnection)
        return self._connection


async def _unwritten(connection: asyncpg.Connection, names: list[str]) -> set[str]:
    loop = asyncio.get_running_loop()
    until = loop.time() + _CLOSING_SECONDS_MAX
    while await connection.fetchval(_CONNECTIONS, names):
        if loop.time() > until:
            break
        await asyncio.sleep(0.001)
    return {row["datname"] for row in await connection.fetch(_UNWRITTEN, names)}
