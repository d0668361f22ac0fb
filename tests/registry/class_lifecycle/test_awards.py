"""Classes that lead to something other than a level, over HTTP: filing, least hours, lists, transfers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.contracts.registry.classes import ClassFiled
from shared.contracts.registry.enrolments import TraineeEnrolled
from shared.kernel.awards import Award
from shared.kernel.callers import Role
from tests.registry.plan.catalogue import get, project, put
from tests.registry.school import ANOTHER_CREDIT_CODE, School, filing, open_school, set_today, trainee

PROJECTS = {
    "special_ability": "4-10-01-05-SP",
    "completion": "5-01-02-01-PASS",
    "special_operations": "6-31-01-03-SW",
    "special_operations_renewal": "6-31-01-03-SWR",
    "senior_technician_upgrading": "6-18-01-01-L6UP",
}
"""Projects of the plan that a school may file classes of; pre-job training is an enterprise's."""


def of(award: str, **changes: object) -> dict[str, object]:
    """A filing of a class that leads to `award`, named by that alone."""
    occupation = PROJECTS.get(award, "4-10-01-05-").rpartition("-")[0]
    return filing(**{"level": None, "award": award, "occupation": occupation, "hours": 80} | changes)


async def refusal(school: School, content: dict[str, object]) -> tuple[int, Any]:
    answer = await school.post("classes", content)
    return answer.status_code, answer.json()


class TestFile:
    @pytest.mark.parametrize("award", PROJECTS)
    async def test_a_subsidised_class_takes_the_project_of_its_award(self, school: School, award: str) -> None:
        answer = await school.post("classes", of(award))

        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert (body["award"], body["level"], body["project"]) == (award, None, PROJECTS[award])
        [told] = [fact for fact in await school.registry.told() if isinstance(fact, ClassFiled)]
        assert (told.award, told.level) == (award, None)

    async def test_its_trainees_are_told_with_the_award(self, school: School) -> None:
        class_id = (await school.post("classes", of("completion"))).json()["id"]
        await school.enrol(class_id, trainee(1))

        [told] = [fact for fact in await school.registry.told() if isinstance(fact, TraineeEnrolled)]
        assert (told.award, told.level, told.project) == ("completion", None, "5-01-02-01-PASS")

    async def test_a_level_is_the_award_of_the_same_code(self, school: School) -> None:
        by_level = await school.post("classes", filing())
        by_award = await school.post("classes", of("L4", hours=60))
        by_both = await school.post("classes", filing(award="L4"))

        assert by_level.json() == by_award.json() == by_both.json()
        assert (by_level.json()["level"], by_level.json()["award"]) == ("L4", "L4")
        assert [type(fact) for fact in await school.registry.told()].count(ClassFiled) == 1

    async def test_the_same_filing_without_a_level_is_a_repeat_and_another_a_conflict(self, school: School) -> None:
        first, again = [await school.post("classes", of("completion")) for _ in range(2)]

        assert (again.status_code, again.json()) == (201, first.json())
        other = of("special_ability", occupation="5-01-02-01")
        assert (await refusal(school, other))[1]["code"] == "local-id-taken"

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (filing(award="L5"), "award-contradicts-level"),
            (filing(award="pre_job"), "award-contradicts-level"),
            (of("bronze"), "unknown-award"),
            (filing(level=None), "award-missing"),
        ],
        ids=["another-level", "no-level", "unknown", "missing"],
    )
    async def test_what_names_no_award_is_refused(self, school: School, content: dict[str, object], code: str) -> None:
        status, body = await refusal(school, content)

        assert (status, body["code"]) == (422, code)

    async def test_a_class_of_another_award_than_its_project_is_refused(self, school: School) -> None:
        status, body = await refusal(school, of("completion", project="5-01-02-01-L2"))

        assert (status, body["code"], body["award"], body["level"]) == (422, "class-not-of-project", "L2", "L2")


