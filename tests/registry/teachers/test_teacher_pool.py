"""What each institution says of a teacher over HTTP: names that match, papers that count, corrections that are kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.contracts.registry.teachers import EngagementCorrected, TeacherListed
from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, filing, open_school, set_today
from tests.registry.teaching import PAPER, PROJECT, engage, lesson, lessons, put_timetable, teacher
from tests.registry.test_privacy import dump
from tests.support.people import identity_number

WHY = {"reason": "登记有误"}
ANOTHER_PAPER = PAPER | {"number": "S000041020002"}


@pytest.fixture
async def other(school: School) -> School:
    return await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE, name="另一所学校")


async def history(school: School, teacher_id: str) -> dict[str, Any]:
    answer = await school.registry.http.get(f"/v1/teachers/{teacher_id}", headers=school.officer())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def correct(school: School, engaged: dict[str, Any], **said: object) -> Any:
    return await school.post(f"engagements/{engaged['engagement_id']}/correction", WHY | said)


async def may_teach(school: School) -> str:
    """What a timetable with teacher J1 in a class of the project is refused for; nothing if it is not."""
    await add_site(school, address=f"郑州市某路 {school.id}")
    answer = await put_timetable(school, await school.file(), lessons())
    return str(answer.json().get("code", ""))


class TestNames:
    async def test_a_known_number_under_another_name_is_refused(self, school: School, other: School) -> None:
        await engage(school)

        answer = await other.post(f"institutions/{other.id}/teachers", teacher(1, name="王大锤", full_time=False))
        spelled = await other.post(f"institutions/{other.id}/teachers", teacher(1, name=" 教 师 一 ", full_time=False))

        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["pointer"]) == (422, "teacher-name-differs", "/name")
        assert problem["check"] == "C01"
        assert spelled.status_code == 201

    async def test_who_gave_the_name_puts_it_right_until_an_officer_has(self, school: School, other: School) -> None:
        engaged = await engage(school, name="王大锤")
        await engage(other, name="王大锤", full_time=False)
        path = f"teachers/{engaged['teacher_id']}/correction"

        foreign = await other.post(path, WHY | {"name": "李四光"})
        own = await school.post(path, WHY | {"name": "教师一"})
        again = await school.post(path, WHY | {"name": "教师一"})
        by_officer = await school.post(path, WHY | {"name": "教员一"}, headers=school.officer())
        afterwards = await school.post(path, WHY | {"name": "教师一"})

        assert [each.status_code for each in (foreign, own, again, by_officer, afterwards)] == [403, 200, 200, 200, 403]
        assert own.json()["name"] == "教**"
        kept = (await history(school, engaged["teacher_id"]))["corrections"]
        assert [(each["corrected_by"], each["reason"]) for each in kept] == [
            ("clerk", "登记有误"), ("officer", "登记有误"),
        ]  # fmt: skip
        content = await dump(school.registry.settings.database_url)
        assert not any(name.encode() in content for name in ("王大锤", "教师一", "教员一"))

    async def test_a_placeholder_or_a_teacher_of_another_region_is_refused(self, school: School) -> None:
        engaged = await engage(school)
        path = f"teachers/{engaged['teacher_id']}/correction"

        placeholder = await school.post(path, WHY | {"name": "测试"})
        elsewhere = await school.post(path, WHY | {"name": "李四光"}, headers=school.officer("410202"))
        city = await school.post(path, WHY | {"name": "李四光"}, headers=school.officer("410100"))

        assert (placeholder.status_code, placeholder.json()["code"]) == (422, "placeholder-name")
        assert (elsewhere.status_code, city.status_code) == (403, 200)


class TestPapers:
    async def test_what_one_institution_says_changes_nothing_for_another(self, school: School, other: School) -> None:
        engaged = await engage(school)
        shorter = PAPER | {"last_on": "2020-02-01"}
        elsewhere = await engage(other, full_time=False, projects=["4-10-01-05-L3"], qualifications=[shorter])

        again = await engage(school)

        assert again == engaged
        assert (elsewhere["projects"], len(elsewhere["qualifications"])) == (["4-10-01-05-L3"], 1)
        assert await may_teach(school) == ""

    async def test_a_paper_entered_elsewhere_counts_once_an_officer_has_verified_it(
        self, school: School, other: School
    ) -> None:
        engaged = await engage(school)
        await engage(other, full_time=False, qualifications=[])
        path = f"qualifications/{engaged['qualifications'][0]['id']}/verification"

        before = await may_teach(other)
        foreign = await school.post(path, headers=school.officer("410202"))
        by_school = await school.post(path)
        seen = [await school.post(path, headers=school.officer()) for _ in range(2)]
        class_id = (await other.post("classes", filing(local_id="2"))).json()["id"]
        afterwards = await put_timetable(other, class_id, lessons())

        assert before == "teacher-not-qualified"
        assert (foreign.status_code, by_school.status_code) == (403, 403)
        assert [each.json()["qualifications"][0]["verified"] for each in seen] == [True, True]
        assert afterwards.status_code == 200, afterwards.text
        listed = [fact for fact in await school.registry.told() if isinstance(fact, TeacherListed)]
        assert [fact.version for fact in listed] == [1, 2, 3]

    async def test_a_wrong_paper_and_a_wrong_project_are_put_right_and_kept(self, school: School) -> None:
        engaged = await engage(school, qualifications=[PAPER, ANOTHER_PAPER], projects=["4-10-01-05-L3"])

        corrected = await correct(
            school, engaged, qualifications=[PAPER | {"last_on": "2026-12-31"}, ANOTHER_PAPER], projects=[PROJECT]
        )
        again = await correct(
            school, engaged, qualifications=[PAPER | {"last_on": "2026-12-31"}, ANOTHER_PAPER], projects=[PROJECT]
        )

        assert corrected.status_code == 200, corrected.text
        assert again.json() == corrected.json()
        (kept,) = (await history(school, engaged["teacher_id"]))["corrections"]
        gone, standing = engaged["qualifications"]
        assert kept["change"]["projects"] == {"gone": ["4-10-01-05-L3"], "new": [PROJECT]}
        assert kept["change"]["qualifications"]["gone"] == [gone["id"]]
        assert [each["last_on"] for each in corrected.json()["qualifications"]] == [None, "2026-12-31"]
        assert corrected.json()["qualifications"][0] == standing
        stored = await school.registry.rows("SELECT id FROM qualification WHERE withdrawn")
        assert [str(row.id) for row in stored] == [gone["id"]]

    async def test_a_withdrawn_paper_counts_no_more_and_cannot_be_verified(self, school: School) -> None:
        engaged = await engage(school)

        withdrawn = await correct(school, engaged, qualifications=[])
        path = f"qualifications/{engaged['qualifications'][0]['id']}/verification"

        assert withdrawn.json()["qualifications"] == []
        assert (await school.post(path, headers=school.officer())).status_code == 404
        assert await may_teach(school) == "teacher-not-qualified"


class TestFullTime:
    async def test_nobody_works_full_time_for_two_institutions(self, school: School, other: School) -> None:
        await engage(school)

        refused = await other.post(f"institutions/{other.id}/teachers", teacher(1))
        part_time = await engage(other, full_time=False)
        raised = await correct(other, part_time, full_time=True)

        assert [(each.status_code, each.json()["code"], each.json()["check"]) for each in (refused, raised)] == [
            (409, "teacher-full-time-elsewhere", "C06")
        ] * 2

    async def test_it_is_put_right_and_told(self, school: School, other: School) -> None:
        engaged = await engage(school)
        part_time = await engage(other, full_time=False)

        lowered = await correct(school, engaged, full_time=False)
        raised = await correct(other, part_time, full_time=True)

        assert (lowered.json()["full_time"], raised.json()["full_time"]) == (False, True)
        facts = [fact for fact in await school.registry.told() if isinstance(fact, EngagementCorrected)]
        assert [(str(fact.institution_id), fact.full_time, fact.version) for fact in facts] == [
            (school.id, False, 2), (other.id, True, 2),
        ]  # fmt: skip

    async def test_only_who_said_it_or_an_officer_of_the_region_corrects_it(
        self, school: School, other: School
    ) -> None:
        engaged = await engage(school)

        answers = [
            await correct(other, engaged, full_time=False),
            await school.post(f"engagements/{engaged['engagement_id']}/correction", WHY | {"full_time": False},
                              headers=school.officer("410202")),
            await school.post(f"engagements/{engaged['engagement_id']}/correction", WHY | {"full_time": False},
                              headers=school.officer()),
        ]  # fmt: skip

        assert [each.status_code for each in answers] == [403, 403, 200]
        (kept,) = (await history(school, engaged["teacher_id"]))["corrections"]
        assert (kept["change"], kept["corrected_by"]) == ({"full_time": {"from": True, "to": False}}, "officer")


class TestAges:
    async def test_somebody_who_grows_too_old_gives_no_lesson_from_then_on(self, school: School) -> None:
        # Seventy-one years old on the tenth of March; the policy's teachers are seventy at most.
        set_today(school.registry, date(2025, 2, 20))
        await add_site(school)
        await engage(school)
        await engage(school, 2, document_number=identity_number(date(1954, 3, 10), 1))
        class_id = await school.file()

        too_late = await put_timetable(school, class_id, lessons(teacher="J2"))
        in_time = await put_timetable(school, class_id, [*lessons(count=9, teacher="J2"), lesson("2025-03-10")])
        await school.post(f"classes/{class_id}/approval", headers=school.officer())
        later = {"starts_on": "2025-03-02", "ends_on": "2025-03-21", "lessons": lessons("2025-03-02", teacher="J2")}
        moved = await school.post(f"classes/{class_id}/change", WHY | later)

        problem = too_late.json()
        assert (too_late.status_code, problem["code"], problem["on"]) == (422, "teacher-too-old", "2025-03-10")
        assert problem["pointer"] == "/lessons/9/teacher"
        assert in_time.status_code == 200
        assert (moved.json()["code"], moved.json()["pointer"]) == ("teacher-too-old", "/lessons/8/teacher")


class TestReading:
    async def listed(self, school: School, of: str, **asked: object) -> list[str]:
        answer = await school.registry.http.get(
            "/v1/teachers", params={name: str(value) for name, value in asked.items()}, headers=school.officer(of)
        )
        assert answer.status_code == 200, answer.text
        return [row["document_number"][-4:] for row in answer.json()["rows"]]

    async def test_officers_list_teachers_by_region_institution_and_project(self, school: School) -> None:
        far = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE, name="开封学校", region="410202")
        await engage(school)
        await engage(school, 2, projects=["4-10-01-05-L3"])
        await engage(far, 2, full_time=False)
        await engage(far, 3)
        one, two, three = (str(teacher(number)["document_number"])[-4:] for number in (1, 2, 3))

        assert await self.listed(school, "410102") == await self.listed(school, "410100") == [one, two]
        assert await self.listed(school, "410202") == [two, three]
        assert await self.listed(school, "410000") == [one, two, three]
        assert await self.listed(school, "410000", region="410200") == [two, three]
        assert await self.listed(school, "410000", institution_id=school.id) == [one, two]
        # What the school in Kaifeng says of the second is nothing that Zhengzhou plans with.
        assert await self.listed(school, "410102", project=PROJECT) == [one]
        assert await self.listed(school, "410202", project=PROJECT) == [two, three]
        assert await self.listed(school, "410102", institution_id=far.id) == []

    async def test_the_list_goes_on_where_a_page_ends_and_is_for_officers(self, school: School) -> None:
        for number in (1, 2, 3):
            await engage(school, number)
        path = "/v1/teachers"

        first = await school.registry.http.get(path, params={"size": 2}, headers=school.officer())
        second = await school.registry.http.get(
            path, params={"size": 2, "cursor": first.json()["next"]}, headers=school.officer()
        )
        refused = [
            await school.registry.http.get(path, headers=school.headers),
            await school.registry.http.get(path, params={"region": "410202"}, headers=school.officer()),
        ]

        assert [len(each.json()["rows"]) for each in (first, second)] == [2, 1]
        assert len({row["teacher_id"] for each in (first, second) for row in each.json()["rows"]}) == 3
        assert [each.status_code for each in refused] == [403, 403]

    async def test_officers_where_a_teacher_works_see_all_engagements(self, school: School, other: School) -> None:
        set_today(school.registry, date(2025, 2, 20))
        engaged = await engage(school)
        await engage(other, full_time=False, local_id="X7", last_on="2025-06-30")
        path = f"/v1/teachers/{engaged['teacher_id']}"

        answers = {
            region: await school.registry.http.get(path, headers=school.officer(region))
            for region in ("410102", "410100", "410202")
        }
        by_school = await school.registry.http.get(path, headers=school.headers)

        assert {region: each.status_code for region, each in answers.items()} == {
            "410102": 200, "410100": 200, "410202": 403,
        }  # fmt: skip
        assert by_school.status_code == 403
        found = answers["410102"].json()
        assert [(each["local_id"], each["full_time"], each["last_on"]) for each in found["engagements"]] == [
            ("J1", True, None), ("X7", False, "2025-06-30"),
        ]  # fmt: skip
        assert found["teacher"]["name"] == "教**"
