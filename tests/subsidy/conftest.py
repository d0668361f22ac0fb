"""The service as its users meet it, ready for claims."""

from __future__ import annotations

import pytest

from services.subsidy.worker import SERVICE
from tests.conftest import OpenWorld
from tests.subsidy.ladder import whole_ladder
from tests.subsidy.office import Office


@pytest.fixture
async def office(open_world: OpenWorld) -> Office:
    return await open_world(SERVICE, Office.open)


@pytest.fixture
async def ladder(open_world: OpenWorld) -> Office:
    """By the plan's own rows: two reviews, five working days of publicity."""
    return await open_world(SERVICE, whole_ladder)
