"""A generated year of a province: each day has the tally of its generator as it was known then, for ever."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from services.metrics.consumers import consumers
from shared.backbone.consumer import consume
from shared.backbone.log import Record
from shared.contracts.fact import Fact, encode
from tests.conftest import Database
from tests.metrics.history.closing import asked, end, metrics_on, rebuilt, rows
from tests.metrics.history.generated import REGIONS, days, moved, plan
from tests.metrics.history.tally import Tally
from tests.registry.school import set_today
from tests.support.books import comparison
from tests.support.services import ServiceUnderTest

FIRST: Final = date(2025, 1, 1)
MOVES_ON: Final = date(2025, 7, 1)
PLANNED_ON: Final = date(2025, 12, 15)
"""The day on which the plan of 2026 is told."""
DAYS: Final = 375
"""Into January 2026, when things of 2025 are still posted, and its trainings still end."""
STEPS: Final = 3
"""Things that happen on a day."""
BESIDE: Final[dict[date, tuple[Fact, ...]]] = {
    FIRST: (*REGIONS, *plan(2025)),
    MOVES_ON - timedelta(days=1): (moved(MOVES_ON),),
    PLANNED_ON: plan(2026),
}
KINDS: Final = {
    "late", "late over New Year", "reported by the city it moved to", "correction", "withdrawal", "re-keying",
    "amended certificate", "revocation", "reinstatement", "merge", "separation", "recovery",
}  # fmt: skip

FLOWS: Final = (
    "trainings", "subsidised_trainings", "certificates", "skilled_persons", "high_skilled_persons", "technicians",
    "approved_fen", "paid_fen", "recovered_fen",
)  # fmt: skip
STOCKS: Final = ("in_training", "valid_certificates", "skilled_holders", "high_skilled_holders")
CELL: Final = ("programme", "county", "region", "award", "group", "fund_source", "kind")
CUTS: Final = (
    {"by": "region,day"}, {"by": "programme,county"}, {"by": "level,kind,month"}, {"by": "group,fund_source"},
    {"by": "region,year", "last_day": "2025-03-02"}, {"by": "", "region": "410100"},
)  # fmt: skip


class Following:
    """Metrics with its worker running, as it follows what the other services tell."""

    def __init__(self, metrics: ServiceUnderTest, worker: asyncio.Task[None]) -> None:
        self._metrics, self._worker = metrics, worker
        self._told = Counter[str]()

    @classmethod
    @asynccontextmanager
    async def opened(cls, metrics: ServiceUnderTest) -> AsyncGenerator[Following]:
        [consumer] = consumers(metrics.settings)  # type: ignore[arg-type]
        await metrics.log.prepare(consumer.topics)
        worker = asyncio.create_task(consume(consumer, engine=metrics.engine, event_log=metrics.log))
        try:
            yield cls(metrics, worker)
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def hear(self, facts: Iterable[Fact]) -> None:
        """Others told `facts`: wait until they are applied, as whoever asks about them does."""
        by_topic: defaultdict[str, list[Record]] = defaultdict(list)
        for fact in facts:
            by_topic[fact.topic].append(Record(fact.subject, encode(fact)))
        for topic, records in by_topic.items():
            await self._metrics.log.append(topic, records)
            self._told[topic] += len(records)
        position = ",".join(f"{topic}:{count}" for topic, count in self._told.items())
        answer = None
        while answer is None or answer.status_code == 409:
            assert not self._worker.done(), self._worker
            answer = await self._metrics.http.get("/v1/totals", params={"by": "", "min_position": position})
        assert answer.status_code == 200, answer.text


async def every_cell(metrics: ServiceUnderTest, day: date) -> dict[str, bytes]:
    """The answers that show every cell as known on `day`: by plan year its flows by day, and under no year stocks."""
    years = [year for year, since in ((2025, FIRST), (2026, PLANNED_ON)) if since <= day]
    flows = {str(year): {"by": ",".join((*CELL, "day")), "plan": f"HN{year}"} for year in years}
    asked_for = flows | {"": {"by": ",".join(CELL)}}
    return {year: await asked(metrics, known_on=day, **query) for year, query in asked_for.items()}


def tallied(answers: Mapping[str, bytes]) -> Tally:
    return {
        (measure, year, *(row[name] or "" for name in CELL), row.get("day", "")): row[measure]
        for year, answer in answers.items()
        for row in orjson.loads(answer)["rows"]
        for measure in (FLOWS if year else STOCKS)
        if row[measure]
    }


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [0])
async def test_each_day_has_the_generators_tally_as_it_was_then_also_after_a_rebuild(
    log_url: str, database: Database, keys: Path, seed: int
) -> None:
    tallies: dict[date, Tally] = {}
    then: dict[date, list[Any]] = {}
    hurried = {"public_requests_a_minute": 1_000_000}
    async with await metrics_on(log_url, database, keys, **hurried) as metrics, Following.opened(metrics) as following:
        for day, facts, tally, books, happened in days(  # noqa: B007  (asked for after the last)
            seed, count=DAYS, steps=STEPS, first=FIRST, moves_on=MOVES_ON
        ):
            await following.hear([*BESIDE.get(day, ()), *facts, *books])
            tallies[day] = tally
            set_today(metrics, day)
            found = await comparison(metrics)
            assert (found["light"], set(found["differences"].values())) == ("green", {0}), found["cells"]
            if day.day == 1:
                then[day] = [await rows(metrics, **cut) for cut in CUTS]
            assert await end(metrics, day) == [day]

        answers = {day: await every_cell(metrics, day) for day in tallies}
        of_then = {day: [await rows(metrics, known_on=day, **cut) for cut in CUTS] for day in then}
        await rebuilt(metrics)
        again = {day: await every_cell(metrics, day) for day in tallies}

    for day, tally in tallies.items():
        assert (day, tallied(answers[day]).items() ^ tally.items()) == (day, set())
    assert of_then == then
    assert again == answers
    # Everything happened, each measure was counted, and each dimension tells something apart.
    assert {kind for kind, count in happened.items() if count} == KINDS
    columns = list(zip(*tallies[day], strict=True))
    assert set(columns[0]) == {*FLOWS, *STOCKS}, "also those who are in training go on over New Year"
    assert all(len(set(column)) > 1 for column in columns)
    # What began in 2025 counts to its plan, also where it ended in 2026.
    years = {(plan_year, on[:4]) for _, plan_year, *_, on in tallies[day]}
    assert years == {("2025", "2025"), ("2025", "2026"), ("2026", "2026"), ("", "")}
