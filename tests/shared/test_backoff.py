"""While something is away, a process says so once, and once when it is back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.faults import Backoff


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda *_: 0.0)


def told(lines: list[MutableMapping[str, Any]]) -> list[tuple[object, object]]:
    return [(line["event"], line["worker"]) for line in lines if line["log_level"] != "debug"]


async def test_an_outage_is_told_by_the_first_worker_and_its_end_by_the_last() -> None:
    relay, consumer = Backoff("relay"), Backoff("consumer")

    with capture_logs() as lines:
        for backoff in (relay, consumer, relay, consumer):
            await backoff.wait(ConnectionRefusedError())
        relay.reset()
        consumer.reset()

    assert told(lines) == [("worker.attempt.failed", "relay"), ("worker.attempt.recovered", "consumer")]


async def test_a_fault_of_its_own_is_told_by_each_worker() -> None:
    relay, consumer = Backoff("relay"), Backoff("consumer")

    with capture_logs() as lines:
        await relay.wait(ConnectionRefusedError())
        await consumer.wait(ZeroDivisionError())
        await consumer.wait(ZeroDivisionError())

    assert told(lines) == [("worker.attempt.failed", "relay"), ("worker.attempt.failed", "consumer")]


async def test_a_worker_that_was_cancelled_leaves_no_outage_behind() -> None:
    async def fail() -> None:
        await Backoff("gone").wait(ConnectionRefusedError())

    await asyncio.create_task(fail())
    relay = Backoff("relay")

    with capture_logs() as lines:
        await relay.wait(ConnectionRefusedError())
        relay.reset()

    assert told(lines) == [("worker.attempt.failed", "relay"), ("worker.attempt.recovered", "relay")]
