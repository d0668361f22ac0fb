"""The databases of a run: one per service and one for the embedded log, in the embedded PostgreSQL or in another."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.local.postgres import Postgres
from deploy.local.processes import LaunchError
from deploy.local.services import PORTS


class Databases:
    """The databases, created if missing. `services` holds their URLs by service, `log` that of the embedded log.

    A run on Kafka has separate databases: a service's database stores its position in *one* log, so the two logs cannot
    share it.
    """

    def __init__(self, home: Path, environment: Mapping[str, str], *, log: str) -> None:
        self._elsewhere = environment.get("SKILLS_POSTGRES_URL")
        port = environment.get("POSTGRES_PORT")
        self._server = None if self._elsewhere else Postgres(home / "postgres", int(port) if port else None)
        self._prefix = "skills" if log == "embedded" else f"skills_{log}"

    def start(self) -> None:
        """Start the embedded server, unless another is used, and create the databases. Raises LaunchError."""
        if self._server is not None:
            self._server.start()
        asyncio.run(self._create())

    def stop(self) -> None:
        """Stop the embedded server; another server is not touched."""
        if self._server is not None:
            self._server.stop()

    @property
    def server(self) -> Postgres | None:
        """The embedded server; None if another is used."""
        return self._server

    @property
    def services(self) -> dict[str, str]:
        return {service: self._url(f"{self._prefix}_{service}") for service in PORTS}

    @property
    def log(self) -> str:
        return self._url(f"{self._prefix}_log")

    @property
    def where(self) -> str:
        """The server's address, without the password."""
        parts = urlsplit(self._url("postgres"))
        return f"{parts.hostname}:{parts.port or 5432}"

    def _url(self, database: str) -> str:
        if self._server is not None:
            return self._server.url(database)
        assert self._elsewhere is not None
        return urlunsplit(urlsplit(self._elsewhere)._replace(path=f"/{database}"))

    async def _create(self) -> None:
        try:
            connection = await asyncpg.connect(self._elsewhere or self._url("postgres"))
        except (OSError, asyncpg.PostgresError) as error:
            raise LaunchError(f"PostgreSQL at {self.where} cannot be used: {error}") from error
        try:
            if connection.get_server_version().major < 18:
                raise LaunchError(f"PostgreSQL at {self.where} is older than 18.")
            known = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
            for url in (*self.services.values(), self.log):
                name = urlsplit(url).path.removeprefix("/")
                assert re.fullmatch(r"[a-z_]+", name), "the names are ours"
                if name not in known:
                    await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
