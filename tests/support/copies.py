"""Copies of template databases for tests. One that a test has only read serves the next test.

Making and dropping the files of a database takes as long as most tests do, and many tests end in a refusal.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final
from uuid import uuid4

import asyncpg

from deploy.local.postgres import Postgres

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

    async def take(self, template: str) -> str:
        """The name of a database that is as the template is, for whoever gives it back."""
        for name, of in self._kept.items():
            if of == template:
                del self._kept[name]
                return name
        name = f"test_{uuid4().hex[:12]}"
        await self._postgres.clone_database(name, template)
        return name

    async def give_back(self, taken: dict[str, str]) -> None:
        """Keep copies, by name with their templates, that were not written to, and drop the others.

        Their connections are closed, or about to be.
        """
        if not taken:
            return
        connection = await asyncpg.connect(self._postgres.url("postgres"), ssl=False)
        try:
            unwritten = await _unwritten(connection, list(taken))
        finally:
            await connection.close()
        self._kept |= {name: template for name, template in taken.items() if name in unwritten}
        dropped = [name for name in taken if name not in unwritten]
        while len(self._kept) > KEPT_MAX:
            dropped.append(self._kept.popitem(last=False)[0])
        for name in dropped:
            await self._postgres.drop_database(name)


async def _unwritten(connection: asyncpg.Connection, names: list[str]) -> set[str]:
    loop = asyncio.get_running_loop()
    until = loop.time() + _CLOSING_SECONDS_MAX
    while await connection.fetchval(_CONNECTIONS, names):
        if loop.time() > until:
            break
        await asyncio.sleep(0.001)
    return {row["datname"] for row in await connection.fetch(_UNWRITTEN, names)}
