"""Up to where an answer is true, how far that is behind the log, and answers that wait for one's own write."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.metrics.totals.usecases import freshness
from services.metrics.totals.usecases.freshness import watch_log
from services.metrics.worker import SERVICE
from shared.backbone.log import Record
from shared.contracts.fact import encode
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.service import open_log
from tests.conftest import OpenService
from tests.support.facts import enrolment, numbered
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    return await open_service(SERVICE)


async def registry(metrics: ServiceUnderTest) -> dict[str, Any]:
    found: dict[str, Any] = (await metrics.http.get("/v1/totals?by=")).json()["as_of"]["topics"]["registry"]
    return found


async def look(metrics: ServiceUnderTest) -> None:
    """What the worker does every second, once."""
    before = await metrics.rows("SELECT max(seen_at) FROM log_end")
    watching = asyncio.create_task(watch_log(metrics.engine, open_log(metrics.settings)))
    async with asyncio.timeout(10):
        while await metrics.rows("SELECT max(seen_at) FROM log_end") == before:  # noqa: ASYNC110  (another task)
            await asyncio.sleep(0.01)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def append(metrics: ServiceUnderTest, number: int) -> None:
    """Tell a fact that is not applied yet."""
    fact = enrolment(number, status=EnrolmentStatus.COMPLETED)
    await metrics.log.append(fact.topic, [Record(fact.subject, encode(fact))])


async def test_an_answer_says_how_far_it_is_behind_the_log(metrics: ServiceUnderTest) -> None:
    await metrics.hear(enrolment(1, status=EnrolmentStatus.COMPLETED))
    assert (await registry(metrics))["behind"] is None  # nobody has looked yet

    await append(metrics, 2)
    await append(metrics, 3)
    await look(metrics)
    behind = await registry(metrics)
    await metrics.settle()

    assert (behind["facts"], behind["behind"]) == (1, 2)
    assert ((await registry(metrics))["facts"], (await registry(metrics))["behind"]) == (3, 0)


@pytest.mark.parametrize("position", ["registry:2", f"enrolments/{numbered(2)}@1"])
async def test_an_answer_waits_for_ones_own_write(metrics: ServiceUnderTest, position: str) -> None:
    await metrics.hear(enrolment(1, status=EnrolmentStatus.COMPLETED))
    await append(metrics, 2)

    asked = asyncio.create_task(metrics.http.get("/v1/totals", params={"by": "", "min_position": position}))
    await asyncio.sleep(0)
    await metrics.settle()
    answer = await asked

    assert (answer.status_code, answer.json()["total"]["trainings"]) == (200, 2)


async def test_it_does_not_wait_for_ever(metrics: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "WAIT_SECONDS_MAX", 0.05)

    answer = await metrics.http.get("/v1/progress", params={"min_position": "registry:1000"})

    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (409, "not-applied-yet", "1")


@pytest.mark.parametrize("position", ["registry", "registry:-1", "flags/1@1", "enrolments/1@1", ",".join(["a:1"] * 11)])
async def test_what_is_no_position_is_refused(metrics: ServiceUnderTest, position: str) -> None:
    answer = await metrics.http.get("/v1/pace", params={"min_position": position})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-position")
