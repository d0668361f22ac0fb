"""How the fold's cost grows with the subjects it knows, then a rebuild of all totals beside the live ones.

FACTS is how many there are, by default 1,000,000; a province-year has about ten times as many.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final

from services.metrics.consumers import consumers
from services.metrics.settings import MetricsSettings
from services.metrics.worker import SERVICE
from shared.backbone.consumer import catch_up
from shared.backbone.log import EventLog, Record
from shared.contracts.registry import TOPIC
from shared.service import open_log, settle_memory, worker_engine
from tests.bench.facts import class_starts, enrolment_facts
from tests.bench.ground import ground, report

FACTS: Final = int(os.environ.get("FACTS", "1000000"))
VERSIONS: Final = 2.5
"""Of each subject, as in the backlog."""
STEPS: Final = (0.0, 0.1, 0.3, 1.0)
"""After which shares of the facts the time is taken."""
FACTS_A_MINUTE: Final = 2_500_000
"""Ten million in four minutes."""


async def main() -> None:
    settle_memory()
    subjects = round(FACTS / VERSIONS)
    async with ground() as here:
        here.run("metrics", "migrate")
        settings = MetricsSettings(database_url=here.postgres.url("metrics"), SKILLS_LOG_URL=here.log_url)
        engine, log = worker_engine(SERVICE, settings), open_log(settings)
        facts = enrolment_facts(facts=FACTS, subjects=subjects)
        try:
            await _append(log, class_starts(range(subjects // 40 + 1)))
            for before, after in pairwise(STEPS):
                count = round(FACTS * after) - round(FACTS * before)
                await _append(log, islice(facts, count))
                started = time.perf_counter()
                await catch_up(consumers(settings)[0], engine=engine, event_log=log, limit=settings.batch_facts_max)
                rate = count / (time.perf_counter() - started)
                report(f"fold, {FACTS * before:,.0f} to {FACTS * after:,.0f} facts", rate, "facts/s")
        finally:
            await log.close()
            await engine.dispose()
        started = time.perf_counter()
        here.run("metrics", "rebuild")
        rate = FACTS / (time.perf_counter() - started)
        report("rebuilt, compared and swapped", rate, "facts/s", floor=FACTS_A_MINUTE / 60)


async def _append(log: EventLog, facts: Iterator[Record]) -> None:
    while chunk := list(islice(facts, 20_000)):
        await log.append(TOPIC, chunk)
