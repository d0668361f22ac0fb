"""The log on Apache Kafka, for more than one machine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError, TopicAlreadyExistsError

from shared.backbone.log import (
    Batch,
    ConsumerRecord,
    FetchSize,
    LogTruncated,
    LogUnavailable,
    PartitionBatch,
    Record,
    Start,
    TopicPartition,
    by_partition,
)
from shared.backbone.partitioner import PARTITIONS

_IDLE_MS = 500
_CONTROLLER_SECONDS_MAX = 30.0
_CONTROLLER_POLL_SECONDS = 0.1
_FOR_EVER = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}


@contextlib.asynccontextmanager
async def _failures_named() -> AsyncGenerator[None]:
    """Raise the client's errors as LogUnavailable: no other module depends on the client."""
    try:
        yield
    except KafkaError as error:
        raise LogUnavailable(type(error).__name__) from error


async def _wait_for_controller(admin: AIOKafkaAdminClient) -> None:
    """Return once the cluster has a controller: a broker answers before, and the client fails without one."""
    try:
        async with asyncio.timeout(_CONTROLLER_SECONDS_MAX):
            # There is nothing to be woken by.
            while (await admin.describe_cluster())["controller_id"] in (None, -1):  # noqa: ASYNC110
                await asyncio.sleep(_CONTROLLER_POLL_SECONDS)
    except TimeoutError:
        raise LogUnavailable("no controller") from None


