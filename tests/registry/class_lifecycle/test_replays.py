"""A decision about a class, made again after ten later rows of rules, two of them backdated: the same byte for byte."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson

from tests.registry.directory.directory import PROJECT
from tests.registry.plan.catalogue import again, enter, get, put, row
from tests.registry.school import School, add_site, filing, trainee

TEN_ROWS: list[dict[str, Any]] = [
    # Backdated: they decide for the days of the class, and would refuse it.
    {"key": "class.seats_max", "value": "10", "region": "410102", "first_on": "2025-01-01"},
    {"key": "class.plan_required", "value": "yes", "region": "410100", "first_on": "2025-02-01"},
    {"key": "class.seats_max", "value": "12", "region": "410102", "first_on": "2026-12-30"},
    {"key": "class.seats_max", "value": "14", "region": "410000", "first_on": "2027-01-01"},
    {"key": "filing.answer_working_days", "value": "9", "region": "410000", "first_on": "2027-01-01"},
    {"key": "filing.lead_working_days", "value": "20", "region": "410000", "first_on": "2027-01-01"},
    {"key": "class.size_min", "value": "20", "region": "410000", "first_on": "2027-01-01"},
    {"key": "class.fee_required", "value": "no", "region": "410000", "first_on": "2027-01-01"},
    {"key": "attendance.share_min", "value": "0.95", "region": "410000", "first_on": "2027-01-01"},
    {"key": "calendar.worked", "value": "no", "region": "410000", "first_on": "2026-12-31", "last_on": "2026-12-31"},
]


async def enter_ten_rows(school: School) -> None:
    for each in TEN_ROWS:
        answer = await enter(school.registry, row(**each))
        assert answer.status_code == 200, answer.text


async def steps(school: School, class_id: str) -> list[dict[str, Any]]:
    answer = await school.registry.http.get(f"/v1/classes/{class_id}/history", headers=school.headers)
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def replays(school: School, class_id: str, verbs: Collection[str] = ("file", "approve")) -> list[bytes]:
    """The answers for filing and approval, or the `verbs`, as they were sent."""
    found = []
    for step in await steps(school, class_id):
        if step["verb"] not in verbs:
            continue
        path = f"/v1/classes/{class_id}/history/{step['id']}/replay"
        answer = await school.registry.http.get(path, headers=school.headers)
        assert answer.status_code == 200, answer.text
        found.append(answer.content)
    return found


async def test_a_filing_and_an_approval_replay_byte_for_byte_after_ten_later_rows(school: School) -> None:
    class_id = await school.file()
    await school.enrol(class_id, trainee(1))
    approved = await school.post(f"classes/{class_id}/approval", headers=school.officer())
    assert approved.status_code == 200
    before, history = await replays(school, class_id), await steps(school, class_id)

    await enter_ten_rows(school)
    term = await get(school.registry, f"projects/{PROJECT}")
    await put(school.registry, again(term, hours_min=200, is_needed=not term["is_needed"]), code=PROJECT)

    assert await replays(school, class_id) == before
    assert await steps(school, class_id) == history
    assert [each["verb"] for each in history] == ["file", "approve"]


async def test_a_replay_finds_the_result_and_the_rows_that_were_stored(school: School) -> None:
    filed = (await school.post("classes", filing())).json()
    await enter_ten_rows(school)

    (step,) = await steps(school, filed["id"])
    answer = await school.registry.http.get(
        f"/v1/classes/{filed['id']}/history/{step['id']}/replay", headers=school.officer()
    )

    again_ = answer.json()
    assert (again_["same_rows"], again_["refusal"]) == (True, None)
    assert {name: again_[name] for name in ("project", "is_scarce", "is_needed", "answer_due_on")} == {
        name: filed[name] for name in ("project", "is_scarce", "is_needed", "answer_due_on")
    }
    assert [{name: each[name] for name in ("rule", "row", "entered_after")} for each in again_["rows"]] == (
        step["grounds"]["rows"]
    )
    rows = {each["rule"]: each["value"] for each in again_["rows"]}
    names = ("class.seats_max", "filing.answer_working_days", f"project/{PROJECT}")
    assert [rows[name] for name in names] == ["60", "5", "56"]


async def test_a_filing_that_was_corrected_replays_by_what_it_said_itself(school: School) -> None:
    class_id = await school.file(seats=40)
    await enter(school.registry, row(key="class.seats_max", value="39", region="410103", first_on="2025-01-01"))
    await add_site(school, local_id="S2", region="410103", address="样例路 3 号")
    await school.post(f"classes/{class_id}/return", {"reasons": ["地点有误"]}, headers=school.officer())
    again_ = filing(region="410103", seats=30, site="S2")
    del again_["local_id"]
    refiled = await school.post(f"classes/{class_id}/refiling", again_)
    assert refiled.status_code == 200, refiled.text

    found = [orjson.loads(each) for each in await replays(school, class_id, verbs={"file", "refile"})]

    assert [(each["verb"], each["same"], each["refusal"]) for each in found] == [
        ("file", True, None), ("refile", True, None),
    ]  # fmt: skip
    assert [{each["rule"]: each["value"] for each in one["rows"]}["class.seats_max"] for one in found] == ["60", "39"]


async def test_a_row_that_was_backdated_since_the_filing_decides_about_the_approval(school: School) -> None:
    class_id = await school.file(seats=40)
    await school.enrol(class_id, trainee(1))
    backdated = (await enter(school.registry, row(**TEN_ROWS[0]))).json()["id"]

    refused = await school.post(f"classes/{class_id}/approval", headers=school.officer())
    await enter(school.registry, row(**TEN_ROWS[0] | {"value": "45"}))
    approved = await school.post(f"classes/{class_id}/approval", headers=school.officer())

    assert (refused.status_code, refused.json()["code"], refused.json()["seats_max"]) == (422, "class-too-large", 10)
    assert approved.status_code == 200, approved.text
    grounds = (await steps(school, class_id))[-1]["grounds"]["rows"]
    (deciding,) = [each for each in grounds if each["rule"] == "class.seats_max"]
    assert (deciding["entered_after"], deciding["row"] != backdated) == (True, True)
    assert [orjson.loads(each)["same"] for each in await replays(school, class_id)] == [True, True]


async def test_what_is_decided_after_a_backdated_row_goes_by_it_and_says_so(school: School) -> None:
    await school.file()
    backdated = (await enter(school.registry, row(**TEN_ROWS[0]))).json()["id"]

    refused = await school.post("classes", filing(local_id="2025-002"))
    filed = await school.file(local_id="2025-003", seats=10)

    assert (refused.status_code, refused.json()["code"]) == (422, "class-too-large")
    grounds = (await steps(school, filed))[0]["grounds"]["rows"]
    assert {"rule": "class.seats_max", "row": backdated, "entered_after": True} in grounds


async def test_an_outcome_names_the_rows_that_it_was_decided_by(school: School) -> None:
    class_id = await school.run(trainee(1), trainee(2))
    await school.conclude(class_id, T1=50)
    later = (await enter(school.registry, row(key="attendance.share_min", value="0.50", first_on="2025-01-01"))).json()
    await school.conclude(class_id, T2=40)

    found = []
    for local_id in ("T1", "T2"):
        (trained,) = await school.registry.rows("SELECT id, status FROM enrolment WHERE local_id = :id", id=local_id)
        answer = await school.registry.http.get(f"/v1/enrolments/{trained.id}/history", headers=school.headers)
        rows = {each["rule"]: each["row"] for each in answer.json()[-1]["grounds"]["rows"]}
        found.append((trained.status, rows["attendance.share_min"] == later["id"], set(rows)))

    names = {
        "attendance.share_min", "attendance.hours_min_required", "attendance.marks_required", f"project/{PROJECT}",
    }  # fmt: skip
    assert found == [("completed", False, names), ("completed", True, names)]


async def test_other_steps_are_not_decided_again(school: School) -> None:
    class_id = await school.run(trainee(1))
    started = (await steps(school, class_id))[-1]

    answer = await school.registry.http.get(
        f"/v1/classes/{class_id}/history/{started['id']}/replay", headers=school.headers
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "step-not-replayable")
