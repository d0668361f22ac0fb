"""One real PostgreSQL per test process; a template database per service, migrated once and cloned for each test."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pytest
from hypothesis import settings

from deploy.local import issuer
from deploy.local.postgres import Postgres
from shared.backbone.postgres import PostgresLog
from shared.migrations.environment import upgrade
from shared.service import TOPICS, Service, worker_engine
from tests.support.services import ServiceUnderTest, opened

# For `make test-domain`, which wants to be run at every change; all other runs look at a hundred examples.
settings.register_profile("quick", max_examples=15)

LOG_TEMPLATE = "template_log"
IN_MEMORY = Path("/dev/shm")
ROOM_MIN = 4 << 30
"""Bytes that two test processes need together, and as much again."""


COUNTED = "counted"


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Takes a line of what was counted; all of them are printed after the run."""
    return lambda line: record_property(COUNTED, line)


class _Counted:
    """Prints what was counted: after the run, or, in a verbose one, as soon as each test has ended."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._lines: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self._lines += [str(line) for name, line in report.user_properties if name == COUNTED]
        if self._config.get_verbosity() > 0:
            self._print()

    def pytest_terminal_summary(self) -> None:
        self._print()

    def _print(self) -> None:
        terminal: pytest.TerminalReporter | None = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None and self._lines:
            terminal.write_line("")
            for line in self._lines:
                terminal.write_line(line, flush=True)
            self._lines.clear()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Counted(config))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument: a workbook made here holds the second it was made in, and two test processes
    that collect in different seconds would not agree on the names of their tests.
    """
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    # Most of a test's time goes into making the files of its databases, so they are kept in memory where there is room.
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free >= ROOM_MIN:
        with tempfile.TemporaryDirectory(dir=IN_MEMORY) as directory, _served(Path(directory)) as server:
            yield server
    else:
        with _served(tmp_path_factory.mktemp("postgres")) as server:
            yield server


@contextmanager
def _served(directory: Path) -> Iterator[Postgres]:
    server = Postgres.for_tests(directory / "postgres", {"max_wal_size": "512MB"})
    with server:
        yield server
    server.erase()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("keys")
    issuer.make_keys(directory)
    return directory


@pytest.fixture(scope="session")
def templates(postgres: Postgres, keys: Path) -> dict[str, str]:
    """Names of migrated template databases, made when first asked for (see `database`)."""
    return {}


CopyOf = Callable[[str], Awaitable[str]]


@pytest.fixture
async def copy_of(postgres: Postgres) -> AsyncGenerator[CopyOf]:
    """Gives the URL of a copy of a template, which is there until the test ends."""
    copies: list[str] = []

    async def copy(template: str) -> str:
        copies.append(f"test_{uuid4().hex[:12]}")
        await postgres.clone_database(copies[-1], template)
        return postgres.url(copies[-1])

    yield copy
    for name in copies:
        await postgres.drop_database(name)


Database = Callable[[Service | None], Awaitable[str]]


@pytest.fixture
async def database(postgres: Postgres, keys: Path, templates: dict[str, str], copy_of: CopyOf) -> Database:
    """Gives the URL of a fresh, migrated database of a service, or of the embedded log for None."""

    async def clone(service: Service | None) -> str:
        name = LOG_TEMPLATE if service is None else f"template_{service.name}"
        if name not in templates:
            await postgres.create_database(name)
            await _prepare(service, postgres.url(name), keys)
            templates[name] = name
        return await copy_of(name)

    return clone


async def _prepare(service: Service | None, url: str, keys: Path) -> None:
    if service is None:
        log = PostgresLog(url)
        await log.prepare(TOPICS)
        await log.close()
        return
    engine = worker_engine(service, service.settings(database_url=url, SKILLS_KEYS_DIRECTORY=keys))
    await upgrade(engine, service.name)
    await engine.dispose()
    # A template must have no connection left; the server notices a closed one a moment later.
    await asyncio.sleep(0)


class OpenService(Protocol):
    """Opens a service, with some of its settings changed."""

    def __call__(self, service: Service, **changed: Any) -> Awaitable[ServiceUnderTest]: ...


@pytest.fixture
async def open_service(database: Database, keys: Path) -> AsyncGenerator[OpenService]:
    """Opens a service on fresh databases; several opened in one test share one log."""
    async with AsyncExitStack() as stack:
        log_url = await database(None)

        async def open_(service: Service, **changed: Any) -> ServiceUnderTest:
            settings = service.settings(
                database_url=await database(service),
                SKILLS_LOG_URL=log_url,
                SKILLS_KEYS_DIRECTORY=keys,
                **changed,
            )
            return await stack.enter_async_context(opened(service, settings))

        yield open_
