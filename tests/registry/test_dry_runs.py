"""`mode=validate` on every batch route that stores what was not enrolled: the same answers, and nothing is stored."""

from __future__ import annotations

from typing import Any

from tests.registry.attending import mark, running, set_policy
from tests.registry.rating import WORK, completed
from tests.registry.school import School, trainee
from tests.support.dry_runs import same_as_real

LOCKED = ("class", "enrolment")


def verdicts(rows: list[dict[str, Any]]) -> list[str]:
    return [row["errors"][0]["code"] if "errors" in row else row["outcome"] for row in rows]


async def test_of_attendance_marks(school: School) -> None:
    await running(school, 1, 2)
    rows = [
        mark(1, "in", "09:00"),
        mark(1, "in", "09:00"),
        mark(1, "out", "12:00"),
        mark(1, "in", "09:00", direction="out"),
        mark(9, "in", "09:00"),
        mark(2, "in", "09:00", local_id="a b"),
        mark(2, "in", "09:00", day="2025-01-01"),
    ]

    answers = await same_as_real(school.registry, "/v1/attendance-marks", rows, headers=school.headers, lock=LOCKED)

    assert verdicts(answers)[:5] == ["accepted", "repeated", "accepted", "local-id-taken", "not-in-class"]


async def test_of_attendance_marks_beyond_those_of_a_day(school: School) -> None:
    await running(school, 1)
    await set_policy(school, "attendance.day_marks_max", "2")
    rows = [mark(1, "in", f"09:0{minute}") for minute in range(4)]

    answers = await same_as_real(school.registry, "/v1/attendance-marks", rows, headers=school.headers, lock=LOCKED)

    assert verdicts(answers) == ["accepted", "accepted", "too-many-day-marks", "too-many-day-marks"]


async def test_of_outcomes(school: School) -> None:
    class_id = await school.run(trainee(1), trainee(2), trainee(3), hours=60)
    rows = [
        {"local_id": "T1", "hours": 60},
        {"local_id": "T1", "hours": 60},
        {"local_id": "T1", "hours": 59},
        {"local_id": "T2", "hours": 61},
        {"local_id": "T9", "hours": 60},
        {"local_id": "T3", "hours": -1},
    ]

    answers = await same_as_real(
        school.registry, f"/v1/classes/{class_id}/outcomes", rows, headers=school.headers, lock=LOCKED
    )

    assert verdicts(answers) == [
        "accepted", "repeated", "illegal-move", "too-many-hours", "not-in-class", "greater-than-equal",
    ]  # fmt: skip


async def test_of_follow_ups_and_their_corrections(school: School) -> None:
    _, (enrolment,) = await completed(school, 1)
    named = {"class_local_id": "2025-001", "trainee_local_id": "T-1"}
    rows = [named | WORK, {"enrolment_id": enrolment} | WORK, named | WORK | {"pay_after_fen": 1}, {"evidence": "x"}]

    answers = await same_as_real(school.registry, "/v1/follow-ups", rows, headers=school.headers, lock=LOCKED)
    corrected = await same_as_real(
        school.registry,
        "/v1/follow-up-corrections",
        [named | WORK | {"pay_after_fen": 1, "reason": "填报有误"}, named | WORK],
        headers=school.headers,
        lock=LOCKED,
    )

    assert verdicts(answers)[:3] == ["accepted", "repeated", "other-follow-up"]
    assert verdicts(corrected) == ["accepted", "missing"]


async def test_of_rosters(school: School) -> None:
    class_id = await school.file(seats=2)
    rows = [trainee(1), trainee(1), trainee(2), trainee(3), trainee(4, phone="1")]

    answers = await same_as_real(
        school.registry, f"/v1/classes/{class_id}/enrolments", rows, headers=school.headers, lock=LOCKED
    )

    assert verdicts(answers)[:4] == ["accepted", "repeated", "accepted", "class-full"]
