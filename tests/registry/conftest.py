"""The registry with the plan of 2025, and a school in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from deploy.local.postgres import Postgres
from services.registry.plan.usecases import plan
from services.registry.worker import SERVICE
from shared.service import Service, worker_engine
from tests.conftest import CopyOf, Database, OpenService, OpenWorld
from tests.registry.school import School, open_school
from tests.support.clock import now
from tests.support.services import ServiceUnderTest

PLAN = Path(__file__).parents[2] / "deploy" / "plans" / "henan-2025"
PLANNED = "template_registry_with_plan"


@pytest.fixture
async def database(
    database: Database, postgres: Postgres, templates: dict[str, str], keys: Path, copy_of: CopyOf
) -> Database:
    """As everywhere, but the registry's database holds the plan: loading it anew for each test would take most time."""

    async def clone(service: Service | None) -> str:
        if service is not SERVICE:
            return await database(service)
        if PLANNED not in templates:
            made_from = (await database(service)).rsplit("/", 1)[1]
            await postgres.clone_database(PLANNED, made_from)
            await _load_plan(postgres.url(PLANNED), keys)
            templates[PLANNED] = PLANNED
        return await copy_of(PLANNED)

    return clone


async def _load_plan(url: str, keys: Path) -> None:
    engine = worker_engine(SERVICE, SERVICE.settings(database_url=url, SKILLS_KEYS_DIRECTORY=keys))
    async with engine.begin() as connection:
        await plan.load(connection, PLAN, at=now())
        await connection.execute(text("DELETE FROM outbox"))
    await engine.dispose()


@pytest.fixture
async def registry(
    request: pytest.FixtureRequest, open_service: OpenService, open_world: OpenWorld
) -> ServiceUnderTest:
    """The same that the test's `school` is in, if it has one."""
    if "school" in request.fixturenames:
        return (await open_world(SERVICE, open_school)).registry
    return await open_service(SERVICE)


@pytest.fixture
async def school(open_world: OpenWorld) -> School:
    return await open_world(SERVICE, open_school)
