"""What turns a package under services/ into a running service: its parts, and the commands of every service."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import signal
import tempfile
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import exposition, kept_answers, lag, telemetry
from shared.backbone import dead_letters
from shared.backbone.consumer import Consumer, consume, retry
from shared.backbone.log import EventLog
from shared.backbone.postgres import PostgresLog
from shared.backbone.relay import relay
from shared.contracts import assessment, metrics, registry, subsidy
from shared.database import WORKER_STATEMENT_MS, make_engine
from shared.edge.heads import BoundedHttp, ConnectionLimits
from shared.settings import ServiceSettings
from shared.web import Background

log = structlog.get_logger()

TOPICS = (registry.TOPIC, assessment.TOPIC, subsidy.TOPIC, metrics.TOPIC)

MakeApp = Callable[[Any, Background | None], FastAPI]
Command = Callable[[Any, argparse.Namespace], Any]
Job = Coroutine[Any, Any, None]
"""Background work that never ends and survives an outage of the database."""


@dataclass(frozen=True)
class Service:
    """A service's parts. `jobs` are what its worker does besides relaying and consuming; `extra_commands` adds (name,
    help, arguments, coroutine function) to the command line.
    """

    name: str
    settings: type[ServiceSettings]
    consumers: Callable[[Any], Sequence[Consumer]]
    jobs: Callable[[Any, AsyncEngine], Sequence[Job]] = lambda settings, engine: ()  # noqa: ARG005
    publishes: bool = True
    search_path: str = "public"
    extra_commands: Sequence[tuple[str, str, Sequence[str], Command]] = ()

    def make_app(self, settings: ServiceSettings, background: Background | None) -> FastAPI:
        """The service's application. Its routes are imported on demand: workers and most commands do without them."""
        make: MakeApp = resolve_name(f"services.{self.name}.app:make_app")
        return make(settings, background)

    def api(self) -> FastAPI:
        """The HTTP side only, in one of several processes that share a port."""
        settings = self.settings()
        telemetry.set_up(self.name, settings.log_level)
        app = self.make_app(settings, None)
        settle_memory()
        return app


def open_log(settings: ServiceSettings) -> EventLog:
    """The log that the settings name: Kafka or PostgreSQL."""
    scheme, _, rest = settings.log_url.partition("://")
    if scheme == "kafka":
        # Imported on demand, so that the embedded log runs without an installed Kafka client.
        from shared.backbone.kafka import KafkaLog

        return KafkaLog(rest, replication=settings.log_replication)
    return PostgresLog(settings.log_url)


def worker_engine(service: Service, settings: ServiceSettings) -> AsyncEngine:
    """An engine for background work: few connections, long statements."""
    return make_engine(
        settings.database_url,
        name=f"{service.name} worker",
        pool_size=4,
        statement_ms=WORKER_STATEMENT_MS,
        search_path=service.search_path,
    )


async def work(service: Service, settings: ServiceSettings) -> None:
    """Relay the service's facts, apply the facts it consumes, and run its jobs, until one of them must stop."""
    engine, event_log = worker_engine(service, settings), open_log(settings)
    consumers = service.consumers(settings)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(lag.watch(engine, event_log, consumers))
            if service.publishes:
                tasks.create_task(relay(engine, event_log, poll_seconds=settings.relay_poll_ms / 1000))
                tasks.create_task(kept_answers.work(engine, kept=settings.answers_kept))
            for consumer in consumers:
                tasks.create_task(consume(consumer, engine=engine, event_log=event_log, limit=settings.batch_facts_max))
            for job in service.jobs(settings, engine):
                tasks.create_task(job)
    finally:
        await event_log.close()
        await engine.dispose()


@asynccontextmanager
async def work_beside(service: Service, app: FastAPI) -> AsyncGenerator[None]:
    """Run the worker in the same process as the HTTP side; if it must stop, readiness reports it and HTTP continues."""

    async def watch() -> None:
        try:
            await work(service, app.state.settings)
        except* Exception as stopped:  # noqa: BLE001
            # A task group wraps the error; the log needs the error itself.
            names = sorted({type(error).__name__ for error in stopped.exceptions})
            log.error("worker.stopped", errors=names)
            app.state.failure = ", ".join(names)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _migrate(service: Service, settings: ServiceSettings) -> None:
    # Imported on demand: nothing but this command needs Alembic.
    from shared.migrations.environment import upgrade

    engine = worker_engine(service, settings)
    event_log = open_log(settings)
    try:
        await upgrade(engine, service.name)
        await event_log.prepare(TOPICS)
    finally:
        await event_log.close()
        await engine.dispose()


