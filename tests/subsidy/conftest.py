"""The service as its users meet it, ready for claims."""

from __future__ import annotations

import pytest

from services.subsidy.worker import SERVICE
from tests.conftest import OpenService
from tests.subsidy.builders import Office


@pytest.fixture
async def office(open_service: OpenService) -> Office:
    return await Office.open(await open_service(SERVICE))
