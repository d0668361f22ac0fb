"""The backlog into totals beside Kafka Streams with exactly-once and beside Flink SQL into PostgreSQL.

All read one topic of one broker, one after the other, on the same processors.

The peers do less: an enrolment counts in one cell by its state, where the service counts it in up to three, by more
dimensions, and compares versions. The totals of Kafka Streams stay in RocksDB and a topic.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.kafka.jars import fetched, java
from deploy.local import LOCAL
from shared.backbone.log import Record
from shared.contracts.fact import decode
from shared.service import settle_memory
from tests.bench.backlog import facts_of_a_year, measure
from tests.bench.brokers import broker
from tests.bench.ground import Ground, ground, report

_HERE: Final = Path(__file__).parent
_SECONDS_MAX: Final = 600
_TOTALS: Final = "CREATE TABLE peer_totals (cell text PRIMARY KEY, enrolments bigint, versions bigint)"


async def main() -> None:
    settle_memory()
    facts = facts_of_a_year()
    with broker() as kafka:
        if kafka is None:
            return
        async with ground(kafka=kafka) as here:
            ours = await measure("Kafka", here, facts)
            versions = _versions(facts)
            await _add_topic(kafka, "peer-totals")
            streams = len(facts) / await asyncio.to_thread(_kafka_streams, kafka, here.directory / "streams", versions)
            report("backlog to totals, this service", ours, "facts/s", raw=streams, of="Kafka Streams")
            flink = len(facts) / await _flink(kafka, here, versions)
            report("backlog to totals, this service", ours, "facts/s", raw=flink, of="Flink SQL")


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


def _program(peer: str) -> list[str]:
    libraries = fetched(_HERE / peer / "pom.xml", LOCAL / peer / "libs")
    opened = ["--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED"]
    return [java(), "-Xmx2g", *opened, "-cp", f"{libraries}/*", str(_HERE / peer / "Totals.java")]


def _kafka_streams(kafka: str, state: Path, versions: int) -> float:
    """The seconds that it takes, from its start in a process that is already there."""
    done = subprocess.run(
        [*_program("kafka_streams"), kafka, "peer", str(state), str(versions)],
        capture_output=True, text=True, check=True, timeout=_SECONDS_MAX,
    )  # fmt: skip
    return int(done.stdout.split()[-1]) / 1000


async def _flink(kafka: str, here: Ground, versions: int) -> float:
    """The seconds until the table has every enrolment in its latest version, from the start of the statement."""
    url = urlsplit(here.postgres.url("metrics"))
    address = f"jdbc:postgresql://{url.hostname}:{url.port}{url.path}?reWriteBatchedInserts=true"
    database = await asyncpg.connect(here.postgres.url("metrics"), ssl=False)
    await database.execute(_TOTALS)
    account = (url.username or "", url.password or "")
    with _running([*_program("flink"), kafka, address, *account, str(here.directory / "checkpoints")]) as peer:
        started = time.perf_counter()
        while await database.fetchval("SELECT sum(versions)::bigint FROM peer_totals") != versions:
            assert peer.poll() is None, "Flink ended"
            assert time.perf_counter() < started + _SECONDS_MAX
            await asyncio.sleep(0.25)
        seconds = time.perf_counter() - started
    await database.close()
    return seconds


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """The program while the context lasts, from its first line on."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        try:
            assert program.stdout is not None
            program.stdout.readline()
            yield program
        finally:
            program.kill()
