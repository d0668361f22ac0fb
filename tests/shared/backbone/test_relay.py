"""From the outbox to the log: every fact, in order per subject, at least once; applied once."""

from __future__ import annotations

import asyncio

import pytest

from shared.backbone import outbox
from shared.backbone.relay import relay
from tests.shared.backbone.ledger import Crash, CrashingAfterAppend, HeldInAppend, Ledger, until


async def is_empty(ledger: Ledger) -> bool:
    return await ledger.waiting() == 0


async def fail_after_recording(ledger: Ledger) -> None:
    async with ledger.engine.begin() as connection:
        await outbox.record(connection, ledger.posted("1", 1))
        raise RuntimeError


class TestRelayBatch:
    async def test_moves_the_oldest_facts_in_their_order(self, ledger_on_each_log: Ledger) -> None:
        ledger = ledger_on_each_log
        await ledger.post(*(ledger.posted("1", version) for version in range(1, 8)))

        assert [await ledger.relay(limit=3) for _ in range(4)] == [3, 3, 1, 0]

        await ledger.catch_up()
        assert await ledger.entries() == {"1": [1, 2, 3, 4, 5, 6, 7]}
        assert await ledger.waiting() == 0

    async def test_appends_again_after_a_crash_and_the_consumer_applies_once(self, ledger_on_each_log: Ledger) -> None:
        ledger = ledger_on_each_log
        await ledger.post(ledger.posted("1", 1), ledger.posted("2", 1), ledger.posted("1", 2))

        with pytest.raises(Crash):
            await ledger.relay(CrashingAfterAppend(ledger.log))
        assert await ledger.waiting() == 3
        await ledger.catch_up()
        await ledger.post(ledger.posted("1", 3))
        await ledger.relay()

        await ledger.catch_up()
        assert sum((await ledger.log.ends([ledger.fact.topic])).values()) == 7
        assert await ledger.entries() == {"1": [1, 2, 3], "2": [1]}
        assert not await ledger.parked()

    async def test_leaves_the_work_to_the_relay_that_has_begun(self, ledger: Ledger) -> None:
        await ledger.post(ledger.posted("1", 1))
        held = HeldInAppend(ledger.log)
        first = asyncio.create_task(ledger.relay(held))
        await held.begun.wait()

        assert await ledger.relay() == 0

        held.go_on.set()
        assert await first == 1
        assert sum((await ledger.log.ends([ledger.fact.topic])).values()) == 1

    async def test_finds_a_fact_whose_transaction_was_slower_than_a_later_one(self, ledger: Ledger) -> None:
        async with ledger.engine.begin() as slow:
            await outbox.record(slow, ledger.posted("slow", 1))
            await ledger.post(ledger.posted("fast", 1))

            assert await ledger.relay() == 1

        assert await ledger.relay() == 1
        await ledger.catch_up()
        assert await ledger.entries() == {"fast": [1], "slow": [1]}

    async def test_keeps_a_fact_that_was_rolled_back_from_the_log(self, ledger: Ledger) -> None:
        with pytest.raises(RuntimeError):
            await fail_after_recording(ledger)

        assert await ledger.relay() == 0

    async def test_refuses_one_version_recorded_twice(self, ledger: Ledger) -> None:
        await ledger.post(ledger.posted("1", 1))

        with pytest.raises(Exception, match="outbox_subject_version_key"):
            await ledger.post(ledger.posted("1", 1, amount=2))


class TestRelay:
    async def test_goes_on_by_itself_after_the_log_was_away(self, ledger: Ledger) -> None:
        crashes = iter([True, True])
        unlucky = CrashingAfterAppend(ledger.log, crashes=lambda: next(crashes, False))
        await ledger.post(ledger.posted("1", 1))

        task = asyncio.create_task(relay(ledger.engine, unlucky, poll_seconds=0.01))
        try:
            await until(lambda: is_empty(ledger))
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        await ledger.catch_up()
        assert await ledger.entries() == {"1": [1]}
