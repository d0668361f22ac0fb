"""The registry with the plan of 2025, and a school in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from services.registry.usecases import plan
from services.registry.worker import SERVICE
from tests.conftest import OpenService
from tests.registry.school import School, open_school
from tests.support.services import ServiceUnderTest

PLAN = Path(__file__).parents[2] / "deploy" / "plans" / "henan-2025"


@pytest.fixture
async def registry(open_service: OpenService) -> ServiceUnderTest:
    registry = await open_service(SERVICE)
    async with registry.engine.begin() as connection:
        await plan.load(connection, PLAN, at=datetime.now(UTC))
        await connection.execute(text("DELETE FROM outbox"))
    return registry


@pytest.fixture
async def school(registry: ServiceUnderTest) -> School:
    return await open_school(registry)
