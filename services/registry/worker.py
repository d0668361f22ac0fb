"""Where the registry's event process is wired, and what makes the package a service."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.app import make_app
from services.registry.consumers import consumers
from services.registry.plan.usecases import plan
from services.registry.quality import usecases as quality
from services.registry.rosters.routes import cells as roster_cells
from services.registry.rosters.usecases import erasure as roster_erasure
from services.registry.rosters.usecases import work as roster_work
from services.registry.rosters.usecases.chunks import Parts
from services.registry.settings import RegistrySettings
from shared.database import make_engine
from shared.persons import Persons
from shared.sealed import Seal
from shared.service import Job, Service

log = structlog.get_logger()


async def load_plan(settings: RegistrySettings, arguments: argparse.Namespace) -> None:
    """Load the plan in the directory that was named, and say what changed."""
    engine = make_engine(settings.database_url, name="registry plan")
    try:
        async with engine.begin() as connection:
            loaded = await plan.load(connection, Path(arguments.directory), at=datetime.now(UTC))
        log.info("plan.loaded", entries=loaded.entries, changed=loaded.changed)
    finally:
        await engine.dispose()


def roster_parts(settings: RegistrySettings) -> Parts:
    """What the work on roster files needs."""
    return Parts(
        persons=Persons.load(settings.keys_directory),
        seal=Seal.load(settings.keys_directory),
        read=roster_cells.read,
        told=roster_cells.told,
        now=lambda: datetime.now(UTC) + timedelta(days=settings.clock_offset_days),
        rows_kept=settings.refused_rows_kept,
    )


def jobs(settings: RegistrySettings, engine: AsyncEngine) -> list[Job]:
    """What the registry does beside its requests, apart from relaying."""
    parts = roster_parts(settings)
    return [roster_work.work(engine, parts), roster_erasure.erase(engine, parts.now), quality.work(engine)]


SERVICE = Service(
    name="registry",
    settings=RegistrySettings,
    make_app=make_app,
    consumers=consumers,
    jobs=jobs,
    extra_commands=(("load-plan", "load the plan from a directory of files", ("directory",), load_plan),),
)
