"""Totals follow each correction: a walk over everything that changes an enrolment, beside a count of what is stored."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from services.metrics.worker import SERVICE as METRICS
from services.registry.worker import SERVICE as REGISTRY
from tests.conftest import OpenService
from tests.registry.school import School, open_school, set_today, trainee
from tests.support.services import ServiceUnderTest

STEPS = 120
PEOPLE = 12
CLASSES = 4
PROGRAMMES = ("S01", "S02-1", "S03", "S10")
REASON = {"reason": "更正登记"}
NOBODY = "01990000-0000-7000-8000-000000000000"

# What counts, straight from the registry's own tables and by none of the facts that metrics hears.
STORED = """
SELECT CASE e.status WHEN 'in_training' THEN 'in_training' ELSE 'trainings' END, e.programme, c.region, c.level,
    e.effective_on, count(*)
FROM enrolment e JOIN class c ON c.id = e.class_id WHERE e.status IN ('in_training', 'completed')
GROUP BY 1, 2, 3, 4, 5
"""

Cells = dict[tuple[str, str, str, str, str], int]


class Walk:
    """An institution and its officer, who do at random what can be done to enrolments; what passed is counted."""

    def __init__(self, school: School, seed: int) -> None:
        self.school = school
        self.random = random.Random(seed)
        self.passed: Counter[str] = Counter()
        self.classes: list[str] = []
        self.merges: list[str] = []
        self._filed = 0
        self._last_id = 0

    async def step(self) -> None:
        verbs: list[Callable[[], Awaitable[tuple[str, httpx.Response]]]] = [
            self.enrol, self.enrol, self.withdraw, self.defer, self.resume, self.transfer, self.correct, self.conclude,
            self.correct_hours, self.merge, self.undo, self.change, self.cancel,
        ]  # fmt: skip
        verb, answer = await self.random.choice(verbs)()
        assert answer.status_code in (200, 201, 404, 409, 422), answer.text
        accepted = answer.json().get("accepted", 1) if answer.is_success else 0
        self.passed[verb] += bool(accepted)

    async def open(self) -> None:
        number, self._filed = self._filed, self._filed + 1
        self.classes.append(
            await self.school.run(
                local_id=f"C{number}",
                programme=PROGRAMMES[number % 2],
                starts_on=f"2025-03-{1 + number % 3 * 10:02d}",
                ends_on=f"2025-03-{10 + number % 3 * 10:02d}",
            )
        )

    async def enrol(self) -> tuple[str, httpx.Response]:
        row = trainee(self.random.randrange(PEOPLE), local_id=self._next_id())
        return "enrol", await self.school.enrol(self._class(), row)

    async def withdraw(self) -> tuple[str, httpx.Response]:
        return "withdraw", await self._on_one("withdrawal", REASON | {"on": self._day()})

    async def defer(self) -> tuple[str, httpx.Response]:
        return "defer", await self._on_one("deferral", REASON | {"on": self._day()})

    async def resume(self) -> tuple[str, httpx.Response]:
        return "resume", await self._on_one("resumption", REASON, status="deferred")

    async def transfer(self) -> tuple[str, httpx.Response]:
        return "transfer", await self._on_one(
            "transfer", REASON | {"class_id": self._class(), "local_id": self._next_id()}
        )

    async def correct(self) -> tuple[str, httpx.Response]:
        return "correct", await self._on_one("correction", REASON | {"programme": self.random.choice(PROGRAMMES)})

    async def conclude(self) -> tuple[str, httpx.Response]:
        rows = [
            {"local_id": one["local_id"], "hours": self.random.choice((20, 60))}
            for one in await self._enrolments("in_training")
            if self.random.random() < 0.4
        ]
        return "conclude", await self.school.post(f"classes/{self._class()}/outcomes", {"rows": rows})

    async def correct_hours(self) -> tuple[str, httpx.Response]:
        hours = self.random.choice((20, 60))
        return "correct hours", await self._on_one("correction", REASON | {"hours": hours}, status="completed")

    async def merge(self) -> tuple[str, httpx.Response]:
        first, second = ({"document_number": trainee(n)["document_number"]} for n in self._two_people())
        answer = await self.school.post(
            "persons/merges",
            REASON | {"first": first, "second": second, "into": "first"},
            headers=self.school.officer("410000"),
        )
        if answer.is_success:
            self.merges.append(answer.json()["id"])
        return "merge", answer

    async def undo(self) -> tuple[str, httpx.Response]:
        merge = self.merges.pop() if self.merges else NOBODY
        path = f"persons/merges/{merge}/undoing"
        return "undo", await self.school.post(path, REASON, headers=self.school.officer("410000"))

    async def change(self) -> tuple[str, httpx.Response]:
        seats = self.random.randrange(20, 60)
        return "change", await self.school.post(f"classes/{self._class()}/change", REASON | {"seats": seats})

    async def cancel(self) -> tuple[str, httpx.Response]:
        if self.random.random() < 0.7:
            return await self.enrol()
        cancelled = self._class()
        answer = await self.school.post(
            f"classes/{cancelled}/cancellation", REASON, headers=self.school.officer(person="another")
        )
        if answer.is_success:
            self.classes.remove(cancelled)
            await self.open()
        return "cancel", answer

    async def _on_one(self, verb: str, content: dict[str, Any], *, status: str | None = None) -> httpx.Response:
        found = await self._enrolments(status)
        one = self.random.choice(found)["id"] if found else NOBODY
        return await self.school.post(f"enrolments/{one}/{verb}", content)

    async def _enrolments(self, status: str | None) -> list[dict[str, Any]]:
        statement = "SELECT id, local_id FROM enrolment WHERE status = coalesce(:status, status) ORDER BY id"
        rows = await self.school.registry.rows(statement, status=status)
        return [{"id": str(row.id), "local_id": row.local_id} for row in rows]

    def _class(self) -> str:
        return self.random.choice(self.classes)

    def _day(self) -> str:
        return date(2025, 3, self.random.randrange(2, 31)).isoformat()

    def _next_id(self) -> str:
        self._last_id += 1
        return f"T{self._last_id}"

    def _two_people(self) -> list[int]:
        return self.random.sample(range(PEOPLE), 2)


async def stored(registry: ServiceUnderTest) -> Cells:
    rows = await registry.rows(STORED)
    return {(row[0], row[1], row[2], f"{row[3]}", f"{row[4]}"): row[5] for row in rows}


async def counted(metrics: ServiceUnderTest) -> Cells:
    await metrics.settle()
    answer = await metrics.http.get("/v1/totals?by=programme,county,level,day")
    assert answer.status_code == 200, answer.text
    return {
        (measure, row["programme"], row["county"], f"{row['level']}", row["day"]): row[measure]
        for row in answer.json()["rows"]
        for measure in ("in_training", "trainings")
        if row[measure]
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_totals_are_what_the_registry_has_stored_after_every_step(open_service: OpenService, seed: int) -> None:
    registry, metrics = await open_service(REGISTRY), await open_service(METRICS)
    set_today(registry, date(2025, 4, 1))
    walk = Walk(await open_school(registry), seed)
    for _ in range(CLASSES):
        await walk.open()

    for _ in range(STEPS):
        await walk.step()
        await registry.settle()
        assert await counted(metrics) == await stored(registry)

    assert walk.passed.keys() >= {"enrol", "withdraw", "defer", "transfer", "correct", "conclude", "merge", "change"}
