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
from services.registry.books.store import BOOK
from services.registry.worker import SERVICE as REGISTRY
from tests.conftest import OpenService
from tests.registry.school import School, open_school, set_today, trainee
from tests.support.books import compared
from tests.support.services import ServiceUnderTest

STEPS = 100
STEPS_MAX = 400
"""A walk goes on behind STEPS until each verb has passed, but not for ever."""
PEOPLE = 18
CLASSES = 6
PROGRAMMES = ("S01", "S02-1", "S03", "S10")
KINDS = (("2025-03-01", "2025-03-10"), ("2025-03-11", "2025-03-20"), ("2025-03-21", "2025-04-20"))
REASON = {"reason": "更正登记"}
NOBODY = "01990000-0000-7000-8000-000000000000"

# What counts, straight from the registry's own tables and by none of the facts that metrics hears.
STORED = """
SELECT CASE e.status WHEN 'in_training' THEN 'in_training' ELSE 'trainings' END, e.programme, c.region, c.level,
    CASE e.status WHEN 'in_training' THEN 'now' ELSE e.effective_on::text END, count(*)
FROM enrolment e JOIN class c ON c.id = e.class_id WHERE e.status IN ('in_training', 'completed')
GROUP BY 1, 2, 3, 4, 5
"""

ENROLMENTS = """
SELECT id, local_id FROM enrolment
WHERE status = coalesce(:status, status) AND (CAST(:classes AS uuid[]) IS NULL OR class_id = ANY(:classes)) ORDER BY id
"""

Cells = dict[tuple[str, str, str, str, str], int]


