"""An outcome, decided again after ten later rows of rules, two of them backdated: the same byte for byte."""

from __future__ import annotations

from typing import Any

import httpx

from tests.registry.class_lifecycle.test_replays import enter_ten_rows
from tests.registry.directory.directory import PROJECT
from tests.registry.plan.catalogue import again, enter, get, put, row
from tests.registry.school import School, trainee


async def enrolment(school: School, local_id: str) -> str:
    (found,) = await school.registry.rows("SELECT id FROM enrolment WHERE local_id = :id", id=local_id)
    return str(found.id)


async def history(school: School, local_id: str) -> list[dict[str, Any]]:
    path = f"/v1/enrolments/{await enrolment(school, local_id)}/history"
    rows: list[dict[str, Any]] = (await school.registry.http.get(path, headers=school.headers)).json()
    return rows


async def replay(school: School, local_id: str, version: int) -> httpx.Response:
    path = f"/v1/enrolments/{await enrolment(school, local_id)}/history/{version}/replay"
    return await school.registry.http.get(path, headers=school.headers)


async def correct(school: School, local_id: str, hours: int) -> None:
    path = f"enrolments/{await enrolment(school, local_id)}/correction"
    answer = await school.post(path, {"hours": hours, "reason": "学时登记有误"})
    assert answer.status_code == 200, answer.text


async def test_outcomes_replay_byte_for_byte_after_ten_later_rows(school: School) -> None:
    class_id = await school.run(trainee(1), trainee(2))
    await school.conclude(class_id, T1=50, T2=40)
    await correct(school, "T2", 60)
    steps = [("T1", 2), ("T2", 2), ("T2", 3)]
    before = [await replay(school, *step) for step in steps]
    kept = [await history(school, local_id) for local_id in ("T1", "T2")]

    await enter_ten_rows(school)
    # Backdated: by it, none of the trainings would have been completed.
    await enter(school.registry, row(key="attendance.share_min", value="1.00", first_on="2025-01-01"))
    term = await get(school.registry, f"projects/{PROJECT}")
    await put(school.registry, again(term, hours_min=200), code=PROJECT)
    await correct(school, "T2", 30)

    assert [(await replay(school, *step)).content for step in steps] == [each.content for each in before]
    assert [
        (await history(school, local_id))[: len(rows)] for local_id, rows in zip(("T1", "T2"), kept, strict=True)
    ] == kept
    answers = [each.json() for each in before]
    assert [(each["verb"], each["status"], each["hours"], each["missed"], each["same"]) for each in answers] == [
        ("complete", "completed", 50, [], True),
        ("fail", "failed", 40, ["low-share"], True),
        ("correct", "completed", 60, [], True),
    ]


async def test_its_rows_are_those_of_the_history_with_what_they_say(school: School) -> None:
    class_id = await school.run(trainee(1))
    await school.conclude(class_id, T1=50)
    await enter_ten_rows(school)

    answer = (await replay(school, "T1", 2)).json()

    (step,) = [each for each in await history(school, "T1") if each["version"] == 2]
    shown = [{name: each[name] for name in ("rule", "row", "entered_after")} for each in answer["rows"]]
    assert (shown, answer["sequence"]) == (step["grounds"]["rows"], step["grounds"]["sequence"])
    assert {each["rule"]: each["value"] for each in answer["rows"]} == {
        "attendance.hours_min_required": "no",
        "attendance.marks_required": "no",
        "attendance.share_min": "0.80",
        f"project/{PROJECT}": "56",
    }


async def test_what_decided_no_outcome_is_not_decided_again(school: School) -> None:
    await school.run(trainee(1))
    await school.post(f"enrolments/{await enrolment(school, 'T1')}/withdrawal", {"reason": "个人原因"})

    entered, withdrawn = await replay(school, "T1", 1), await replay(school, "T1", 2)
    foreign = await school.registry.http.get(
        f"/v1/enrolments/{await enrolment(school, 'T1')}/history/2/replay", headers=school.officer("411025")
    )

    assert (entered.status_code, entered.json()["code"]) == (404, "not-found")
    assert (withdrawn.status_code, withdrawn.json()["code"]) == (409, "step-not-replayable")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign-region")
