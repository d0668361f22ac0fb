"""Composition root of the registry's event process, and the definition of the service."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.books.store import BOOK
from services.registry.consumers import consumers
from services.registry.directory.usecases import moves
from services.registry.plan.usecases import plan
from services.registry.public_reports import usecases as public_reports
from services.registry.quality import usecases as quality
from services.registry.rosters.usecases.files import roster_decider
from services.registry.settings import RegistrySettings
from shared.books import telling as books
from shared.database import make_engine
from shared.file_jobs.kinds import FileStorage
from shared.file_jobs.work import FileWorker
from shared.persons import Persons
from shared.sealed import Seal
from shared.service import Job, Service
from shared.spreadsheets.reading import ReaderPool

log = structlog.get_logger()


async def load_plan(settings: RegistrySettings, arguments: argparse.Namespace) -> None:
    """Load the plan from the given directory and log what changed."""
    engine = make_engine(settings.database_url, name="registry plan")
    try:
        async with engine.begin() as connection:
            loaded = await plan.load(connection, Path(arguments.directory), at=datetime.now(UTC))
        log.info("plan.loaded", entries=loaded.entries, changed=loaded.changed)
    finally:
        await engine.dispose()


def file_worker(settings: RegistrySettings, engine: AsyncEngine) -> FileWorker:
    """The worker that processes uploaded files of institutions."""
    persons = Persons.load(settings.keys_directory)
    return FileWorker(
        begin=engine.begin,
        deciders=[roster_decider(persons)],
        storage=FileStorage(
            seal=Seal.load(settings.keys_directory), mark=persons.mark, rows_kept=settings.refused_rows_kept
        ),
        readers=ReaderPool(),
        now=settings.now,
    )


def jobs(settings: RegistrySettings, engine: AsyncEngine) -> list[Job]:
    """Background jobs of the registry, except the relay."""
    files = file_worker(settings, engine)
    erasure = public_reports.erase(engine, settings.now)
    telling = books.work(engine, BOOK, seconds=settings.books_seconds)
    rating = [quality.work(engine), quality.tell_all_day(engine, now=settings.now)]
    return [files.work(), files.erase(), *rating, moves.work(engine, settings.now), erasure, telling]


SERVICE = Service(
    name="registry",
    settings=RegistrySettings,
    consumers=consumers,
    jobs=jobs,
    extra_commands=(("load-plan", "load the plan from a directory of files", ("directory",), load_plan),),
)
