"""The name of whom a request concerns stands in none of its texts; who may not change a thing learns of no name."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.registry.worker import SERVICE
from tests.conftest import OpenService
from tests.hostile.requests.conftest import SceneOf
from tests.hostile.requests.operations import operations_of
from tests.registry.licences.test_licences import REJECT, WELDING, record
from tests.registry.rating import WORK
from tests.registry.school import School, open_school, set_policy, trainee
from tests.registry.supervising import patrol
from tests.registry.teaching import PAPER, engage, teacher

NAME = "欧阳修竹"


@pytest.fixture
async def school(open_service: OpenService) -> School:
    return await open_school(await open_service(SERVICE))


def places(answer: httpx.Response) -> list[tuple[str, str]]:
    assert NAME not in answer.text
    return [(error["code"], error["pointer"]) for error in answer.json().get("errors", ())]


async def edit_attendance(school: School, said: str, **headers: Any) -> httpx.Response:
    class_id = await school.run(trainee(1, name=NAME))
    path = f"classes/{class_id}/enrolments"
    enrolled = (await school.registry.http.get(f"/v1/{path}", headers=school.headers)).json()["rows"]
    content = {"day": "2025-03-05", "hours": 6, "reason": said}
    return await school.post(f"enrolments/{enrolled[0]['id']}/attendance-edits", content, **headers)


class TestNames:
    @pytest.mark.parametrize("said", [f"{NAME}忘记打卡", "学员 欧阳 修竹 忘记打卡", "欧阳·修竹", "欧阳\n修竹"])
    async def test_of_a_trainee_is_refused_with_its_place_and_undoes_the_request(
        self, school: School, said: str
    ) -> None:
        answer = await edit_attendance(school, said, headers=school.officer())

        assert (answer.status_code, places(answer)) == (422, [("personal-name", "/reason")])
        assert await school.registry.rows("SELECT id FROM attendance_edit") == []

    async def test_of_somebody_else_is_not_looked_for(self, school: School) -> None:
        answer = await edit_attendance(school, "班主任赵某某代为说明", headers=school.officer())

        assert answer.is_success, answer.text

    async def test_is_not_told_to_who_may_not_change_the_thing(self, school: School) -> None:
        answer = await edit_attendance(school, NAME, headers=school.officer("410200"))

        assert answer.status_code == 403

    async def test_of_each_trainee_of_a_class_is_refused_in_what_was_found(self, school: School) -> None:
        class_id = await school.run(trainee(1, name="王某某"), trainee(2, name=NAME))
        content = patrol(findings=[{"severity": "minor", "found": f"{NAME}不在场"}])

        answer = await school.post(f"classes/{class_id}/patrols", content, headers=school.officer())

        assert places(answer) == [("personal-name", "/findings/0/found")]

    async def test_of_a_teacher_is_refused_in_a_reason_and_taken_where_it_belongs(self, school: School) -> None:
        engaged = await engage(school, 1)
        path = f"teachers/{engaged['teacher_id']}/correction"

        refused = await school.post(path, {"name": NAME, "reason": f"更名为{NAME}"})
        taken = await school.post(path, {"name": NAME, "reason": "户口簿更名"})

        assert places(refused) == [("personal-name", "/reason")]
        assert taken.is_success, taken.text


def named_rows(answer: httpx.Response) -> list[tuple[str, str]]:
    """The outcome of each row, or the code and the place of its first error."""
    assert NAME not in answer.text
    rows = answer.json()["rows"]
    return [
        (row["errors"][0]["code"], row["errors"][0]["pointer"]) if "errors" in row else (row["outcome"], "")
        for row in rows
    ]


async def completed_by(school: School, *names: str, **changes: object) -> str:
    """A class that trainees "T-1" and so on with these names completed."""
    rows = [trainee(number, local_id=f"T-{number}", name=name) for number, name in enumerate(names, start=1)]
    class_id = await school.run(*rows, **changes)
    await school.conclude(class_id, **{str(row["local_id"]): 60 for row in rows})
    return class_id


def follow_up(number: int, **changes: object) -> dict[str, object]:
    return {"class_local_id": "2025-001", "trainee_local_id": f"T-{number}"} | WORK | changes


class TestRows:
    async def test_that_name_whom_they_concern_are_refused_alone(self, school: School) -> None:
        await completed_by(school, NAME, "赵小云")
        await school.post("follow-ups", {"rows": [follow_up(1), follow_up(2)]})
        rows = [
            follow_up(1, pay_after_fen=1, reason=f"{NAME}更正"),
            follow_up(2, pay_after_fen=2, reason="登记有误"),
            follow_up(2, pay_after_fen=3, reason=f"与{NAME}核对"),
        ]

        answer = await school.post("follow-up-corrections", {"rows": rows})

        assert named_rows(answer) == [("personal-name", "/reason"), ("accepted", ""), ("accepted", "")]
        kept = await school.registry.rows("SELECT pay_after_fen FROM follow_up ORDER BY pay_after_fen")
        assert [row.pay_after_fen for row in kept] == [3, 500_000]

    async def test_of_a_class_name_nobody_in_it_and_others_learn_nothing(self, school: School) -> None:
        await set_policy(school.registry, "attendance.share_min", "0.5")
        class_id = await completed_by(school, NAME, "赵小云", **WELDING)
        assert await record(school, class_id, {"local_id": "T-1"}) == ["accepted"]
        path, decided = f"classes/{class_id}/licence-decisions", REJECT | {"reason": f"与{NAME}的证照重复"}

        elsewhere = await school.post(path, {"rows": [decided]}, headers=school.officer("410202"))
        here = await school.post(path, {"rows": [decided]}, headers=school.officer())

        assert elsewhere.status_code == 403
        assert named_rows(here) == [("personal-name", "/reason")]

    async def test_are_repeated_with_their_key_as_they_were_answered(self, school: School) -> None:
        await completed_by(school, NAME)
        await school.post("follow-ups", {"rows": [follow_up(1)]})
        rows = [follow_up(1, pay_after_fen=1, reason=f"{NAME}更正")]
        headers = school.headers | {"Idempotency-Key": "once"}

        answers = [await school.post("follow-up-corrections", {"rows": rows}, headers=headers) for _ in range(2)]

        assert answers[0].content == answers[1].content
        assert "idempotent-replayed" in answers[1].headers


async def two_documents(school: School) -> list[dict[str, object]]:
    """The documents of two persons, of whom nobody knows yet that they are one."""
    await school.run(trainee(1, name=NAME))
    later = {"local_id": "2025-002", "starts_on": "2025-05-01", "ends_on": "2025-05-20"}
    await school.run(trainee(2, name="赵小云"), **later)
    return [{"document_number": trainee(number)["document_number"]} for number in (1, 2)]


class TestPersonsByNumber:
    async def test_have_their_names_in_no_reason(self, school: School) -> None:
        first, second = await two_documents(school)
        pair = {"first": first, "second": second, "into": "first"}
        renamed = first | {"name": "欧阳修"}

        merged = [
            await school.post("persons/merges", pair | {"reason": said}, headers=school.officer())
            for said in (f"{NAME}一人两证", "赵小云一人两证")
        ]
        old = await school.post("persons/particulars", renamed | {"reason": f"原名{NAME}"}, headers=school.officer())
        new = await school.post("persons/particulars", renamed | {"reason": "现名欧阳修"}, headers=school.officer())

        for answer in (*merged, old, new):
            assert (answer.status_code, places(answer)) == (422, [("personal-name", "/reason")])
        assert await school.registry.rows("SELECT id FROM person_proposal") == []

    async def test_have_their_names_in_no_reason_about_a_proposal_or_a_merge(self, school: School) -> None:
        first, second = await two_documents(school)
        pair = {"first": first, "second": second, "into": "first", "reason": "一人两证"}
        merged = await school.agree("persons/merges", pair)
        renamed = first | {"name": "欧阳某某", "reason": "证件更名"}
        proposed = (await school.post("persons/particulars", renamed, headers=school.officer())).json()

        undone = await school.post(
            f"persons/merges/{merged.json()['id']}/undoing", {"reason": f"{NAME}并非同一人"}, headers=school.officer()
        )
        rejected = [
            await school.post(
                f"persons/proposals/{proposed['id']}/rejection", {"reason": said}, headers=school.officer()
            )
            for said in (f"{NAME}未更名", "欧阳某某不实")
        ]

        for answer in (undone, *rejected):
            assert (answer.status_code, places(answer)) == (422, [("personal-name", "/reason")])


class TestATeachersName:
    async def test_stands_in_no_reason_of_its_own_correction_whether_old_or_new(self, school: School) -> None:
        engaged = await engage(school, 1, name=NAME)
        path = f"teachers/{engaged['teacher_id']}/correction"

        answers = [
            await school.post(path, {"name": "欧阳修", "reason": said}) for said in (f"原名{NAME}", "现名欧阳修")
        ]

        assert [places(answer) for answer in answers] == [[("personal-name", "/reason")]] * 2

    async def test_stands_in_no_title_of_a_qualification(self, school: School) -> None:
        content = teacher(1, name=NAME, qualifications=[PAPER | {"name": f"{NAME}的教师资格"}])

        answer = await school.post(f"institutions/{school.id}/teachers", content)

        assert places(answer) == [("personal-name", "/qualifications/0/name")]


async def test_in_latin_letters_is_found_where_it_is_written_out(school: School) -> None:
    class_id = await school.run(trainee(1, name="MARIA SANTOS"))

    refused = await school.post(f"classes/{class_id}/cancellation", {"reason": "Maria  Santos fell ill"})

    assert places(refused) == [("personal-name", "/reason")]


async def test_of_a_candidate_is_refused_in_a_reason(scene_of: SceneOf) -> None:
    scene = await scene_of("assessment")
    propose = next(each for each in operations_of(scene) if each.name == "propose_revocation")
    sealed = await scene.service.rows(
        "SELECT p.person, p.document_kind, p.sealed FROM candidate_person p JOIN certificate c USING (person) "
        "WHERE c.id = :id",
        id=scene.here.ids["certificate_id"],
    )
    app: Any = scene.service.http._transport.app  # type: ignore[attr-defined]
    name = app.state.persons.particulars(sealed[0]).name

    answer = await propose.send({**propose.body, "reason": f"{name}由他人代考"}, role=propose.roles[0])

    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [("personal-name", "/reason")]
