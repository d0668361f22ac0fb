"""One real PostgreSQL per test process; a template database per service, migrated once and cloned for each test."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from hypothesis import settings

from deploy.local import issuer
from deploy.local.postgres import Postgres
from shared.backbone.postgres import PostgresLog
from shared.migrations.environment import upgrade
from shared.service import TOPICS, Service, worker_engine
from tests.support.copies import Copies
from tests.support.services import ServiceUnderTest, opened

# For `make test-domain`, which wants to be run at every change; all other runs look at a hundred examples.
settings.register_profile("quick", max_examples=15)

# httpx tries to import it at each request to an application, and a failed import searches every folder each time.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]  # None says that it is not there

LOG_TEMPLATE = "template_log"
IN_MEMORY = Path("/dev/shm")
ROOM_MIN = 4 << 30
"""Bytes that two test processes need together, and as much again."""
SMALL = {"max_wal_size": "512MB", "shared_buffers": "128MB"}
"""Dropping a database looks at every buffer that there is."""


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
    server = Postgres.for_tests(directory / "postgres", SMALL)
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


@pytest.fixture(scope="session")
def copies(postgres: Postgres) -> Copies:
    return Copies(postgres)


@pytest.fixture
async def copy_of(postgres: Postgres, copies: Copies) -> AsyncGenerator[CopyOf]:
    """Gives the URL of a copy of a template, which is there until the test ends."""
    async with copies.lent() as lent:

        async def copy(template: str) -> str:
            return postgres.url(await lent.take(template))

        yield copy


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
async def opened_here() -> AsyncGenerator[AsyncExitStack]:
    """Closes what a test has opened."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def log_here() -> dict[str, str]:
    """The URL of the log that all services of a test share, under "url" once there is one."""
    return {}


OpenOn = Callable[..., AbstractAsyncContextManager[ServiceUnderTest]]


@pytest.fixture
def opened_on(keys: Path) -> OpenOn:
    """Opens a service on the databases with these URLs, its own and the log's, with some of its settings changed."""

    def open_(service: Service, own: str, log: str, **changed: Any) -> AbstractAsyncContextManager[ServiceUnderTest]:
        given: dict[str, Any] = {"database_url": own, "SKILLS_LOG_URL": log, "SKILLS_KEYS_DIRECTORY": keys} | changed
        return opened(service, service.settings(**given))

    return open_


@pytest.fixture
async def open_service(
    database: Database, opened_on: OpenOn, opened_here: AsyncExitStack, log_here: dict[str, str]
) -> OpenService:
    """Opens a service on fresh databases; several opened in one test share one log."""

    async def open_(service: Service, **changed: Any) -> ServiceUnderTest:
        if not log_here:
            log_here["url"] = await database(None)
        here = opened_on(service, await database(service), log_here["url"], **changed)
        return await opened_here.enter_async_context(here)

    return open_


W = TypeVar("W")


class OpenWorld(Protocol):
    """Opens a service as `build` leaves it: the same within one test. `build` returns the service, or a dataclass that
    holds it in one of its fields.
    """

    def __call__(self, service: Service, build: Callable[[ServiceUnderTest], Awaitable[W]]) -> Awaitable[W]: ...


@pytest.fixture(scope="session")
def worlds() -> dict[object, Any]:
    """What each `build` returned, whose databases are templates."""
    return {}


@pytest.fixture
async def open_world(
    database: Database,
    opened_on: OpenOn,
    opened_here: AsyncExitStack,
    log_here: dict[str, str],
    postgres: Postgres,
    templates: dict[str, str],
    worlds: dict[object, Any],
    copy_of: CopyOf,
) -> OpenWorld:
    """Building a world over HTTP takes longer than most tests do; it is done once a process and copied for each test.

    What a service holds in memory is not copied, nor a clock that was set.
    """
    here: dict[object, Any] = {}

    async def built(service: Service, build: Callable[[ServiceUnderTest], Awaitable[Any]], key: str) -> None:
        urls = await database(service), await database(None)
        async with opened_on(service, *urls) as first:
            world = await build(first)
        for kind, url in zip(("service", "log"), urls, strict=True):
            name = f"template_world_{len(worlds)}_{kind}"
            await postgres.clone_database(name, url.rsplit("/", 1)[1])
            templates[f"{key} {kind}"] = name
        worlds[key] = world

    async def open_(service: Service, build: Callable[[ServiceUnderTest], Awaitable[W]]) -> W:
        key = f"{service.name} {build.__module__}.{build.__qualname__}"
        if key not in here:
            assert not log_here, "a test has one log: open the world before other services"
            if key not in worlds:
                await built(service, build, key)
            log_here["url"] = await copy_of(templates[f"{key} log"])
            copied = opened_on(service, await copy_of(templates[f"{key} service"]), log_here["url"])
            here[key] = _in(worlds[key], await opened_here.enter_async_context(copied))
        found: W = here[key]
        return found

    return open_


def _in(world: Any, service: ServiceUnderTest) -> Any:
    """`world` with `service` in the place of the one that it was built with."""
    if isinstance(world, ServiceUnderTest):
        return service
    held = [field.name for field in fields(world) if isinstance(getattr(world, field.name), ServiceUnderTest)]
    return replace(world, **dict.fromkeys(held, service))
