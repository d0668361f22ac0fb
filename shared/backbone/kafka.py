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
_FOR_EVER = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}


@contextlib.asynccontextmanager
async def _failures_named() -> AsyncGenerator[None]:
    """Raise the client's errors as LogUnavailable: no other module depends on the client."""
    try:
        yield
    except KafkaError as error:
        raise LogUnavailable(type(error).__name__) from error


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
                    bootstrap_servers=self._bootstrap, enable_idempotence=True, acks="all", max_batch_size=512 * 1024
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
                try:
                    found = await consumer.getmany(timeout_ms=_IDLE_MS, max_records=fetch_size.records)
                except NoOffsetForPartitionError:
                    found = {}  # the client looked up its own position before ours was loaded
                if positions.failure is not None:
                    raise positions.failure
                batch = positions.batch_of(found)
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

    def batch_of(self, found: Mapping[KafkaPartition, Sequence[object]]) -> Batch:
        batch: dict[TopicPartition, PartitionBatch] = {}
        for source, messages in found.items():
            partition = TopicPartition(*source)
            if partition not in self._at:
                continue  # read from Kafka's stored position, before ours was set: it is read again from ours
            records = [ConsumerRecord(m.offset, m.key.decode(), m.value) for m in messages]  # type: ignore[attr-defined]
            batch[partition] = PartitionBatch(self._at[partition], records)
            self._at[partition] = batch[partition].next_offset
        return batch
