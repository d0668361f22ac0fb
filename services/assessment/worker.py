"""Composition root of assessment's event process, and the definition of the service."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from services.assessment.app import make_app
from services.assessment.bodies.usecases import moves
from services.assessment.consumers import consumers
from services.assessment.settings import AssessmentSettings
from shared.service import Job, Service


def jobs(settings: AssessmentSettings, engine: AsyncEngine) -> list[Job]:
    """Background jobs of assessment, except the relay."""
    return [moves.work(engine, settings.now)]


SERVICE = Service(name="assessment", settings=AssessmentSettings, make_app=make_app, consumers=consumers, jobs=jobs)
