"""The name of whom a request concerns stands in none of its texts; who may not change a thing learns of no name."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.registry.worker import SERVICE
from tests.conftest import OpenService
from tests.hostile.requests.conftest import SceneOf
from tests.hostile.requests.operations import operations_of
from tests.registry.school import School, open_school, trainee
from tests.registry.supervising import patrol
from tests.registry.teaching import engage

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
