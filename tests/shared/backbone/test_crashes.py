"""Everything goes wrong at once, from a seed; in the end what was applied equals what the generator says."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass, field
from random import Random

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.backbone import outbox
from tests.shared.backbone.ledger import Crash, CrashingAfterAppend, Ledger, Posted, Zombie

ACCOUNTS = 60
VERSIONS_MAX = 12
ROUNDS = 5


@dataclass
class Generator:
    """Posts random facts and keeps its own tally of them."""

    ledger: Ledger
    random: Random
    tally: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def next_facts(self, count: int) -> list[Posted]:
        facts = []
        for _ in range(count):
            account = f"{self.random.randrange(ACCOUNTS)}"
            version = len(self.tally[account]) + 1
            if version <= VERSIONS_MAX:
                self.tally[account].append(version)
                facts.append(self.ledger.posted(account, version, amount=self.random.randrange(1000)))
        return facts

    async def post(self) -> None:
        """Some transactions in a row, and beside them one of another account that began first and commits last."""
        async with self.ledger.engine.begin() as slow:
            await outbox.record(slow, self.slow_fact())
            for _ in range(6):
                await self.ledger.post(*self.next_facts(self.random.randrange(1, 20)))
                if self.random.random() < 0.5:
                    await self.ledger.relay(limit=self.random.randrange(1, 30))

    def slow_fact(self) -> Posted:
        version = len(self.tally["slow"]) + 1
        self.tally["slow"].append(version)
        return self.ledger.posted("slow", version)


async def survive(*work: Awaitable[object]) -> None:
    """Run all of `work` at once; crashes and cancellations end only the one they happen to."""
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, Crash | asyncio.CancelledError):
            raise outcome


async def cancel_myself(_: AsyncConnection) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(0)


async def storm(ledger: Ledger, random: Random, generator: Generator) -> None:
    """Two relays of which one in four appends and dies, two rivals one of which is a zombie, killed in mid-batch."""
    dying = CrashingAfterAppend(ledger.log, crashes=lambda: random.random() < 0.25)
    if random.random() < 0.75:
        ledger.interruptions.append(cancel_myself)
    await generator.post()
    await survive(
        ledger.relay(dying, limit=random.randrange(20, 200)),
        ledger.relay(dying, limit=random.randrange(20, 200)),
        asyncio.create_task(ledger.catch_up(limit=random.randrange(12, 100))),
        asyncio.create_task(ledger.catch_up(Zombie(ledger.log), limit=random.randrange(12, 100))),
    )


class TestStorm:
    @pytest.mark.parametrize("seed", [11, 23, 37, 58, 91], ids="seed-{}".format)
    async def test_every_fact_is_applied_exactly_once_and_in_order(self, ledger_on_each_log: Ledger, seed: int) -> None:
        ledger, random = ledger_on_each_log, Random(seed)
        generator = Generator(ledger, random)
        frozen = [f"{account}" for account in random.sample(range(ACCOUNTS), 5)]
        await ledger.freeze(*frozen)

        for _ in range(ROUNDS):
            await storm(ledger, random, generator)
        ledger.interruptions.clear()
        while await ledger.waiting():
            await ledger.relay()
        await ledger.catch_up()

        healthy = {account: seen for account, seen in generator.tally.items() if seen and account not in frozen}
        assert await ledger.entries() == healthy
        assert set(await ledger.parked()) == {account for account in frozen if generator.tally[account]}

        await ledger.thaw()
        for account in await ledger.parked():
            await ledger.retry(account)
        assert not await ledger.parked()
        assert await ledger.entries() == {account: seen for account, seen in generator.tally.items() if seen}
