"""A noteboard on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.postgres import Postgres
from tests.shared.noteboard import Noteboard, opened


@pytest.fixture
async def board(postgres: Postgres, keys: Path) -> AsyncGenerator[Noteboard]:
    name = f"test_{uuid4().hex[:12]}"
    await postgres.create_database(name)
    async with opened(postgres.url(name), keys) as board:
        yield board
