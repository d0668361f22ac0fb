"""A rebuild, and a broker that dies, while everything is running: totals are exact on either log."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from deploy.kafka.broker import Broker
from deploy.local.processes import Child
from deploy.local.services import Command, refuse_dead, start, stop_all
from services.metrics.projection.store import LIVE
from services.metrics.worker import SERVICE as METRICS
from services.registry.worker import SERVICE as REGISTRY
from shared.contracts import registry
from shared.contracts.fact import decode
from tests.conftest import Database
from tests.system.test_kills import APPLIED, CELLS, FACTS, backlog, cells, opened, tally


async def until_applied(metrics: asyncpg.Connection, facts: int, *alive: Child) -> None:
    async with asyncio.timeout(90):
        while await metrics.fetchval(APPLIED) < facts:
            refuse_dead({str(child.pid): child for child in alive})
            await asyncio.sleep(0.02)


@pytest.mark.timeout(180)
async def test_a_rebuild_mends_totals_while_old_ones_are_served_and_facts_keep_coming(
    log_url: str, database: Database, keys: Path, tmp_path: Path
) -> None:
    url = await database(METRICS)
    settings = {"METRICS_DATABASE_URL": url, "SKILLS_LOG_URL": log_url, "SKILLS_KEYS_DIRECTORY": str(keys)}
    records = backlog(seed=3)
    metrics = await asyncpg.connect(url, ssl=False)
    async with opened(log_url) as log:
        await log.append(registry.TOPIC, records[: FACTS // 2])
        worker = start(Command("metrics", ("worker",)), settings, tmp_path)
        try:
            await until_applied(metrics, FACTS // 2, worker)
            await metrics.execute(f"UPDATE {LIVE}.cell SET amount = amount + 1000")

            rebuilding = start(Command("metrics", ("rebuild",)), settings, tmp_path)
            for first in range(FACTS // 2, FACTS, 500):
                await log.append(registry.TOPIC, records[first : first + 500])
                assert await metrics.fetchval(f"SELECT count(*) FROM {LIVE}.cell") > 0
            async with asyncio.timeout(60):
                while rebuilding.alive:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert rebuilding.exit_code == 0, rebuilding.tail()

            await until_applied(metrics, FACTS, worker)
            assert await cells(metrics, CELLS) == tally(records)
        finally:
            stop_all([worker])
            await metrics.close()


@pytest.mark.kafka
@pytest.mark.xdist_group("kafka")
@pytest.mark.timeout(180)
async def test_a_broker_and_workers_killed_under_load_lose_and_double_nothing(
    own_broker: Broker, database: Database, keys: Path, tmp_path: Path
) -> None:
    log_url = f"kafka://{own_broker.bootstrap}"
    urls = {"REGISTRY_DATABASE_URL": await database(REGISTRY), "METRICS_DATABASE_URL": await database(METRICS)}
    settings = urls | {"SKILLS_LOG_URL": log_url, "SKILLS_KEYS_DIRECTORY": str(keys)}
    records = backlog(seed=4)
    async with opened(log_url):
        pass
    publisher = await asyncpg.connect(urls["REGISTRY_DATABASE_URL"], ssl=False)
    metrics = await asyncpg.connect(urls["METRICS_DATABASE_URL"], ssl=False)
    workers = [start(Command(service, ("worker",)), settings, tmp_path) for service in ("registry", "metrics")]
    try:
        for first in range(0, FACTS, 2000):
            rows = [
                (registry.TOPIC, record.key, decode(record.value).version, record.value)
                for record in records[first : first + 2000]
            ]
            columns = ("topic", "subject", "version", "event")
            await publisher.copy_records_to_table("outbox", columns=columns, records=rows)
            if first in (4000, 12_000):
                await until_applied(metrics, 1, *workers)
                own_broker.kill()
                own_broker.start()
            if first in (8000, 16_000):
                # The relay in the middle of its outbox, and the consumer in the middle of its backlog.
                for place, service in enumerate(("registry", "metrics")):
                    workers[place].kill()
                    workers[place] = start(Command(service, ("worker",)), settings, tmp_path)

        async with asyncio.timeout(90):
            while await publisher.fetchval("SELECT count(*) FROM outbox"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        # A batch whose delivery was not confirmed is in the log twice, so positions run past the number of facts.
        async with asyncio.timeout(90):
            while await cells(metrics, CELLS) != tally(records):
                refuse_dead({str(worker.pid): worker for worker in workers})
                await asyncio.sleep(0.2)
        assert not await metrics.fetchval(f"SELECT count(*) FROM {LIVE}.dead_letter")
    finally:
        stop_all(workers)
        await publisher.close()
        await metrics.close()
