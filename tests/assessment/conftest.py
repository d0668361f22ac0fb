"""The assessment service with the plan heard, and one centre filed with it."""

from __future__ import annotations

import pytest

from services.assessment.consumers import apply
from services.assessment.worker import SERVICE
from tests.assessment.centre import Centre, open_centre, plan
from tests.assessment.session_rules import file_however_late
from tests.conftest import OpenService
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def assessment(open_service: OpenService) -> ServiceUnderTest:
    service = await open_service(SERVICE)
    # Past the log, which costs each test a tenth of a second; test_heard.py goes the whole way.
    async with service.engine.begin() as connection:
        await apply(connection, plan())
        await file_however_late(connection)
    return service


@pytest.fixture
async def centre(assessment: ServiceUnderTest) -> Centre:
    return await open_centre(assessment)
