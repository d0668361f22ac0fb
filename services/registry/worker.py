"""Where the registry's event process is wired, and what makes the package a service."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import structlog

from services.registry.app import make_app
from services.registry.consumers import consumers
from services.registry.settings import RegistrySettings
from services.registry.usecases import plan
from shared.database import make_engine
from shared.service import Service

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


SERVICE = Service(
    name="registry",
    settings=RegistrySettings,
    make_app=make_app,
    consumers=consumers,
    extra_commands=(("load-plan", "load the plan from a directory of files", ("directory",), load_plan),),
)
