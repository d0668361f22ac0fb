"""The assessment service with the plan heard, and one centre filed with it."""

from __future__ import annotations

import pytest

from services.assessment.consumers import apply
from services.assessment.worker import SERVICE
from tests.assessment.centre import Centre, open_centre, plan
from tests.assessment.session_rules import file_however_late
from tests.conftest import OpenWorld
from tests.support.services import ServiceUnderTest


async def with_plan(service: ServiceUnderTest) -> ServiceUnderTest:
    # Past the log, which costs each test a tenth of a second; test_heard.py goes the whole way.
    async with service.engine.begin() as connection:
        await apply(connection, plan())
        await file_however_late(connection)
    return service


async def with_centre(service: ServiceUnderTest) -> Centre:
    return await open_centre(await with_plan(service))


@pytest.fixture
async def assessment(request: pytest.FixtureRequest, open_world: OpenWorld) -> ServiceUnderTest:
    """The same that the test's `centre` works with, if it has one."""
    if "centre" in request.fixturenames:
        return (await open_world(SERVICE, with_centre)).service
    return await open_world(SERVICE, with_plan)


@pytest.fixture
async def centre(open_world: OpenWorld) -> Centre:
    return await open_world(SERVICE, with_centre)
