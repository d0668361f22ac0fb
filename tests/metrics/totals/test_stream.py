"""The answers while they are watched: answers that follow the totals, and the stream of changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.totals.store import Cut, Dimension
from services.metrics.totals.usecases.answer_cache import ANSWERS_MAX, AnswerCache
from services.metrics.worker import SERVICE
from shared.contracts.registry.enrolments import EnrolmentStatus
from tests.conftest import OpenService
from tests.support.facts import class_started, enrolment, region
from tests.support.services import ServiceUnderTest

BY_REGION = Cut((Dimension.REGION,))


@pytest.fixture
async def metrics(open_service: OpenService) -> AsyncGenerator[ServiceUnderTest]:
    metrics = await open_service(SERVICE)
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("419001", reports_to="419001"),
        region("410173", reports_to="410173"),
        class_started(),
    )
    async with answers_of(metrics).watching():
        yield metrics


def answers_of(metrics: ServiceUnderTest) -> AnswerCache:
    transport = metrics.http._transport
    assert isinstance(transport, httpx.ASGITransport)
    answers: AnswerCache = transport.app.state.answers  # type: ignore[attr-defined]
    return answers


async def test_the_stream_starts_with_all_cells_and_then_tells_only_those_that_changed(
    metrics: ServiceUnderTest,
) -> None:
    await metrics.hear(enrolment(1, status=EnrolmentStatus.IN_TRAINING, region="419001"))

    async with aclosing(answers_of(metrics).changes(BY_REGION)) as changes, asyncio.timeout(10):
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

    async with aclosing(answers_of(metrics).changes(BY_REGION)) as changes, asyncio.timeout(10):
        await anext(changes)
        assert await in_training() == 0
        await metrics.hear(enrolment(1, status=EnrolmentStatus.IN_TRAINING, region="419001"))
        await anext(changes)

        assert await in_training() == 1


async def test_made_up_questions_do_not_push_out_what_is_asked_again_and_again(metrics: ServiceUnderTest) -> None:
    answers, worked_out = answers_of(metrics), 0

    async def make(_: AsyncConnection) -> int:
        nonlocal worked_out
        worked_out += 1
        return worked_out

    async def ask(key: str, spelling: bytes) -> bytes:
        return await answers.answer(key, make, spelling=("/v1/totals", spelling))

    async with aclosing(answers.changes(BY_REGION)) as changes, asyncio.timeout(10):
        await anext(changes)
    assert {await ask("board", spelling) for spelling in (b"by=region", b"by=%72egion", b"by=region&")} == {b"1"}
    for number in range(ANSWERS_MAX * 2):
        await ask(f"made up {number}", b"by=day&region=%d" % number)

    assert answers.kept(("/v1/totals", b"by=%72egion")) == b"1"
    assert answers.kept(("/v1/totals", b"by=day&region=0")) is None
    assert await ask("board", b"by=region") == b"1"


async def test_the_difference_is_worked_out_once_for_all_listeners(metrics: ServiceUnderTest) -> None:
    answers = answers_of(metrics)
    async with (
        aclosing(answers.changes(BY_REGION)) as one,
        aclosing(answers.changes(BY_REGION)) as another,
        asyncio.timeout(10),
    ):
        await anext(one)
        await anext(another)

        await metrics.hear(enrolment(1, status=EnrolmentStatus.IN_TRAINING, region="419001"))
        told, told_too = await anext(one), await anext(another)

        assert [cell["region"] for cell in told["cells"]] == ["419001"]  # type: ignore[attr-defined]
        assert told["cells"] is told_too["cells"]


async def test_a_listener_who_was_too_slow_for_a_change_is_told_of_it_with_the_next(metrics: ServiceUnderTest) -> None:
    answers = answers_of(metrics)
    async with (
        aclosing(answers.changes(BY_REGION)) as quick,
        aclosing(answers.changes(BY_REGION)) as slow,
        asyncio.timeout(10),
    ):
        await anext(quick)
        await anext(slow)
        for number, region_code in enumerate(("419001", "410173"), 1):
            await metrics.hear(enrolment(number, status=EnrolmentStatus.IN_TRAINING, region=region_code))
            await anext(quick)

        told = await anext(slow)

        assert sorted(cell["region"] for cell in told["cells"]) == ["410173", "419001"]  # type: ignore[attr-defined]


async def test_the_head_of_the_stream_ends(metrics: ServiceUnderTest) -> None:
    async with asyncio.timeout(10):
        answer = await metrics.http.head("/v1/stream?by=region")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
