"""Composition root of assessment's event process, and the definition of the service."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.assessment.app import make_app
from services.assessment.bodies.usecases import moves
from services.assessment.consumers import consumers
from services.assessment.settings import AssessmentSettings
from services.assessment.standards import usecases as standards
from shared.database import make_engine
from shared.kernel.refusals import Refusal
from shared.service import Job, Service

log = structlog.get_logger()


async def load_standards(settings: AssessmentSettings, arguments: argparse.Namespace) -> None:
    """Load the standard of a file, and log what it changed; exit code 1 if it is refused."""
    await _standard(settings, arguments, load=True)


async def compare_standards(settings: AssessmentSettings, arguments: argparse.Namespace) -> None:
    """Log what loading the standard of a file would change, and change nothing; exit code 1 if it is refused."""
    await _standard(settings, arguments, load=False)


async def _standard(settings: AssessmentSettings, arguments: argparse.Namespace, *, load: bool) -> None:
    engine, file = make_engine(settings.database_url, name="assessment standards"), Path(arguments.file)
    try:
        async with engine.begin() as connection:
            found = (
                await standards.load(connection, file, at=datetime.now(UTC))
                if load
                else await standards.compare(connection, file)
            )
        for each in found.differences:
            log.info("standard.differs", place=each.place, before=str(each.before), after=str(each.after))
        name = "standard.loaded" if load else "standard.compared"
        standard = found.standard
        log.info(name, occupation=standard.occupation, edition=standard.edition, changed=len(found.differences))
    except Refusal as refusal:
        log.error(
            "standard.refused", refusal=refusal.slug, title=refusal.title_en, cure=refusal.cure_en, **refusal.facts
        )
        raise SystemExit(1) from None
    finally:
        await engine.dispose()


def jobs(settings: AssessmentSettings, engine: AsyncEngine) -> list[Job]:
    """Background jobs of assessment, except the relay."""
    return [moves.work(engine, settings.now)]


SERVICE = Service(
    name="assessment",
    settings=AssessmentSettings,
    make_app=make_app,
    consumers=consumers,
    jobs=jobs,
    extra_commands=(
        ("load-standards", "load an occupation standard from a file", ("file",), load_standards),
        ("compare-standards", "say what loading an occupation standard would change", ("file",), compare_standards),
    ),
)
