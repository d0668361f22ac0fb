"""Institutions in full: supervising department, owner, account, and changes of all of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.contracts.registry.directory import InstitutionChanged
from shared.kernel.credit_code import check_character
from tests.registry.directory.directory import ACCOUNT, OWNER, province, register
from tests.registry.school import School, institution
from tests.support.services import ServiceUnderTest

IN_FULL = {"department": "中原区人社局", "owner": OWNER, "account": ACCOUNT}


async def change(school: School, *, headers: dict[str, str] | None = None, **content: object) -> Any:
    path = f"institutions/{school.id}/changes"
    return await school.post(path, {"version": 1} | content, headers=headers or school.officer())


class TestRegister:
    async def test_in_full_answers_what_is_known_and_not_what_it_is(self, registry: ServiceUnderTest) -> None:
        school = await register(registry, **IN_FULL)

        answer = (await registry.http.get(f"/v1/institutions/{school.id}", headers=school.headers)).json()

        assert (answer["department"], answer["has_owner"], answer["has_account"]) == ("中原区人社局", True, True)
        assert "mark" not in str(answer)

    async def test_the_same_in_full_again_answers_the_one_that_exists(self, registry: ServiceUnderTest) -> None:
        first = await register(registry, **IN_FULL)

        again = await register(registry, **IN_FULL | {"account": f"{ACCOUNT[:4]}-{ACCOUNT[4:]}"})

        assert first.id == again.id

    @pytest.mark.parametrize("head", ["N1", "A1", "Y1"])
    async def test_registrars_with_letters_are_as_good_as_others(self, registry: ServiceUnderTest, head: str) -> None:
        body = f"{head}410102MA4000001"

        school = await register(registry, credit_code=body + check_character(body))

        assert school.id

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"owner": {"document_number": "410102199003070010"}}, "identity-wrong-check-digit"),
            ({"owner": {"document_number": "1" * 18}}, "identity-placeholder"),
            ({"owner": {"document_number": "N/A"}}, "identity-wrong-length"),
            ({"account": "N/A"}, "account-wrong-form"),
            ({"account": "0" * 16}, "account-wrong-form"),
            ({"department": ""}, "malformed-request"),
        ],
        ids=str,
    )
    async def test_wrong_particulars_are_refused(
        self, registry: ServiceUnderTest, wrong: dict[str, object], code: str
    ) -> None:
        answer = await registry.http.post("/v1/institutions", json=institution(**wrong), headers=province(registry))

        assert (answer.status_code, answer.json()["code"]) == (422, code)


class TestChange:
    async def test_is_stored_and_told_and_leaves_the_rest(self, school: School) -> None:
        answer = (await change(school, name="郑州第一学校", department="中原区人社局")).json()

        assert (answer["name"], answer["kind"], answer["version"]) == ("郑州第一学校", "training_school", 2)
        (told,) = [fact for fact in await school.registry.told() if isinstance(fact, InstitutionChanged)]
        assert (told.name, told.department, told.version) == ("郑州第一学校", "中原区人社局", 2)

    async def test_of_nothing_is_not_told(self, school: School) -> None:
        answer = await change(school, name="郑州学校")

        assert answer.json()["version"] == 1
        assert not any(isinstance(fact, InstitutionChanged) for fact in await school.registry.told())

    async def test_of_the_region_needs_the_right_in_both(self, school: School) -> None:
        answers = [
            await change(school, region="410307", headers=headers)
            for headers in (school.officer(), school.officer("410307"), province(school.registry))
        ]

        assert [answer.status_code for answer in answers] == [403, 403, 200]
        assert answers[2].json()["reporting_region"] == "410300"

    async def test_by_several_at_once_is_made_once(self, school: School) -> None:
        answers = await asyncio.gather(*(change(school, name=f"学校{number}") for number in range(4)))

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert {answer.json().get("code") for answer in answers} == {None, "stale"}

    async def test_is_for_officers(self, school: School) -> None:
        answer = await change(school, name="新名", headers=school.headers)

        assert answer.json()["code"] == "wrong-role"

    async def test_of_the_credit_code_is_no_change_but_another_institution(self, school: School) -> None:
        answer = await change(school, credit_code="91350100M000100Y43")

        assert answer.json()["code"] == "malformed-request"
