"""Teachers and lessons as an institution's own system would send them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import httpx

from tests.registry.school import School, name_of
from tests.support.people import identity_number

PROJECT = "4-10-01-05-L4"
PAPER = {"name": "养老护理员二级", "number": "S000041020001", "first_on": "2020-01-01"}


def teacher(number: int, **changes: object) -> dict[str, object]:
    """An invented teacher; the same number is the same person."""
    usual = {
        "local_id": f"J{number}", "document_number": identity_number(date(1980, 1, 1 + number % 28), number % 1000),
        "name": name_of("教师", number), "full_time": True, "first_on": "2025-01-01", "projects": [PROJECT],
        "qualifications": [PAPER],
    }  # fmt: skip
    return usual | changes


def lesson(day: str, **changes: object) -> dict[str, object]:
    """Six class hours by teacher J1 in room 101 of site S1."""
    usual = {
        "begins_at": f"{day}T08:30:00+08:00", "ends_at": f"{day}T13:30:00+08:00", "kind": "theory", "hours": 6,
        "teacher": "J1", "site": "S1", "room": "101",
    }  # fmt: skip
    return usual | changes


def lessons(first_on: str = "2025-03-01", *, count: int = 10, **changes: object) -> list[dict[str, object]]:
    """One lesson a day: the sixty hours of a class as `filing` files it."""
    days: Iterable[date] = (date.fromisoformat(first_on) + timedelta(days=each) for each in range(count))
    return [lesson(day.isoformat(), **changes) for day in days]


async def engage(school: School, number: int = 1, **changes: object) -> dict[str, Any]:
    answer = await school.post(f"institutions/{school.id}/teachers", teacher(number, **changes))
    assert answer.status_code == 201, answer.text
    engaged: dict[str, Any] = answer.json()
    return engaged


async def put_timetable(
    school: School, class_id: str, planned: list[dict[str, object]], **request: object
) -> httpx.Response:
    return await school.registry.http.put(
        f"/v1/classes/{class_id}/timetable", json={"lessons": planned} | request, headers=school.headers
    )
