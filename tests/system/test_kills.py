"""Workers that are killed in the middle of a backlog leave the totals exact, on either log."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from deploy.local.processes import Child
from deploy.local.services import Command, refuse_dead, start, stop_all
from services.metrics.projection.store import LIVE
from services.metrics.worker import SERVICE
from shared.backbone.kafka import KafkaLog
from shared.backbone.log import EventLog, Record
from shared.backbone.postgres import PostgresLog
from shared.contracts import registry
from shared.contracts.fact import decode
from shared.contracts.registry.classes import ClassStarted
from shared.contracts.registry.enrolments import EnrolmentState, EnrolmentStatus
from shared.service import TOPICS
from tests.bench.facts import class_starts, enrolment_facts
from tests.conftest import Database
from tests.shared.backbone.conftest import ON_KAFKA, broker

__all__ = ["broker"]

FACTS, SUBJECTS = 20_000, 8_000
BATCH = 500

APPLIED = f"SELECT coalesce(sum(next_offset), 0)::bigint FROM {LIVE}.position"
_CELL = "measure, programme, region, day"
CELLS = f"""
SELECT {_CELL}, sum(amount)::bigint AS amount
FROM {LIVE}.cell JOIN {LIVE}.combination ON combination.id = cell.combination
GROUP BY {_CELL} HAVING sum(amount) <> 0
"""
_CONTRIBUTIONS = f"""
SELECT {_CELL}, sum(amount)::bigint AS amount
FROM (
    SELECT measure, combination, day, amount FROM {LIVE}.contribution WHERE measure IS NOT NULL
    UNION ALL
    SELECT 'in_training', combination, past.day, past.amount
    FROM {LIVE}.contribution, LATERAL (VALUES (from_on, 1), (until, -1)) AS past (day, amount)
    WHERE past.day IS NOT NULL AND waits_for IS NULL
) AS counted JOIN {LIVE}.combination ON combination.id = counted.combination
GROUP BY {_CELL} HAVING sum(amount) <> 0
"""

Cells = Mapping[tuple[object, ...], int]


@pytest.fixture(params=["postgres", ON_KAFKA])
async def log_url(request: pytest.FixtureRequest, database: Database) -> str:
    """The address of an empty log."""
    if request.param == "kafka":
        return f"kafka://{request.getfixturevalue('broker').bootstrap}"
    return await database(None)


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[EventLog]:
    log: EventLog = KafkaLog(url.removeprefix("kafka://")) if url.startswith("kafka://") else PostgresLog(url)
    try:
        await log.prepare(TOPICS)
        yield log
    finally:
        await log.close()


def backlog(*, seed: int) -> list[Record]:
    """FACTS facts: of SUBJECTS enrolments, and halfway through them the starts of every other class."""
    starts = list(class_starts(range(0, SUBJECTS // 40, 2)))
    facts = list(enrolment_facts(facts=FACTS - len(starts), subjects=SUBJECTS, seed=seed))
    return [*facts[: len(facts) // 2], *starts, *facts[len(facts) // 2 :]]


def tally(records: Sequence[Record]) -> Cells:
    """What the totals of `records` must come to, counted from the latest fact of each subject."""
    latest = {record.key: decode(record.value) for record in records}
    started = {fact.class_id for fact in latest.values() if isinstance(fact, ClassStarted)}
    counted: Counter[tuple[object, ...]] = Counter()
    for fact in latest.values():
        if not isinstance(fact, EnrolmentState):
            continue
        measure = "in_training" if fact.status is EnrolmentStatus.IN_TRAINING else "trainings"
        if measure == "in_training" and fact.class_id not in started:
            continue
        counted[measure, fact.programme, fact.region, fact.effective_on] += 1
        if measure == "trainings" and fact.class_id in started and fact.from_on and fact.from_on < fact.effective_on:
            # It was in training until then.
            counted["in_training", fact.programme, fact.region, fact.from_on] += 1
            counted["in_training", fact.programme, fact.region, fact.effective_on] -= 1
    return {cell: amount for cell, amount in counted.items() if amount}


class Worker:
    """The worker of metrics as a process, and how far it has come."""

    def __init__(self, settings: Mapping[str, str], logs: Path, metrics: asyncpg.Connection) -> None:
        self._settings = settings
        self._logs = logs
        self._metrics = metrics

    def start(self) -> Child:
        return start(Command("metrics", ("worker",)), self._settings, self._logs)

    async def comes_to(self, facts: int, child: Child) -> None:
        """Return once so many facts are applied."""
        while await self._metrics.fetchval(APPLIED) < facts:
            refuse_dead({"metrics": child})
            await asyncio.sleep(0.005)

    async def is_killed_at(self, facts: int, *, after_seconds: float) -> None:
        child = self.start()
        await self.comes_to(facts, child)
        await asyncio.sleep(after_seconds)
        child.kill()

    async def finishes(self) -> None:
        child = self.start()
        try:
            await self.comes_to(FACTS, child)
        finally:
            stop_all([child])


async def cells(metrics: asyncpg.Connection, query: str) -> Cells:
    return {tuple(row)[:-1]: row["amount"] for row in await metrics.fetch(query)}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [7])
async def test_totals_are_exact_however_often_the_worker_is_killed_in_a_backlog(
    log_url: str, database: Database, keys: Path, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    url = await database(SERVICE)
    settings = {
        "METRICS_DATABASE_URL": url,
        "SKILLS_LOG_URL": log_url,
        "SKILLS_KEYS_DIRECTORY": str(keys),
        "SKILLS_BATCH_FACTS_MAX": str(BATCH),
    }
    records = backlog(seed=seed)
    async with opened(log_url) as log:
        await log.append(registry.TOPIC, records)
    metrics = await asyncpg.connect(url, ssl=False)
    worker = Worker(settings, tmp_path, metrics)
    # A group on Kafka waits ten seconds for a member that was killed, so there are fewer kills on it.
    kills = 2 if log_url.startswith("kafka://") else 5

    for at in sorted(chance.sample(range(BATCH, FACTS * 4 // 5), kills)):
        await worker.is_killed_at(at, after_seconds=chance.random() * 0.03)
    await worker.finishes()

    assert await cells(metrics, CELLS) == tally(records)
    assert await cells(metrics, _CONTRIBUTIONS) == tally(records)
    await metrics.close()