async def _dead_letters(service: Service, settings: ServiceSettings, subject: str | None) -> None:
    engine = worker_engine(service, settings)
    consumers = {consumer.name: consumer for consumer in service.consumers(settings)}
    try:
        async with engine.connect() as connection:
            parked = await dead_letters.parked(connection)
        for letter in parked:
            if subject is None:
                print(f"{letter.consumer}  {letter.subject}  {letter.events} event(s)  {letter.reason}")  # noqa: T201
            elif subject in (letter.subject, "all"):
                applied, left = await retry(consumers[letter.consumer], engine, letter.subject)
                print(f"{letter.consumer}  {letter.subject}  applied {applied}, still parked {left}")  # noqa: T201
    finally:
        await engine.dispose()


def settle_memory() -> None:
    """Keep the garbage collector from scanning long-lived objects repeatedly during large batches.

    Measured on the fold of a backlog: with Python's defaults most of the decoding time went into full collections.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def serve(service: Service, settings: ServiceSettings, *, with_worker: bool) -> None:
    """Serve HTTP (and work beside it) until SIGTERM or SIGINT.

    HTTP alone may be served by several processes; one that ends is started again.
    """
    background: Background | None = (lambda app: work_beside(service, app)) if with_worker else None
    several = not with_worker and settings.http_processes > 1
    if several and exposition.SHARED_BY_PROCESSES not in os.environ:
        os.environ[exposition.SHARED_BY_PROCESSES] = tempfile.mkdtemp(prefix=f"{service.name}-counts-")
    app = f"services.{service.name}.worker:SERVICE.api" if several else service.make_app(settings, background)
    settle_memory()
    uvicorn.run(
        app,
        factory=several,
        workers=settings.http_processes if several else None,
        host=settings.host,
        port=settings.port,
        http=BoundedHttp(ConnectionLimits.of(settings)),  # type: ignore[arg-type]  # a callable will do
        ws="none",
        timeout_keep_alive=settings.idle_seconds_max,
        backlog=settings.connections_max,
        log_config=None,
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=5,
    )


async def _until_signalled(service: Service, settings: ServiceSettings) -> None:
    task = asyncio.create_task(work(service, settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    async with exposition.told_by_worker(settings.host, settings.worker_metrics_port):
        with contextlib.suppress(asyncio.CancelledError):
            await task


def main(service: Service) -> None:
    """The command line of a service: serve, api, worker, migrate, dead-letters, and the service's own commands."""
    parser = argparse.ArgumentParser(prog=f"python -m services.{service.name}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="HTTP and worker in one process: the default on one machine")
    commands.add_parser("api", help="HTTP only")
    commands.add_parser("worker", help="relay and consumers only")
    commands.add_parser("migrate", help="bring the database up to date and make the log's topics")
    letters = commands.add_parser("dead-letters", help="list events that could not be applied, or retry them")
    letters.add_argument("--retry", metavar="SUBJECT", help='a subject, or "all"')
    for name, help_, arguments, _ in service.extra_commands:
        extra = commands.add_parser(name, help=help_)
        for argument in arguments:
            extra.add_argument(argument)
    chosen = parser.parse_args()
    settings = service.settings()
    telemetry.set_up(service.name, settings.log_level)
    settle_memory()
    match chosen.command:
        case "serve" | "api":
            serve(service, settings, with_worker=chosen.command == "serve")
        case "worker":
            asyncio.run(_until_signalled(service, settings))
        case "migrate":
            asyncio.run(_migrate(service, settings))
        case "dead-letters":
            asyncio.run(_dead_letters(service, settings, chosen.retry))
        case other:
            command = next(run for name, _, _, run in service.extra_commands if name == other)
            asyncio.run(command(settings, chosen))
