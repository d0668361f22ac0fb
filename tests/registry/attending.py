"""Check-ins and check-outs as a school's devices would send them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
from sqlalchemy import text

from shared.contracts.registry.attendance import AttendanceState
from tests.registry.school import School, trainee

DAY = "2025-03-05"
WEEK = [f"2025-03-{day:02d}" for day in range(3, 8)]


def mark(number: int, direction: str, at: str, /, **changes: object) -> dict[str, object]:
    """A row for the trainee of that number at a time of day ("09:00:12"), of the class that `filing` names."""
    day = str(changes.pop("day", DAY))
    usual: dict[str, object] = {
        "local_id": f"{number}-{direction}-{day}-{at}".replace(":", "."), "class_local_id": "2025-001",
        "trainee_local_id": f"T{number}", "direction": direction, "at": f"{day}T{at}+08:00", "method": "device",
        "device": f"gate-{number}",
    }  # fmt: skip
    return {key: value for key, value in (usual | changes).items() if value is not None}


def lesson(number: int, begins: str, ends: str, **changes: object) -> list[dict[str, object]]:
    """In and out."""
    return [mark(number, "in", begins, **changes), mark(number, "out", ends, **changes)]


async def post(school: School, *rows: object, **request: Any) -> httpx.Response:
    answer = await school.post("attendance-marks", {"rows": rows}, **request)
    assert answer.status_code == 200, answer.text
    return answer


async def running(school: School, *numbers: int, **changes: object) -> str:
    """The id of a running class with trainees of those numbers, by default the first; its marks may come late."""
    await set_policy(school, "attendance.edit_days_max", "10000")
    return await school.run(*(trainee(number) for number in numbers or (1,)), **changes)


async def enrolment_of(school: School, local_id: str = "T1") -> str:
    (row,) = await school.registry.rows("SELECT id FROM enrolment WHERE local_id = :local_id", local_id=local_id)
    return str(row.id)


async def hours(school: School) -> dict[tuple[str, str], int]:
    """What each day of each trainee counts."""
    rows = await school.registry.rows(
        "SELECT local_id, day, d.hours FROM attendance_day d JOIN enrolment ON id = enrolment_id WHERE d.hours > 0"
    )
    return {(row.local_id, row.day.isoformat()): row.hours for row in rows}


async def told(school: School) -> list[AttendanceState]:
    return [fact for fact in await school.registry.told() if isinstance(fact, AttendanceState)]


async def flags(school: School) -> list[tuple[str, str]]:
    """Check and kind of each flag of attendance that stands."""
    rows = await school.registry.rows(
        "SELECT code, kind FROM flag WHERE code IN ('C05', 'C16', 'C20') ORDER BY code, kind, seen"
    )
    return [(row.code, row.kind) for row in rows]


async def set_policy(school: School, key: str, value: str) -> None:
    """As if the province had entered it from the beginning."""
    await run(school, f"UPDATE policy_row SET value = '{value}' WHERE key = '{key}'")


async def run(school: School, *statements: str) -> None:
    async with school.registry.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


def codes(answer: httpx.Response) -> Sequence[str]:
    """Of each row what became of it, or why it was refused."""
    return [row["errors"][0]["code"] if "errors" in row else row["outcome"] for row in answer.json()["rows"]]


async def read(school: School, path: str, **asked: Any) -> httpx.Response:
    """What the institution is shown."""
    return await school.registry.http.get(f"/v1/{path}", params=asked, headers=school.headers)
