"""The board while it watches: answers that follow the totals, and the stream of changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx
import pytest

from services.metrics.totals.store import Cut, Dimension
from services.metrics.totals.usecases import Board
from services.metrics.worker import SERVICE
from shared.contracts.registry import EnrolmentStatus
from tests.conftest import OpenService
from tests.support.facts import enrolment, region
from tests.support.services import ServiceUnderTest

BY_REGION = Cut((Dimension.REGION,))


@pytest.fixture
async def metrics(open_service: OpenService) -> AsyncGenerator[ServiceUnderTest]:
    metrics = await open_service(SERVICE)
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("419001", reports_to="419001"),
        region("410173", reports_to="410173"),
    )
    async with board_of(metrics).watching():
        yield metrics


def board_of(metrics: ServiceUnderTest) -> Board:
    transport = metrics.http._transport
    assert isinstance(transport, httpx.ASGITransport)
    board: Board = transport.app.state.board  # type: ignore[attr-defined]
    return board


async def test_the_stream_starts_with_all_cells_and_then_tells_only_those_that_changed(
    metrics: ServiceUnderTest,
) -> None:
    await metrics.hear(enrolment(1, status=EnrolmentStatus.IN_TRAINING, region="419001"))

    async with aclosing(board_of(metrics).changes(BY_REGION)) as changes, asyncio.timeout(10):
        first = await anext(changes)
        assert [(cell["region"], cell["in_training"]) for cell in first["cells"]] == [("419001", 1)]  # type: ignore[attr-defined]

        await metrics.hear(enrolment(2, status=EnrolmentStatus.IN_TRAINING, region="410173"))
        then = await anext(changes)
        assert [(cell["region"], cell["in_training"]) for cell in then["cells"]] == [("410173", 1)]  # type: ignore[attr-defined]
        assert then["total"]["in_training"] == 2  # type: ignore[index]


async def test_a_kept_answer_follows_the_totals(metrics: ServiceUnderTest) -> None:
    async def in_training() -> int:
        count: int = (await metrics.http.get("/v1/totals?by=region")).json()["total"]["in_training"]
        return count

    async with aclosing(board_of(metrics).changes(BY_REGION)) as changes, asyncio.timeout(10):
        await anext(changes)
        assert await in_training() == 0
        await metrics.hear(enrolment(1, status=EnrolmentStatus.IN_TRAINING, region="419001"))
        await anext(changes)

        assert await in_training() == 1
