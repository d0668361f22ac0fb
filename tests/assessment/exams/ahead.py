"""A session of 2026, as the rules of its day ask: filed ahead with rooms and examiners, approved, sealed, published."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import httpx

from services.assessment.consumers import apply_for_exams
from shared.contracts.registry.plan import CalendarDayListed
from shared.kernel.periods import BUSINESS_ZONE
from tests.assessment.centre import Centre, person_row, session_filing
from tests.registry.school import set_today

FILED_ON = date(2026, 3, 2)
"""A Monday."""
HELD_ON = date(2026, 3, 10)
"""The Tuesday of the next week: six working days later."""
OCCUPATION = "4-10-01-05"


def holidays() -> list[CalendarDayListed]:
    """One holiday of each year that tests look at; a year with one is known whole. 6 March is off."""
    days = (date(2025, 1, 1), date(2026, 1, 1), date(2026, 3, 13), date(2027, 1, 1))
    return [
        CalendarDayListed(
            subject=f"calendar/{day}", version=1, at=datetime(2024, 12, 1, tzinfo=UTC), day=day, working=False,
            name_zh="节日",
        )
        for day in days
    ]  # fmt: skip


def examiner(number: int, **changes: object) -> dict[str, object]:
    """An examiner who may examine caregivers up to L5; the person is number 100 + `number`."""
    qualified = {"occupation": OCCUPATION, "level": "L5", "certificate": f"KP-{number}", "first_on": "2025-01-01"}
    return person_row(100 + number) | {
        "local_id": f"P{number}", "first_on": "2025-01-01", "qualifications": [qualified],
    } | changes  # fmt: skip


def clock(hour: int, minute: int = 0, *, day: date = HELD_ON) -> str:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BUSINESS_ZONE).isoformat()


def sitting(part: str, room: str, hours: tuple[int, int], examiners: list[str], **changes: Any) -> dict[str, Any]:
    day = changes.pop("day", HELD_ON)
    return {
        "part": part, "room": room, "begins_at": clock(hours[0], day=day), "ends_at": clock(hours[1], day=day),
        "seats": 30, "examiners": examiners,
    } | changes  # fmt: skip


@dataclass
class Ahead:
    """A centre with examiners P1 to P5 and the supervisor P9, on the day on which it files."""

    centre: Centre
    ids: dict[str, str] = field(default_factory=dict)
    """The ids of examiners by local_id."""

    async def register(self, number: int, **changes: object) -> str:
        answer = await self.centre.post("/examiners", examiner(number, **changes))
        assert answer.status_code == 201, answer.text
        self.ids[answer.json()["local_id"]] = answer.json()["id"]
        return str(answer.json()["id"])

    def of(self, *numbers: int) -> list[str]:
        return [self.ids[f"P{number}"] for number in numbers]

    def plan(self, *, day: date = HELD_ON, **changes: object) -> dict[str, object]:
        return {
            "region": "410102", "held_on": day.isoformat(), "place": "样例路 1 号",
            "sittings": [
                sitting("theory", "101", (9, 11), self.of(1, 2), day=day),
                sitting("skills", "201", (13, 16), self.of(3, 4, 5), day=day),
            ],
            "supervisors": self.of(9),
        } | changes  # fmt: skip

    async def file(self, **changes: object) -> httpx.Response:
        return await self.centre.post("/sessions", session_filing(local_id="2026-E1") | self.plan(**changes))  # type: ignore[arg-type]

    async def filed(self, **changes: object) -> str:
        answer = await self.file(**changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def add(self, session_id: str, *orders: int) -> list[dict[str, Any]]:
        return await self.centre.batch(f"/sessions/{session_id}/candidates", [person_row(order) for order in orders])

    async def step(self, session_id: str, noun: str, content: object = None, *, officer: bool = False) -> Any:
        """The code of the refusal, or the state that the session has now."""
        headers = self.centre.officer(region="410102") if officer else None
        answer = await self.centre.post(f"/sessions/{session_id}/{noun}", content, headers)
        return answer.json().get("code") or answer.json()["status"]

    def turn(self, day: date) -> None:
        set_today(self.centre.service, day)


async def ahead(centre: Centre) -> Ahead:
    set_today(centre.service, FILED_ON)
    async with centre.service.engine.begin() as connection:
        await apply_for_exams(connection, holidays())
    found = Ahead(centre)
    for number in range(1, 6):
        await found.register(number)
    await found.register(9, kind="supervisor", qualifications=[])
    return found
