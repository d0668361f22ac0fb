"""Backing off after a fault, and giving up when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

import pytest

from deploy.local.processes import free_port
from shared.backbone.kafka import KafkaLog
from shared.backbone.log import LogUnavailable, Record, TopicPartition
from shared.faults import forever, is_passing


@pytest.mark.parametrize("call", ["prepare", "append", "read", "ends"])
async def test_brokers_that_cannot_be_reached_are_a_fault_that_passes(call: str) -> None:
    log = KafkaLog(f"127.0.0.1:{free_port()}")

    async def start(partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "prepare": lambda: log.prepare(["topic"]),
        "append": lambda: log.append("topic", [Record("accounts/1", b"")]),
        "read": lambda: anext(log.read("group", ["topic"], start, limit=1)),
        "ends": lambda: log.ends(["topic"]),
    }
    with pytest.raises(LogUnavailable) as unreachable:
        await calls[call]()

    assert is_passing(unreachable.value)


class TestForever:
    async def test_goes_on_after_failures_and_pauses_only_where_there_was_nothing_to_do(self) -> None:
        answers: list[bool | Exception] = [True, OSError(), True, False, True]
        done = asyncio.Event()

        async def step() -> bool:
            if not answers:
                done.set()
                await asyncio.Event().wait()
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        task = asyncio.create_task(forever("test", step, pause_seconds=0.001))
        await asyncio.wait_for(done.wait(), 5)

        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert answers == []

    async def test_raises_what_is_not_to_be_tried_again(self) -> None:
        async def step() -> bool:
            raise ValueError

        with pytest.raises(ValueError):  # noqa: PT011
            await forever("test", step, pause_seconds=0, is_retried=is_passing)


async def test_a_worker_told_to_end_ends_even_if_its_clean_up_fails() -> None:
    working = asyncio.Event()

    async def step() -> bool:
        try:
            working.set()
            return await asyncio.Event().wait()
        finally:
            raise ConnectionResetError("the connection was dead before it could be given back")

    async def work() -> None:
        await forever("test", step, pause_seconds=0)

    task = asyncio.create_task(work())
    await working.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
