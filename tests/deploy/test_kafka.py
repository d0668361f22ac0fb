"""Our Kafka launcher: a real broker that keeps what it has acknowledged, even over a kill."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.kafka.broker import Broker
from deploy.local.processes import LaunchError
from tests.support.kafka import require_kafka

TOPIC = "facts"


@pytest.mark.kafka
async def test_acknowledged_records_survive_a_killed_broker(tmp_path: Path) -> None:
    require_kafka()
    with Broker(tmp_path / "kafka") as broker:
        await create_topic(broker)
        await produce(broker, b"first", b"second")
        before = broker.bootstrap

        broker.kill()
        host, port = before.split(":")
        # Clients know its port, so it is never served on another.
        with socket.create_server((host, int(port))), pytest.raises(LaunchError, match="is taken by another program"):
            broker.start()
        broker.start()

        assert broker.bootstrap == before
        assert await consume(broker, count=2) == [b"first", b"second"]
        with pytest.raises(LaunchError, match=r"is already running\.$"):
            Broker(tmp_path / "kafka").start()


async def create_topic(broker: Broker) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def produce(broker: Broker, *values: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(TOPIC, value)
    finally:
        await producer.stop()


async def consume(broker: Broker, *, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()
