"""A province that all cases of this folder share, for each log; and a log for a test of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka.broker import Broker
from tests.conftest import Database
from tests.shared.backbone.conftest import ON_KAFKA, broker
from tests.system.cases import play

__all__ = ["broker", "play"]


@pytest.fixture
def own_broker(broker: Broker, tmp_path: Path) -> Iterator[Broker]:
    """A broker that no other test writes to. `broker` decides whether there can be one."""
    with Broker(tmp_path / "kafka") as own:
        yield own


@pytest.fixture(params=["postgres", ON_KAFKA])
async def log_url(request: pytest.FixtureRequest, database: Database) -> str:
    if request.param == "kafka":
        return f"kafka://{request.getfixturevalue('own_broker').bootstrap}"
    return await database(None)