class KafkaLog:
    """An EventLog on the brokers at `bootstrap` ("host:port,…")."""

    def __init__(self, bootstrap: str, *, replication: int = 1) -> None:
        self._bootstrap = bootstrap
        self._replication = replication
        self._producer: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()

    @_failures_named()
    async def prepare(self, topics: Collection[str]) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await admin.start()
        try:
            await _wait_for_controller(admin)
            wanted = [NewTopic(topic, PARTITIONS, self._replication, topic_configs=_FOR_EVER) for topic in topics]
            with contextlib.suppress(TopicAlreadyExistsError):
                await admin.create_topics(wanted)
            for topic in await admin.describe_topics(list(topics)):
                found = len(topic["partitions"])
                assert found in (0, PARTITIONS), f"topic {topic['topic']} has {found} partitions, not {PARTITIONS}"
        finally:
            await admin.close()

    @_failures_named()
    async def _open_producer(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._bootstrap,
                    enable_idempotence=True,
                    acks="all",
                    max_batch_size=512 * 1024,
                    compression_type="zstd",  # docs/decisions/0051-compressed-batches.md
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer

    async def append(self, topic: str, records: Sequence[Record]) -> None:
        # Whole batches go to the client (three times the rate of single sends), so the partition is ours to choose.
        producer = await self._open_producer()
        async with asyncio.TaskGroup() as sending:
            for partition, group in by_partition(records).items():
                sending.create_task(self._append_in_order(producer, topic, partition, group))

    @staticmethod
    @_failures_named()
    async def _append_in_order(
        producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[Record]
    ) -> None:
        deliveries = []
        batch = producer.create_batch()
        for record in records:
            key = record.key.encode()
            if batch.append(key=key, value=record.value, timestamp=None) is None:
                deliveries.append(await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
                if batch.append(key=key, value=record.value, timestamp=None) is None:
                    raise ValueError(f"an event of {len(record.value)} bytes is too large for the log")
        deliveries.append(await producer.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*deliveries)

    async def read(self, group: str, topics: Collection[str], start: Start, *, limit: int) -> AsyncGenerator[Batch]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_bytes=64 * 1024 * 1024,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        positions, fetch_size = _Positions(consumer, start), FetchSize(limit)
        consumer.subscribe(list(topics), listener=positions)
        try:
            await consumer.start()
            while True:
                batch = await positions.next_batch(fetch_size.records)
                fetch_size.learn(batch)
                yield batch
                if batch:
                    # Only tools that show lag read these; the authoritative position is in the consumer's database.
                    with contextlib.suppress(KafkaError):
                        await consumer.commit(
                            {KafkaPartition(*partition): s.next_offset for partition, s in batch.items()}
                        )
        except OffsetOutOfRangeError as error:
            raise LogTruncated(str(error)) from error
        except KafkaError as error:
            raise LogUnavailable(type(error).__name__) from error
        finally:
            await _stop(consumer)

    @_failures_named()
    async def ends(self, topics: Collection[str]) -> Mapping[TopicPartition, int]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap)
        try:
            await consumer.start()
            partitions = [KafkaPartition(topic, partition) for topic in topics for partition in range(PARTITIONS)]
            return {
                TopicPartition(*partition): end for partition, end in (await consumer.end_offsets(partitions)).items()
            }
        finally:
            await _stop(consumer)

    async def close(self) -> None:
        if self._producer is not None:
            producer, self._producer = self._producer, None
            with contextlib.suppress(KafkaError):
                await producer.stop()


async def _stop(consumer: AIOKafkaConsumer) -> None:
    # Stopping while the broker is away can surface a cancellation from inside the client.
    with contextlib.suppress(KafkaError, asyncio.CancelledError):
        await consumer.stop()


class _Positions(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Seeks to the consumer's own positions whenever the group assigns partitions, and tracks how far it has read."""

    def __init__(self, consumer: AIOKafkaConsumer, start: Start) -> None:
        self._consumer = consumer
        self._start = start
        self._at: dict[TopicPartition, int] = {}
        self.failure: Exception | None = None

    async def on_partitions_revoked(self, revoked: Collection[KafkaPartition]) -> None:
        for partition in revoked:
            self._at.pop(TopicPartition(*partition), None)

    async def on_partitions_assigned(self, assigned: Collection[KafkaPartition]) -> None:
        # An exception here would be logged and swallowed by the client, so it is passed to the reader instead.
        try:
            at = await self._start([TopicPartition(*partition) for partition in assigned])
            first = await self._consumer.beginning_offsets(list(assigned))
            end = await self._consumer.end_offsets(list(assigned))
            for partition in assigned:
                offset = at[TopicPartition(*partition)]
                if not first[partition] <= offset <= end[partition]:
                    held = f"{first[partition]}-{end[partition]}"
                    raise LogTruncated(f"{partition.topic}/{partition.partition} holds {held}, not {offset}")
                self._consumer.seek(partition, offset)
            self._at.update(at)
        except Exception as error:  # noqa: BLE001
            self.failure = error

    async def next_batch(self, records_max: int) -> Batch:
        """Up to `records_max` records, and so many if the log holds them. Raises what went wrong at an assignment.

        The client hands out what it has fetched, which in a backlog is by turns a full batch and the rest of a fetch.
        A small batch costs the database more per record, so it is topped up.
        """
        try:
            batch = await self._fetch(records_max)
        except NoOffsetForPartitionError:
            batch = {}  # the client looked up its own position before ours was loaded
        if self.failure is not None:
            raise self.failure
        while self._is_behind() and (missing := records_max - sum(len(part.records) for part in batch.values())) > 0:
            try:
                more = await self._fetch(missing)
            except KafkaError:
                break  # what was fetched before is not lost; the next call meets the error again
            if not more:
                break
            batch = _joined(batch, more)
        return batch

    async def _fetch(self, records_max: int) -> Batch:
        found = await self._consumer.getmany(timeout_ms=_IDLE_MS, max_records=records_max)
        batch: dict[TopicPartition, PartitionBatch] = {}
        for source, messages in found.items():
            partition = TopicPartition(*source)
            if partition not in self._at:
                continue  # read from Kafka's stored position, before ours was set: it is read again from ours
            records = [ConsumerRecord(m.offset, m.key.decode(), m.value) for m in messages]
            batch[partition] = PartitionBatch(self._at[partition], records)
            self._at[partition] = batch[partition].next_offset
        return batch

    def _is_behind(self) -> bool:
        """Whether the log is known to hold records that were not read."""
        assigned = self._consumer.assignment()
        places = ((KafkaPartition(*partition), at) for partition, at in self._at.items())
        return any((self._consumer.highwater(place) or 0) > at for place, at in places if place in assigned)


def _joined(batch: Batch, more: Batch) -> Batch:
    """Both batches as one. A partition that was assigned again in between starts again: only `more` is right then."""
    joined = dict(batch)
    for partition, part in more.items():
        before = batch.get(partition)
        if before is None or before.next_offset != part.asked_from:
            joined[partition] = part
        else:
            joined[partition] = PartitionBatch(before.asked_from, [*before.records, *part.records])
    return joined
