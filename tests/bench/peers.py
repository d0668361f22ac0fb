"""The backlog into totals beside Kafka Streams with exactly-once, from one topic of one broker on the same processors.

The peer does less: an enrolment counts in one cell by its state, where the service counts it in up to three, by more
dimensions, and compares versions. Its totals stay in RocksDB and a topic, those of the service stand in PostgreSQL.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.kafka.jars import fetched, java
from deploy.local import LOCAL
from shared.backbone.log import Record
from shared.contracts.fact import decode
from shared.service import settle_memory
from tests.bench.backlog import facts_of_a_year, measure
from tests.bench.brokers import broker
from tests.bench.ground import ground, report

_HERE: Final = Path(__file__).with_name("kafka_streams")
_MINUTES_MAX: Final = 10


async def main() -> None:
    settle_memory()
    facts = facts_of_a_year()
    with broker() as kafka:
        if kafka is None:
            return
        async with ground(kafka=kafka) as here:
            ours = await measure("Kafka", here, facts)
            await _add_topic(kafka, "peer-totals")
            seconds = await asyncio.to_thread(_streams, kafka, here.directory / "streams", _versions(facts))
    report("backlog to totals, this service", ours, "facts/s", raw=len(facts) / seconds, of="Kafka Streams")


def _versions(facts: Sequence[Record]) -> int:
    """The sum of the latest version of each enrolment."""
    latest = {each.key: decode(each.value).version for each in facts if each.key.startswith("enrolments/")}
    return sum(latest.values())


async def _add_topic(kafka: str, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=12, replication_factor=1)])
    finally:
        await admin.close()


def _streams(kafka: str, state: Path, versions: int) -> float:
    """The seconds that the peer takes, from its start in a process that is already there."""
    libraries = fetched(_HERE / "pom.xml", LOCAL / "kafka-streams" / "libs")
    program = ["-Xmx1g", "-cp", f"{libraries}/*", str(_HERE / "Totals.java")]
    done = subprocess.run(
        [java(), *program, kafka, "peer", str(state), str(versions)],
        capture_output=True, text=True, check=True, timeout=60 * _MINUTES_MAX,
    )  # fmt: skip
    return int(done.stdout.split()[-1]) / 1000
