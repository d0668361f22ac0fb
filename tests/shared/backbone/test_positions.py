"""The position guard: of two that read the same records, one applies them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from shared.backbone import positions
from shared.backbone.log import Batch, ConsumerRecord, PartitionBatch, TopicPartition
from shared.backbone.positions import PositionMoved
from tests.shared.backbone.ledger import Ledger

HERE, THERE = TopicPartition("topic", 0), TopicPartition("topic", 1)


def batch(**slices: tuple[int, int]) -> Batch:
    """`here=(3, 7)`: records 3 to 6 of the first partition, asked for from 3 on."""
    partitions = {"here": HERE, "there": THERE}
    return {
        partitions[name]: PartitionBatch(
            begin, [ConsumerRecord(offset, "accounts/1", b"") for offset in range(begin, end)]
        )
        for name, (begin, end) in slices.items()
    }


async def advance(ledger: Ledger, read: Batch) -> Mapping[TopicPartition, int]:
    async with ledger.engine.begin() as connection:
        return await positions.advance(connection, "consumer", read)


async def fail_after_advance(ledger: Ledger, read: Batch) -> None:
    async with ledger.engine.begin() as connection:
        await positions.advance(connection, "consumer", read)
        raise RuntimeError


async def stored(ledger: Ledger) -> Mapping[TopicPartition, int]:
    async with ledger.engine.connect() as connection:
        return await positions.load(connection, "consumer", [HERE, THERE])


class TestAdvance:
    async def test_moves_past_what_was_read_and_answers_where_it_was(self, ledger: Ledger) -> None:
        assert await advance(ledger, batch(here=(0, 5))) == {HERE: 0}
        assert await advance(ledger, batch(here=(5, 9), there=(0, 2))) == {HERE: 5, THERE: 0}

        assert await stored(ledger) == {HERE: 9, THERE: 2}

    async def test_tells_a_reader_that_lags_which_records_are_still_new(self, ledger: Ledger) -> None:
        await advance(ledger, batch(here=(0, 5)))

        assert await advance(ledger, batch(here=(3, 8))) == {HERE: 5}

        assert await stored(ledger) == {HERE: 8, THERE: 0}

    async def test_never_goes_back_for_a_reader_far_behind(self, ledger: Ledger) -> None:
        await advance(ledger, batch(here=(0, 5)))

        await advance(ledger, batch(here=(0, 2)))

        assert await stored(ledger) == {HERE: 5, THERE: 0}

    async def test_refuses_records_that_do_not_follow(self, ledger: Ledger) -> None:
        await advance(ledger, batch(here=(0, 5)))

        with pytest.raises(PositionMoved):
            await advance(ledger, batch(there=(0, 4), here=(7, 9)))

        assert await stored(ledger) == {HERE: 5, THERE: 0}

    async def test_makes_a_rival_wait_and_then_find_nothing_new(self, ledger: Ledger) -> None:
        read = batch(here=(0, 5), there=(0, 3))
        async with ledger.engine.begin() as connection:
            mine = await positions.advance(connection, "consumer", read)
            rival = asyncio.create_task(advance(ledger, read))
            done, _ = await asyncio.wait([rival], timeout=0.2)
            assert not done, "the rival did not wait"

        assert mine == {HERE: 0, THERE: 0}
        assert await rival == {HERE: 5, THERE: 3}

    async def test_leaves_everything_to_the_rival_when_it_fails(self, ledger: Ledger) -> None:
        read = batch(here=(0, 5))
        with pytest.raises(RuntimeError):
            await fail_after_advance(ledger, read)

        assert await advance(ledger, read) == {HERE: 0}
