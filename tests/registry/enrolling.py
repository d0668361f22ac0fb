"""Steps in the life of an enrolment, as a school would take them."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx

from shared.contracts.registry.enrolments import EnrolmentState
from tests.registry.school import School, trainee

MID_MARCH = date(2025, 3, 10)
"""A day in the middle of the class that `filing` names."""
REASON = {"reason": "因病"}


async def enrolment_of(school: School, local_id: str) -> str:
    (row,) = await school.registry.rows(
        "SELECT id FROM enrolment WHERE local_id = :local_id AND institution_id = :school",
        local_id=local_id,
        school=school.id,
    )
    return str(row.id)


async def running(school: School, *numbers: int, **changes: object) -> list[str]:
    """The enrolments of trainees in a running class, after the class's id."""
    class_id = await school.run(*(trainee(number) for number in numbers), **changes)
    return [class_id, *[await enrolment_of(school, f"T{number}") for number in numbers]]


async def step(school: School, enrolment_id: str, verb: str, **content: object) -> httpx.Response:
    return await school.post(f"enrolments/{enrolment_id}/{verb}", content)


async def transfer(school: School, enrolment_id: str, class_id: str, **request: Any) -> httpx.Response:
    content = {"class_id": class_id, "local_id": "N1", **REASON}
    return await school.post(f"enrolments/{enrolment_id}/transfer", content, **request)


async def told(school: School) -> list[EnrolmentState]:
    return [fact for fact in await school.registry.told() if isinstance(fact, EnrolmentState)]


def code(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")
