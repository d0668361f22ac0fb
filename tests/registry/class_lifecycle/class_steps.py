"""Steps of classes that several tests take."""

from __future__ import annotations

from typing import Any

from tests.registry.school import School, filing

REASONS = {"reasons": ["名额多于教室座位", "缺少安全课程"]}
PASSED = {"passed": True}
PAID_AND_EXAMINED = {
    "exam_plan": {"planned_on": "2026-03-28", "body_credit_code": None},
    "fee": {"government_fen": 160000, "individual_fen": 20000},
}
"""What a subsidised class of March 2026 needs besides site, plan, timetable and roster."""
FAILED = {"passed": False, "findings": ["灭火器已过期"]}


def mended(**changes: object) -> dict[str, object]:
    """The usual filing without the name that a class keeps."""
    return {name: value for name, value in filing(**changes).items() if name != "local_id"}


async def returned(school: School, *rows: object, **changes: object) -> str:
    class_id = await school.file(**changes)
    if rows:
        assert (await school.enrol(class_id, *rows)).json()["accepted"] == len(rows)
    answer = await school.post(f"classes/{class_id}/return", REASONS, headers=school.officer())
    assert answer.status_code == 200, answer.text
    return class_id


async def history(school: School, class_id: str, **request: Any) -> list[dict[str, Any]]:
    path = f"/v1/classes/{class_id}/history"
    answer = await school.registry.http.get(path, **({"headers": school.headers} | request))
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows
