"""A backlog into totals with one worker, beside the bare client's drain of the same topic."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import aclosing

import asyncpg

from services.metrics.consumers import consumers
from services.metrics.projection.store import LIVE
from services.metrics.settings import MetricsSettings
from services.metrics.worker import SERVICE
from shared.backbone.consumer import catch_up
from shared.backbone.log import EventLog, Record, TopicPartition
from shared.contracts.registry import TOPIC
from shared.service import open_log, settle_memory, worker_engine
from tests.bench.brokers import broker
from tests.bench.facts import CELLS, FACTS, SUBJECTS, class_starts, enrolment_facts, institutions
from tests.bench.ground import Ground, ground, report


async def main() -> None:
    settle_memory()
    facts = facts_of_a_year()
    with broker() as kafka:
        for name, address in (("embedded log", None), ("Kafka", kafka)):
            if name != "Kafka" or address is not None:
                async with ground(kafka=address) as here:
                    await measure(name, here, facts)


def facts_of_a_year() -> Sequence[Record]:
    """What the backlog consists of."""
    print(f"{FACTS:,} facts of {SUBJECTS:,} subjects in up to three versions over {CELLS:,} cells")
    # A trainee is in training once the class has started.
    starts = list(class_starts(range(SUBJECTS // 40)))
    schools = list(institutions(range(SUBJECTS // 4000)))
    return [*schools, *starts, *enrolment_facts(facts=FACTS - len(schools) - len(starts))]


async def measure(name: str, here: Ground, facts: Sequence[Record]) -> float:
    """Facts a second, of a log that has them all."""
    here.run("metrics", "migrate")
    settings = MetricsSettings(database_url=here.postgres.url("metrics"), SKILLS_LOG_URL=here.log_url)
    engine, log = worker_engine(SERVICE, settings), open_log(settings)
    try:
        for first in range(0, len(facts), 20_000):
            await log.append(TOPIC, facts[first : first + 20_000])
        raw = await _drain_alone(log, len(facts))
        started = time.perf_counter()
        await catch_up(consumers(settings)[0], engine=engine, event_log=log, limit=settings.batch_facts_max)
        rate = len(facts) / (time.perf_counter() - started)
        report(f"backlog to totals, {name}", rate, "facts/s", raw=raw, of="bare drain", floor=60_000)
        await _check(here)
        return rate
    finally:
        await log.close()
        await engine.dispose()


async def _drain_alone(log: EventLog, facts: int) -> float:
    async def start(partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    drained = 0
    started = time.perf_counter()
    async with aclosing(log.read("bare", [TOPIC], start, limit=20_000)) as batches:
        async for batch in batches:
            drained += sum(len(part.records) for part in batch.values())
            if drained == facts:
                break
    return facts / (time.perf_counter() - started)


async def _check(here: Ground) -> None:
    """Every subject ends up counted exactly once: a fast wrong answer is no answer."""
    connection = await asyncpg.connect(here.postgres.url("metrics"), ssl=False)
    total, cells = await connection.fetchrow(f"SELECT sum(amount)::bigint, count(*) FROM {LIVE}.cell WHERE amount <> 0")
    await connection.close()
    assert total == SUBJECTS, f"{total} counted"
    print(f"    {total:,} trainings counted in {cells:,} cells")
