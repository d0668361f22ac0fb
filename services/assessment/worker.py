"""Composition root of assessment's event process, and the definition of the service."""

from __future__ import annotations

from services.assessment.app import make_app
from services.assessment.consumers import consumers
from services.assessment.settings import AssessmentSettings
from shared.service import Service

SERVICE = Service(name="assessment", settings=AssessmentSettings, make_app=make_app, consumers=consumers)
