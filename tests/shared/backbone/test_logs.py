"""What every log does, on each of them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing

import pytest

from shared.backbone.log import (
    Batch,
    ConsumerRecord,
    EventLog,
    FetchSize,
    LogTruncated,
    PartitionBatch,
    Record,
    TopicPartition,
)
from shared.backbone.partitioner import PARTITIONS, partition_of
from tests.shared.backbone.conftest import ON_KAFKA


async def from_the_start(partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
    return dict.fromkeys(partitions, 0)


def reader(log: EventLog, topic: str, start: Mapping[TopicPartition, int] | None = None) -> AsyncGenerator[Batch]:
    async def begin(partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        return {partition: (start or {}).get(partition, 0) for partition in partitions}

    return log.read(f"reader-of-{topic}", [topic], begin, limit=5000)


async def collect(batches: AsyncGenerator[Batch], count: int) -> dict[TopicPartition, list[ConsumerRecord]]:
    """The next `count` records, by partition."""
    found: defaultdict[TopicPartition, list[ConsumerRecord]] = defaultdict(list)
    async for batch in batches:
        for partition, part in batch.items():
            assert part.next_offset == part.asked_from + len(part.records), "a slice has holes"
            found[partition] += part.records
        if sum(map(len, found.values())) >= count:
            break
    return dict(found)


async def read_all(log: EventLog, topic: str, count: int) -> dict[TopicPartition, list[ConsumerRecord]]:
    async with aclosing(reader(log, topic)) as batches:
        return await collect(batches, count)


def records(count: int, *, keys: int = 50) -> list[Record]:
    return [Record(f"accounts/{number % keys}", b"%d" % number) for number in range(count)]


class TestPrepare:
    async def test_a_topic_has_twelve_empty_partitions(self, event_log: EventLog, topic: str) -> None:
        assert await event_log.ends([topic]) == {TopicPartition(topic, number): 0 for number in range(PARTITIONS)}

    async def test_doing_it_again_changes_nothing(self, event_log: EventLog, topic: str) -> None:
        await event_log.append(topic, [Record("accounts/1", b"kept")])

        await event_log.prepare([topic, f"{topic}-other"])

        assert sum((await event_log.ends([topic])).values()) == 1
        assert len(await event_log.ends([f"{topic}-other"])) == PARTITIONS


class TestAppend:
    async def test_keeps_the_order_of_each_key_at_the_place_the_key_decides(
        self, event_log: EventLog, topic: str
    ) -> None:
        sent = records(400)
        for begin in range(0, 400, 100):
            await event_log.append(topic, sent[begin : begin + 100])

        found = await read_all(event_log, topic, 400)

        by_key: defaultdict[str, list[bytes]] = defaultdict(list)
        for partition, stored in found.items():
            assert [each.offset for each in stored] == list(range(len(stored)))
            for each in stored:
                assert partition_of(each.key) == partition.partition
                by_key[each.key].append(each.value)
        assert by_key == {key: [each.value for each in sent if each.key == key] for key in {r.key for r in sent}}

    @pytest.mark.parametrize("count", [0, 1, 20_000])
    async def test_takes_any_number_of_records_at_once(self, event_log: EventLog, topic: str, count: int) -> None:
        await event_log.append(topic, records(count, keys=3000))

        assert sum((await event_log.ends([topic])).values()) == count
        assert sum(map(len, (await read_all(event_log, topic, count)).values())) == count

    async def test_takes_large_records(self, event_log: EventLog, topic: str) -> None:
        large = [Record("accounts/1", bytes([number]) * 900_000) for number in range(3)]

        await event_log.append(topic, large)

        stored = (await read_all(event_log, topic, 3))[TopicPartition(topic, partition_of("accounts/1"))]
        assert [each.value for each in stored] == [each.value for each in large]

    async def test_two_that_append_at_once_leave_no_hole(self, event_log: EventLog, topic: str) -> None:
        await asyncio.gather(*(event_log.append(topic, records(500)) for _ in range(6)))

        found = await read_all(event_log, topic, 3000)

        assert all([each.offset for each in stored] == list(range(len(stored))) for stored in found.values())


class TestRead:
    async def test_begins_where_it_is_told(self, event_log: EventLog, topic: str) -> None:
        await event_log.append(topic, records(400))
        ends = await event_log.ends([topic])
        start = {partition: end // 2 for partition, end in ends.items()}

        async with aclosing(reader(event_log, topic, start)) as batches:
            found = await collect(batches, sum(ends.values()) - sum(start.values()))

        for partition, stored in found.items():
            assert [each.offset for each in stored] == list(range(start[partition], ends[partition]))

    async def test_waits_and_sees_what_is_appended_later(self, event_log: EventLog, topic: str) -> None:
        async with aclosing(reader(event_log, topic)) as batches:
            assert not await anext(batches)
            for value in (b"first", b"second"):
                await event_log.append(topic, [Record("accounts/1", value)])

                found = await collect(batches, 1)

                assert [each.value for each in found[TopicPartition(topic, partition_of("accounts/1"))]] == [value]

    @pytest.mark.parametrize("event_log", [ON_KAFKA], indirect=True)
    async def test_gives_full_batches_while_the_log_holds_more(self, event_log: EventLog, topic: str) -> None:
        # More bytes in one partition than a broker hands out at once.
        await event_log.append(topic, [Record("accounts/1", b"x" * 300_000)] * 60)

        async with aclosing(event_log.read("reader", [topic], from_the_start, limit=60)) as batches:
            full = await anext(batch async for batch in batches if batch)

        assert [len(part.records) for part in full.values()] == [60]

    async def test_says_when_it_holds_less_than_the_position(self, event_log: EventLog, topic: str) -> None:
        await event_log.append(topic, records(40))
        beyond = {partition: end + 1 for partition, end in (await event_log.ends([topic])).items()}

        with pytest.raises(LogTruncated):
            async with aclosing(reader(event_log, topic, beyond)) as batches:
                await collect(batches, 1)

    async def test_passes_on_an_error_met_when_asking_for_the_start(self, event_log: EventLog, topic: str) -> None:
        async def fail(_: object) -> Mapping[TopicPartition, int]:
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            async with aclosing(event_log.read(f"reader-of-{topic}", [topic], fail, limit=10)) as batches:
                await collect(batches, 1)


class TestEnds:
    async def test_are_the_offsets_of_the_next_records(self, event_log: EventLog, topic: str) -> None:
        await event_log.append(topic, records(100))

        ends = await event_log.ends([topic])

        expected = dict.fromkeys(range(PARTITIONS), 0)
        for record in records(100):
            expected[partition_of(record.key)] += 1
        assert {partition.partition: end for partition, end in ends.items()} == expected


class TestPartitionOf:
    # Source of the hashes: UtilsTest.testMurmur2 in Apache Kafka's own tests.
    @pytest.mark.parametrize(
        ("key", "murmur"),
        [
            ("21", -973932308),
            ("foobar", -790332482),
            ("a-little-bit-long-string", -985981536),
            ("a-little-bit-longer-string", -1486304829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
            ("abc", 479470107),
        ],
    )
    def test_agrees_with_the_published_hashes(self, key: str, murmur: int) -> None:
        assert partition_of(key) == (murmur & 0x7FFFFFFF) % PARTITIONS


class TestAppetite:
    def test_asks_for_less_while_records_are_large_and_for_all_when_they_are_small_again(self) -> None:
        fetch_size = FetchSize(20_000)
        assert fetch_size.records <= 100
        large = [ConsumerRecord(number, "key", bytes(1024 * 1024)) for number in range(8)]

        fetch_size.learn({TopicPartition("topic", 0): PartitionBatch(0, large)})
        assert fetch_size.records == 80

        fetch_size.learn({TopicPartition("topic", 0): PartitionBatch(0, [ConsumerRecord(0, "key", b"small")])})
        assert fetch_size.records == 20_000

    def test_is_never_more_than_the_limit_and_never_nothing(self) -> None:
        fetch_size = FetchSize(1)
        assert fetch_size.records == 1

        fetch_size.learn(
            {TopicPartition("topic", 0): PartitionBatch(0, [ConsumerRecord(0, "key", bytes(64 * 1024 * 1024))])}
        )
        assert fetch_size.records == 1
