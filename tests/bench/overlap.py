"""What a roster of 1,000 rows costs while the table of enrolments grows from 10,000 to 5,000,000 rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from statistics import median
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.rosters.usecases import enrol as rosters
from services.registry.rosters.usecases.forms import RosterRowRequest, roster_row
from services.registry.rosters.usecases.row import RosterRow
from shared.database import make_engine
from shared.kernel.callers import Caller, Role
from shared.persons import Persons
from shared.service import settle_memory
from tests.bench import roster
from tests.bench.ground import PLAN, Ground, ground
from tests.bench.province import fill, filler

SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
BATCHES = 20
BATCH = roster.BATCH
REGULARS = BATCH // 2
"""So many of each batch are known already, and have a training before; the others are new."""

_MORE_CLASSES = """
INSERT INTO class
SELECT (jsonb_populate_record(c, jsonb_build_object(
    'id', uuidv7(), 'local_id', $1 || number, 'starts_on', $2::date, 'ends_on', $2::date + 19
))).*
FROM class c, generate_series(0, $3::integer - 1) AS number WHERE c.local_id = 'C0' AND c.institution_id = $4
"""
# The batch's people once more, in classes of other days; what the database's own check of it took stands in the plan.
_AGAIN = """
EXPLAIN (ANALYZE, FORMAT JSON)
INSERT INTO enrolment SELECT (jsonb_populate_record(e, jsonb_build_object(
    'id', uuidv7(), 'local_id', 'A' || e.local_id, 'class_id', again.id, 'from_on', again.starts_on,
    'until_on', again.ends_on
))).*
FROM class c JOIN enrolment e ON e.class_id = c.id
JOIN class again ON again.institution_id = c.institution_id AND again.local_id = 'A' || c.local_id
WHERE c.institution_id = $1 AND c.local_id LIKE $2
"""
_TRIGGER = "overlap_of_new"


async def main() -> None:
    async with ground() as here:
        here.run("registry", "migrate")
        here.run("registry", "load-plan", str(PLAN))
        with here.process("registry", "api"):
            institution_id = await _institution(here)
        engine = make_engine(here.postgres.url("registry"), name="overlap")
        connection = await filler(here)
        bench = _Bench(engine, connection, Persons.load(here.keys), institution_id)
        await bench.batch()
        settle_memory()
        print("rows stored   ms a batch of 1,000 (median, most)   rows/s   ms the overlap check (median)", flush=True)
        medians, checks, filled = [], [], 0
        for size in SIZES:
            await fill(connection, above=filled, to=size)
            filled = size
            times = [await bench.batch() for _ in range(BATCHES)]
            medians.append(median(times))
            checks.append(median([await bench.check() for _ in range(BATCHES)]))
            rate = BATCH / median(times) * 1000
            shown = f"{median(times):>16.1f}{max(times):>14.1f}{rate:>19,.0f}{checks[-1]:>14.1f}"
            print(f"{size:>11,}{shown}", flush=True)
        print(
            f"at {SIZES[-1]:,} rows a batch takes {medians[-1] / medians[0]:.2f} of what it takes at {SIZES[0]:,}, "
            f"the overlap check {checks[-1] / checks[0]:.2f}",
            flush=True,
        )
        await connection.close()
        await engine.dispose()


async def _institution(here: Ground) -> UUID:
    """One that has a class to make others of."""
    async with httpx.AsyncClient(base_url=here.url("registry"), timeout=60) as http:
        found = await roster.new_institution(here, http)
        await roster.new_class(http, here.headers(Role.INSTITUTION, organisation=found), 0)
    return UUID(found)


class _Bench:
    """Enrols one batch after the other, each on days of its own."""

    def __init__(self, engine: AsyncEngine, connection: Any, persons: Persons, institution_id: UUID) -> None:
        self._engine = engine
        self._connection = connection
        self._persons = persons
        self._institution_id = institution_id
        self._caller = Caller("bench", Role.INSTITUTION, institution_id, None)
        self._numbers: Iterator[int] = count()
        self._last = 0
        self._newcomers: Iterator[int] = count(BATCH)

    async def batch(self) -> float:
        """Milliseconds from the beginning of the transaction to its end, for rows that are all accepted."""
        self._last = next(self._numbers)
        rows = await self._rows(self._last)
        started = time.perf_counter()
        async with self._engine.begin() as connection:
            outcomes = await rosters.enrol(
                connection, self._institution_id, rows, persons=self._persons, caller=self._caller, at=datetime.now(UTC)
            )
        elapsed = 1000 * (time.perf_counter() - started)
        refused = next((outcome.refusal for outcome in outcomes if outcome.outcome != "accepted"), None)
        assert refused is None, (refused, refused.facts)
        return elapsed

    async def check(self) -> float:
        """Milliseconds that the check by the database takes for the people of the last batch, half of them known."""
        classes = BATCH // roster.SEATS
        transaction = self._connection.transaction()
        await transaction.start()
        await self._connection.execute("SET LOCAL session_replication_role = origin")
        await self._connection.execute(
            _MORE_CLASSES, f"AB{self._last}-", date(1990, 1, 1), classes, self._institution_id
        )
        plan = await self._connection.fetchval(_AGAIN, self._institution_id, f"B{self._last}-%")
        await transaction.rollback()
        triggers = {each["Trigger Name"]: each["Time"] for each in orjson.loads(plan)[0]["Triggers"]}
        return float(triggers[_TRIGGER])

    async def _rows(self, batch: int) -> list[RosterRow]:
        starts_on = date(2025, 3, 1) + timedelta(days=20 * batch)
        await self._connection.execute(
            _MORE_CLASSES, f"B{batch}-", starts_on, BATCH // roster.SEATS, self._institution_id
        )
        people = [place if place < REGULARS else next(self._newcomers) for place in range(BATCH)]
        requests = [
            RosterRowRequest(**roster.roster_row(number) | {"local_id": f"{batch}-{number}"}) for number in people
        ]
        parsed = [roster_row(place, request) for place, request in enumerate(requests)]
        return [row._replace(class_local_id=f"B{batch}-{row.row // roster.SEATS}") for row in parsed]  # fmt: skip