class Walk:
    """An institution and its officer, who do at random what can be done to enrolments; what passed is counted."""

    def __init__(self, school: School, seed: int) -> None:
        self.school = school
        self.random = random.Random(seed)
        self.passed: Counter[str] = Counter()
        self.classes: list[str] = []
        self.going_on: list[str] = []
        self.merges: list[str] = []
        self.cancelled: list[tuple[str, bool]] = []
        self._filed = 0
        self._last_id = 0

    @property
    def verbs(self) -> dict[str, Callable[[], Awaitable[httpx.Response]]]:
        return {
            "enrol": self.enrol, "withdraw": self.withdraw, "defer": self.defer, "resume": self.resume,
            "transfer": self.transfer, "correct": self.correct, "conclude": self.conclude,
            "correct hours": self.correct_hours, "merge": self.merge, "undo": self.undo, "change": self.change,
            "cancel": self.cancel, "reinstate": self.reinstate, "reinstate class": self.reinstate_class,
            "re-key": self.rekey,
        }  # fmt: skip

    @property
    def not_passed(self) -> list[str]:
        return [verb for verb in self.verbs if not self.passed[verb]]

    async def step(self) -> None:
        # What has passed seldom is tried often, or some would hardly ever be seen to pass.
        verbs = self.verbs
        (verb,) = self.random.choices(list(verbs), [1 / (1 + self.passed[each]) for each in verbs])
        if verb != "enrol" and self.random.random() < 0.2:
            verb = "enrol"
        answer = await verbs[verb]()
        assert answer.status_code in (200, 201, 404, 409, 422), answer.text
        accepted = answer.json().get("accepted", 1) if answer.is_success else 0
        self.passed[verb] += bool(accepted)

    async def open(self) -> None:
        """A class more. Those of the last kind are not over yet on the day of the walk: trainees can go on in them."""
        number, self._filed = self._filed, self._filed + 1
        first, last = KINDS[number % len(KINDS)]
        class_id = await self.school.run(
            local_id=f"C{number}", programme=PROGRAMMES[number % 2], starts_on=first, ends_on=last
        )
        self.classes.append(class_id)
        if (first, last) == KINDS[-1]:
            self.going_on.append(class_id)

    async def enrol(self) -> httpx.Response:
        row = trainee(self.random.randrange(PEOPLE), local_id=self._next_id())
        return await self.school.enrol(self._class(), row)

    async def withdraw(self) -> httpx.Response:
        return await self._on_one("withdrawal", REASON | {"on": self._day()})

    async def defer(self) -> httpx.Response:
        content = REASON | {"on": self._day(first=21)}
        return await self._on_one("deferral", content, status="in_training", going_on=True)

    async def resume(self) -> httpx.Response:
        return await self._on_one("resumption", REASON, status="deferred", going_on=True)

    async def transfer(self) -> httpx.Response:
        status = self.random.choice(("deferred", "in_training"))
        content = REASON | {"class_id": self.random.choice(self.going_on or self.classes), "local_id": self._next_id()}
        return await self._on_one("transfer", content, status=status)

    async def correct(self) -> httpx.Response:
        return await self._on_one("correction", REASON | {"programme": self.random.choice(PROGRAMMES)})

    async def conclude(self) -> httpx.Response:
        rows = [
            {"local_id": one["local_id"], "hours": self.random.choice((20, 60))}
            for one in await self._enrolments("in_training")
            if self.random.random() < 0.4
        ]
        return await self.school.post(f"classes/{self._class()}/outcomes", {"rows": rows})

    async def correct_hours(self) -> httpx.Response:
        hours = self.random.choice((20, 60))
        return await self._on_one("correction", REASON | {"hours": hours}, status="completed")

    async def merge(self) -> httpx.Response:
        first, second = ({"document_number": trainee(n)["document_number"]} for n in self._two_people())
        answer = await self.school.agree("persons/merges", REASON | {"first": first, "second": second, "into": "first"})
        if answer.is_success:
            self.merges.append(answer.json()["id"])
        return answer

    async def undo(self) -> httpx.Response:
        merge = self.merges.pop() if self.merges else NOBODY
        return await self.school.post(f"persons/merges/{merge}/undoing", REASON, headers=self.school.officer())

    async def reinstate(self) -> httpx.Response:
        """Take back a withdrawal or a transfer."""
        found = await self._enrolments(self.random.choice(("withdrawn", "transferred")), self.classes)
        one = self.random.choice(found)["id"] if found else NOBODY
        return await self.school.post(f"enrolments/{one}/reinstatement", REASON, headers=self.school.officer())

    async def rekey(self) -> httpx.Response:
        found = await self._enrolments(self.random.choice(("in_training", "completed")), self.classes)
        one = self.random.choice(found)["id"] if found else NOBODY
        right = trainee(self.random.randrange(PEOPLE))
        content = REASON | {"document_number": right["document_number"], "name": right["name"]}
        return await self.school.agree(f"enrolments/{one}/rekeying", content)

    async def reinstate_class(self) -> httpx.Response:
        if not self.cancelled:
            return await self.cancel()
        back, is_going_on = self.random.choice(self.cancelled)
        answer = await self.school.post(f"classes/{back}/reinstatement", REASON, headers=self.school.officer())
        if answer.is_success:
            self.cancelled.remove((back, is_going_on))
            self.classes.append(back)
            self.going_on += [back] * is_going_on
        return answer

    async def change(self) -> httpx.Response:
        seats = self.random.randrange(20, 60)
        return await self.school.post(f"classes/{self._class()}/change", REASON | {"seats": seats})

    async def cancel(self) -> httpx.Response:
        if self.random.random() < 0.5:
            return await self.enrol()
        cancelled = self._class()
        answer = await self.school.post(
            f"classes/{cancelled}/cancellation", REASON, headers=self.school.officer(person="another")
        )
        if answer.is_success:
            self.classes.remove(cancelled)
            self.cancelled.append((cancelled, cancelled in self.going_on))
            self.going_on = [each for each in self.going_on if each != cancelled]
            await self.open()
        return answer

    async def _on_one(
        self, verb: str, content: dict[str, Any], *, status: str | None = None, going_on: bool = False
    ) -> httpx.Response:
        found = await self._enrolments(status, self.going_on if going_on else self.classes)
        one = self.random.choice(found)["id"] if found else NOBODY
        return await self.school.post(f"enrolments/{one}/{verb}", content)

    async def _enrolments(self, status: str | None, classes: list[str] | None = None) -> list[dict[str, Any]]:
        rows = await self.school.registry.rows(ENROLMENTS, status=status, classes=classes)
        return [{"id": str(row.id), "local_id": row.local_id} for row in rows]

    def _class(self) -> str:
        return self.random.choice(self.classes)

    def _day(self, *, first: int = 2) -> str:
        return date(2025, 3, self.random.randrange(first, 32)).isoformat()

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
    found: Cells = {}
    for measure, by in (("in_training", "programme,county,level"), ("trainings", "programme,county,level,day")):
        answer = await metrics.http.get(f"/v1/totals?by={by}")
        assert answer.status_code == 200, answer.text
        for row in answer.json()["rows"]:
            if row[measure]:
                day = row["day"] if measure == "trainings" else "now"
                found[measure, row["programme"], row["county"], f"{row['level']}", day] = row[measure]
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_totals_are_what_the_registry_has_stored_after_every_step(open_service: OpenService, seed: int) -> None:
    registry, metrics = await open_service(REGISTRY), await open_service(METRICS)
    set_today(registry, date(2025, 4, 1))
    walk = Walk(await open_school(registry), seed)
    for _ in range(CLASSES):
        await walk.open()

    for step in range(STEPS_MAX):
        if step >= STEPS and walk.not_passed == []:
            break
        await walk.step()
        await registry.settle()
        assert await counted(metrics) == await stored(registry)

    books = await compared(metrics, (registry, BOOK))
    assert (books["light"], books["unequal"], books["books"][0]["owner"]) == ("green", 0, "registry")
    assert books["books"][0]["cells"] > 0
    assert walk.not_passed == [], "a walk on which these never passed shows nothing of them"
