"""The service as its users meet it, ready for claims."""

from __future__ import annotations

import pytest

from services.subsidy.worker import SERVICE
from tests.conftest import OpenService
from tests.subsidy.ladder import whole_ladder
from tests.subsidy.office import Office


@pytest.fixture
async def office(open_service: OpenService) -> Office:
    return await Office.open(await open_service(SERVICE))


@pytest.fixture
async def ladder(open_service: OpenService) -> Office:
    """By the plan's own rows: two reviews, five working days of publicity."""
    return await whole_ladder(await open_service(SERVICE))