class TestLeast:
    async def test_a_subsidised_class_has_the_hours_of_its_award_whatever_its_project_says(
        self, school: School
    ) -> None:
        short = project(
            occupation="4-10-01-05", level=None, award="special_ability", hours_min=8, first_on="2025-01-01"
        )
        assert (await put(school.registry, short, code="SHORT-SP")).status_code == 200
        status, body = await refusal(school, of("special_ability", hours=39, project="SHORT-SP"))

        assert (status, body["code"], body["hours_min"], body["check"]) == (422, "class-too-short", 40, "C14")
        unsubsidised = of("special_ability", hours=39, fund_source=None, local_id="free")
        assert (await school.post("classes", unsubsidised)).status_code == 201

    async def test_senior_technicians_need_five_days(self, school: School) -> None:
        days = {"starts_on": "2025-03-03", "ends_on": "2025-03-06"}
        status, body = await refusal(school, of("senior_technician_upgrading", **days))

        assert (status, body["code"], body["days_min"], body["pointer"]) == (422, "class-too-few-days", 5, "/ends_on")
        enough = of("senior_technician_upgrading", **days | {"ends_on": "2025-03-07"})
        assert (await school.post("classes", enough)).status_code == 201

    async def test_an_approved_class_is_not_shortened_below_them(self, school: School) -> None:
        set_today(school.registry, date(2025, 2, 3))
        class_id = (await school.post("classes", of("senior_technician_upgrading"))).json()["id"]
        await school.post(f"classes/{class_id}/approval", headers=school.officer())

        answer = await school.post(f"classes/{class_id}/change", {"ends_on": "2025-03-04", "reason": "缩短培训"})

        assert (answer.status_code, answer.json()["code"]) == (422, "class-too-few-days")

    async def test_subsidised_pre_job_training_is_an_enterprises(self, school: School) -> None:
        content = of("pre_job", occupation="6-30-05-01", hours=24)
        status, body = await refusal(school, content)
        assert (status, body["code"]) == (409, "pre-job-of-enterprise")

        enterprise = await open_school(school.registry, kind="enterprise", credit_code=ANOTHER_CREDIT_CODE)
        assert (await refusal(enterprise, content | {"hours": 23}))[1]["hours_min"] == 24
        status, body = await refusal(enterprise, content)
        assert (status, body["project"]) == (201, "6-30-05-01-PREJOB")


class TestLists:
    async def test_classes_are_narrowed_by_award(self, school: School) -> None:
        await school.file()
        await school.post("classes", of("completion", local_id="pass"))

        async def found(**asked: str) -> list[str]:
            answer = await school.registry.http.get("/v1/classes", params=asked, headers=school.headers)
            return [row["local_id"] for row in answer.json()["rows"]]

        assert await found(award="completion") == ["pass"]
        assert await found(award="L4") == await found(level="L4") == ["2025-001"]
        assert await found(award="L5") == []
        contradiction = await school.registry.http.get(
            "/v1/classes", params={"award": "completion", "level": "L4"}, headers=school.headers
        )
        assert (contradiction.status_code, contradiction.json()["code"]) == (422, "award-contradicts-level")

    async def test_projects_are_narrowed_by_award(self, school: School) -> None:
        rows = (await get(school.registry, "projects", award="special_ability"))["rows"]

        assert [row["code"] for row in rows] == ["4-03-02-01-SP", "4-10-01-02-SP", "4-10-01-05-SP"]
        assert {(row["award"], row["level"]) for row in rows} == {("special_ability", None)}

    async def test_awards_are_listed_with_names_and_evidence(self, school: School) -> None:
        headers = school.registry.tokens.of(Role.INSTITUTION, organisation=school.id)
        rows = (await school.registry.http.get("/v1/awards", headers=headers)).json()

        assert [row["code"] for row in rows] == [award.code for award in Award]
        assert rows[3] == {
            "code": "L4", "level": "L4", "rank": 4, "name_zh": "高级工", "name_en": "Senior worker (level three)",
            "high_skilled": True, "evidence": "certificate",
        }  # fmt: skip
        assert rows[8] == {
            "code": "special_ability", "level": None, "rank": None, "name_zh": "专项职业能力",
            "name_en": "Special vocational ability", "high_skilled": False, "evidence": "certificate",
        }  # fmt: skip
