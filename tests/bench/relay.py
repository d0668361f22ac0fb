"""The relay, from outbox rows to the log, beside the log's own bare append of the same records."""

from __future__ import annotations

import time
from collections.abc import Sequence

from services.registry.settings import RegistrySettings
from services.registry.worker import SERVICE
from shared.backbone.log import EventLog, Record
from shared.backbone.relay import relay_batch
from shared.database import driver
from shared.service import open_log, settle_memory, worker_engine
from tests.bench.brokers import broker
from tests.bench.facts import enrolment_facts
from tests.bench.ground import Ground, ground, report

FACTS = 200_000
BATCH = 5000
_FILL = """
INSERT INTO outbox (topic, subject, version, event)
SELECT 'registry', subject, version, event
FROM unnest($1::text[], $2::integer[], $3::bytea[]) AS f (subject, version, event)
"""


async def main() -> None:
    settle_memory()
    facts = list(enrolment_facts(facts=FACTS, subjects=FACTS))
    with broker() as kafka:
        for name, address in (("the embedded log", None), ("Kafka", kafka)):
            if name != "Kafka" or address is not None:
                async with ground(kafka=address) as here:
                    await _measure(name, here, facts)


async def _measure(name: str, here: Ground, facts: Sequence[Record]) -> None:
    here.run("registry", "migrate")
    settings = RegistrySettings(database_url=here.postgres.url("registry"), SKILLS_LOG_URL=here.log_url)
    engine, log = worker_engine(SERVICE, settings), open_log(settings)
    await log.prepare(["bare"])
    try:
        raw = await _append_alone(log, facts)
        async with engine.begin() as connection:
            subjects, events = [fact.key for fact in facts], [fact.value for fact in facts]
            await (await driver(connection)).execute(_FILL, subjects, [1] * len(facts), events)
        started = time.perf_counter()
        moved = 0
        while count := await relay_batch(engine, log, limit=BATCH):
            moved += count
        rate = moved / (time.perf_counter() - started)
        report(f"relay to {name}", rate, "facts/s", raw=raw, of="bare append", floor=29_000)
    finally:
        await log.close()
        await engine.dispose()


async def _append_alone(log: EventLog, facts: Sequence[Record]) -> float:
    started = time.perf_counter()
    for first in range(0, len(facts), BATCH):
        await log.append("bare", facts[first : first + BATCH])
    return len(facts) / (time.perf_counter() - started)
