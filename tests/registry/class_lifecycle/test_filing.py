"""Filing over HTTP: project, site, plan, fee, and every check of the first day with its code in the answer."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts.registry.classes import ClassFiled
from shared.contracts.registry.directory import InstitutionRegistered
from shared.kernel.callers import Role
from tests.registry.class_lifecycle.class_steps import mended, returned
from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, filing, open_school

PROJECT = "4-10-01-05-L4"


async def said_of(school: School, **changes: object) -> tuple[int, dict[str, Any]]:
    answer = await school.post("classes", filing(**changes))
    return answer.status_code, answer.json()


class TestProject:
    async def test_a_subsidised_class_takes_the_project_of_its_occupation_and_level(self, school: School) -> None:
        answer = (await school.post("classes", filing())).json()

        (fact,) = [fact for fact in await school.registry.told() if isinstance(fact, ClassFiled)]
        (row,) = await school.registry.rows("SELECT * FROM project_term WHERE project = :code", code=PROJECT)
        assert (answer["project"], answer["is_scarce"], answer["is_needed"]) == (PROJECT, row.is_scarce, row.is_needed)
        assert (fact.project, fact.is_scarce, fact.is_needed) == (PROJECT, row.is_scarce, row.is_needed)

    async def test_a_class_that_nobody_subsidises_needs_no_project(self, school: School) -> None:
        status, answer = await said_of(school, fund_source=None, occupation="4-99-99-99")

        assert (status, answer["project"]) == (201, None)

    async def test_an_occupation_without_a_project_is_refused(self, school: School) -> None:
        status, answer = await said_of(school, occupation="4-99-99-99")

        assert (status, answer["code"], answer["check"]) == (409, "no-project-for-class", "C02")
        assert answer["title_zh"]

    async def test_of_two_projects_one_has_to_be_named(self, school: School) -> None:
        async with school.registry.engine.begin() as connection:
            await connection.exec_driver_sql(
                f"""WITH other AS (INSERT INTO project VALUES ('{PROJECT}-B', 1))
                INSERT INTO project_term SELECT project || '-B', listed, name_zh, name_en, edition, occupation, level,
                category, hours_min, is_scarce, is_needed FROM project_term WHERE project = '{PROJECT}'"""
            )

        refused = await said_of(school)
        named = await said_of(school, project=PROJECT)

        assert (refused[0], refused[1]["code"]) == (422, "project-not-named")
        assert refused[1]["projects"] == [PROJECT, f"{PROJECT}-B"]
        assert (named[0], named[1]["project"]) == (201, PROJECT)

    async def test_an_unknown_project_is_told(self, school: School) -> None:
        status, answer = await said_of(school, project="nothing")

        assert (status, answer["code"], answer["pointer"]) == (404, "not-found", "/project")

    @pytest.mark.parametrize("changes", [{"level": "L3"}, {"occupation": "4-10-01-06"}], ids=str)
    async def test_a_class_of_another_occupation_or_level_than_its_project_is_refused(
        self, school: School, changes: dict[str, object]
    ) -> None:
        status, answer = await said_of(school, project=PROJECT, **changes)

        assert (status, answer["code"], answer["check"]) == (422, "class-not-of-project", "C02")

    async def test_a_class_shorter_than_its_project_is_refused(self, school: School) -> None:
        status, answer = await said_of(school, hours=10)

        assert (status, answer["code"], answer["check"]) == (422, "class-too-short", "C14")
        assert (answer["pointer"], answer["hours_min"] > 10) == ("/hours", True)


class TestDirectory:
    async def test_an_institution_that_is_not_listed_on_the_first_day_is_refused(self, school: School) -> None:
        async with school.registry.engine.begin() as connection:
            await connection.exec_driver_sql("DELETE FROM listing")

        status, answer = await said_of(school)

        assert (status, answer["code"], answer["check"]) == (409, "institution-not-listed", "C02")
        assert await self._filed(school) == 0

    async def test_it_may_still_file_what_nobody_subsidises(self, school: School) -> None:
        async with school.registry.engine.begin() as connection:
            await connection.exec_driver_sql("DELETE FROM listing")

        assert (await said_of(school, fund_source=None))[0] == 201

    async def test_a_stopped_institution_files_no_class_for_that_time(self, school: School) -> None:
        stop = {"step": "stop", "first_on": "2025-03-01", "last_on": "2025-03-31", "reason": "课时不实"}
        imposed = await school.post(f"institutions/{school.id}/sanctions", stop, headers=school.officer())
        assert imposed.status_code == 201, imposed.text

        subsidised, alone = await said_of(school), await said_of(school, fund_source=None)
        after = await said_of(school, starts_on="2025-04-01", ends_on="2025-04-20")

        for status, answer in (subsidised, alone):
            assert (status, answer["code"], answer["check"]) == (409, "institution-stopped", "C25")
        assert after[0] == 201

    @staticmethod
    async def _filed(school: School) -> int:
        return len(await school.registry.rows("SELECT id FROM class"))


class TestSize:
    async def test_more_seats_than_the_policy_allows_are_refused(self, school: School) -> None:
        status, answer = await said_of(school, seats=61)

        assert (status, answer["code"], answer["check"]) == (422, "class-too-large", "C18")
        assert (answer["seats_max"], answer["pointer"]) == (60, "/seats")


class TestFee:
    async def test_who_pays_what_is_kept_and_told(self, school: School) -> None:
        fee = {"government_fen": 120_000, "enterprise_fen": 50_000, "individual_fen": 30_000, "total_fen": 200_000}

        status, answer = await said_of(school, fee=fee)

        (fact,) = [fact for fact in await school.registry.told() if isinstance(fact, ClassFiled)]
        assert status == 201
        assert {name: answer[name] for name in fee if name != "total_fen"} == {
            "government_fen": 120_000, "enterprise_fen": 50_000, "individual_fen": 30_000,
        }  # fmt: skip
        assert (fact.government_fen, fact.enterprise_fen, fact.individual_fen) == (120_000, 50_000, 30_000)

    async def test_parts_that_are_not_the_fee_are_refused(self, school: School) -> None:
        status, answer = await said_of(school, fee={"government_fen": 120_001, "total_fen": 120_000})

        assert (status, answer["code"], answer["parts_fen"]) == (422, "fee-parts-differ", 120_001)

    @pytest.mark.parametrize("part", [-1, 1.5, "100", True, 10**12], ids=str)
    async def test_a_part_is_a_whole_number_of_fen(self, school: School, part: object) -> None:
        status, answer = await said_of(school, fee={"individual_fen": part})

        assert (status, answer["code"]) == (422, "malformed-request")


class TestExamPlan:
    async def test_the_examination_is_planned_for_the_last_day_or_later(self, school: School) -> None:
        early = await said_of(school, exam_plan={"planned_on": "2025-03-19"})
        late = await said_of(school, exam_plan={"planned_on": "2025-03-20", "body_credit_code": ANOTHER_CREDIT_CODE})

        assert (early[0], early[1]["code"], early[1]["pointer"]) == (422, "exam-before-end", "/exam_plan/planned_on")
        assert late[1]["exam_plan"] == {
            "planned_on": "2025-03-20", "body_credit_code": ANOTHER_CREDIT_CODE, "place": None,
        }  # fmt: skip

    async def test_a_wrong_credit_code_of_the_body_is_refused(self, school: School) -> None:
        exam = {"planned_on": "2025-03-21", "body_credit_code": "91350100M000100Y44"}

        assert (await said_of(school, exam_plan=exam))[1]["code"] == "credit-code-wrong-check"


class TestTeachingPlan:
    async def test_a_teaching_plan_has_an_end(self, school: School) -> None:
        kept = await said_of(school, teaching_plan="课" * 20_000)
        refused = await said_of(school, local_id="2025-002", teaching_plan="课" * 20_001)

        assert (kept[0], len(kept[1]["teaching_plan"])) == (201, 20_000)
        assert (refused[0], refused[1]["code"]) == (422, "malformed-request")


class TestSite:
    async def test_a_class_is_filed_at_a_site_of_its_own_institution(self, school: School) -> None:
        site_id = await add_site(school)

        status, answer = await said_of(school, site="S1")

        assert (status, answer["site_id"]) == (201, site_id)

    async def test_a_site_of_another_institution_is_none_of_its_own(self, school: School) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        await add_site(other)

        status, answer = await said_of(school, site="S1")

        assert (status, answer["code"], answer["pointer"]) == (404, "not-found", "/site")

    async def test_a_site_in_another_county_is_refused(self, school: School) -> None:
        await add_site(school, region="410103")

        status, answer = await said_of(school, site="S1")

        assert (status, answer["code"], answer["region"]) == (422, "site-in-another-region", "410103")


class TestACountyWhereTheInstitutionIsNot:
    ELSEWHERE = "410103"

    async def test_gets_no_class_of_it(self, school: School) -> None:
        status, answer = await said_of(school, region=self.ELSEWHERE)

        assert (status, answer["code"], answer["pointer"]) == (409, "no-site-in-region", "/region")
        assert answer["region"] == self.ELSEWHERE
        assert await school.registry.rows("SELECT id FROM class") == []

    async def test_gets_one_once_it_has_a_site_there(self, school: School) -> None:
        await add_site(school, region=self.ELSEWHERE)

        status, answer = await said_of(school, region=self.ELSEWHERE)

        assert (status, answer["region"]) == (201, self.ELSEWHERE)

    async def test_does_not_count_the_site_of_another_institution(self, school: School) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        await add_site(other, region=self.ELSEWHERE)

        status, answer = await said_of(school, region=self.ELSEWHERE)

        assert (status, answer["code"]) == (409, "no-site-in-region")

    async def test_gets_none_by_a_returned_class_either(self, school: School) -> None:
        class_id = await returned(school)

        answer = await school.post(f"classes/{class_id}/refiling", mended(region=self.ELSEWHERE))

        assert (answer.status_code, answer.json()["code"]) == (409, "no-site-in-region")


class TestRepeat:
    async def test_the_same_filing_in_full_answers_the_class_that_exists(self, school: School) -> None:
        await add_site(school)
        said = filing(
            site="S1", teaching_plan="第一周：安全", fee={"individual_fen": 1}, exam_plan={"planned_on": "2025-03-21"}
        )

        first, again = await school.post("classes", said), await school.post("classes", said)

        assert (again.status_code, again.json()) == (201, first.json())
        assert len(await school.registry.rows("SELECT id FROM class")) == 1

    @pytest.mark.parametrize(
        "other", [{"teaching_plan": "另一份"}, {"fee": {"individual_fen": 1}}, {"project": PROJECT}], ids=str
    )
    async def test_other_content_under_the_same_local_id_is_a_conflict(
        self, school: School, other: dict[str, object]
    ) -> None:
        await school.file()

        status, answer = await said_of(school, **other)

        assert (status, answer["code"]) == (409, "local-id-taken")

    async def test_the_filing_comes_again_after_the_county_has_answered(self, school: School) -> None:
        class_id = await school.file()
        await school.post(f"classes/{class_id}/approval", headers=school.officer())

        status, answer = await said_of(school)

        assert (status, answer["id"], answer["status"]) == (201, class_id, "approved")


async def test_a_refused_filing_tells_nobody(school: School) -> None:
    await said_of(school, seats=61)

    assert {type(fact) for fact in await school.registry.told()} == {InstitutionRegistered}


async def test_the_province_does_not_file(school: School) -> None:
    headers = school.registry.tokens.of(Role.PROVINCE, region="410000")

    assert (await school.post("classes", filing(), headers=headers)).json()["code"] == "wrong-role"
