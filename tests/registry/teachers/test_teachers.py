"""The teacher pool over HTTP."""

from __future__ import annotations

import asyncio

import pytest

from shared.contracts.fact import encode
from shared.contracts.registry.teachers import EngagementEnded, TeacherEngaged, TeacherListed
from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, open_school, set_policy
from tests.registry.teaching import PAPER, PROJECT, engage, lessons, put_timetable, teacher
from tests.registry.test_privacy import dump


class TestEngaging:
    async def test_a_teacher_is_engaged_masked_and_told_of_by_keys(self, school: School) -> None:
        engaged = await engage(school)

        assert (engaged["name"], engaged["full_time"], engaged["projects"]) == ("教**", True, [PROJECT])
        assert engaged["document_number"] == "410102********" + str(teacher(1)["document_number"])[-4:]
        (paper,) = engaged["qualifications"]
        shown = {"name": PAPER["name"], "number": "*" * 13, "first_on": "2020-01-01", "last_on": None}
        assert paper == shown | {"id": paper["id"], "institution_id": school.id, "verified": False}
        listed, told = [
            fact for fact in await school.registry.told() if isinstance(fact, TeacherListed | TeacherEngaged)
        ]
        assert isinstance(listed, TeacherListed)
        assert (listed.projects, listed.qualifications, listed.version) == ((PROJECT,), 1, 1)
        assert isinstance(told, TeacherEngaged)
        assert (str(told.institution_id), str(told.teacher_id)) == (school.id, engaged["teacher_id"])

    async def test_the_same_again_answers_what_stands(self, school: School) -> None:
        first, again = await engage(school), await engage(school)

        assert again == first
        assert len([fact for fact in await school.registry.told() if isinstance(fact, TeacherEngaged)]) == 1

    async def test_two_at_once_are_one_engagement(self, school: School) -> None:
        first, second = await asyncio.gather(engage(school), engage(school))

        assert first == second

    async def test_new_papers_and_projects_are_added_to_what_the_institution_said(self, school: School) -> None:
        await engage(school, qualifications=[])
        more = await engage(school, projects=[], qualifications=[PAPER, {**PAPER, "number": "another"}])

        assert (more["projects"], len(more["qualifications"])) == ([PROJECT], 2)
        listed = [fact for fact in await school.registry.told() if isinstance(fact, TeacherListed)]
        assert [(fact.version, fact.qualifications) for fact in listed] == [(1, 0), (2, 2)]

    @pytest.mark.parametrize(
        ("changes", "status", "code", "check"),
        [
            ({"document_number": "410102198001021233"}, 422, "identity-wrong-check-digit", "C01"),
            ({"name": "测试"}, 422, "placeholder-name", ""),
            ({"projects": ["0-00-00-00-L1"]}, 404, "not-found", ""),
            ({"last_on": "2024-12-31"}, 422, "period-ends-before-start", ""),
            ({"first_on": "2051-01-02"}, 422, "teacher-too-old", ""),
            ({"full_time": "yes"}, 422, "malformed-request", ""),
            ({"qualifications": [PAPER] * 51}, 422, "malformed-request", ""),
        ],
        ids=str,
    )
    async def test_what_cannot_be_is_refused(
        self, school: School, changes: dict[str, object], status: int, code: str, check: str
    ) -> None:
        answer = await school.post(f"institutions/{school.id}/teachers", teacher(1, **changes))

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json().get("check", "") == check
        assert str(teacher(1)["document_number"]) not in answer.text

    async def test_one_local_id_names_one_teacher(self, school: School) -> None:
        await engage(school)

        answer = await school.post(f"institutions/{school.id}/teachers", teacher(2, local_id="J1"))
        other_terms = await school.post(f"institutions/{school.id}/teachers", teacher(1, full_time=False))

        assert [(each.status_code, each.json()["code"]) for each in (answer, other_terms)] == [
            (409, "local-id-taken")
        ] * 2

    async def test_a_teacher_teaches_at_no_more_institutions_than_policy_says(self, school: School) -> None:
        await set_policy(school.registry, "teacher.institutions_max", "1")
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE, name="另一所学校")
        await engage(school, last_on="2025-06-30")

        meeting = await other.post(f"institutions/{other.id}/teachers", teacher(1, first_on="2025-06-30"))
        following = await other.post(f"institutions/{other.id}/teachers", teacher(1, first_on="2025-07-01"))

        assert (meeting.status_code, meeting.json()["code"], meeting.json()["check"]) == (
            409, "teacher-at-too-many-institutions", "C06",
        )  # fmt: skip
        assert following.status_code == 201

    async def test_others_neither_engage_nor_read(self, school: School) -> None:
        await engage(school)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE, name="另一所学校")
        path = f"institutions/{school.id}/teachers"
        read = [
            await school.registry.http.get(f"/v1/{path}", headers=headers)
            for headers in (other.headers, school.officer("410202"), school.officer(), school.headers)
        ]

        assert (await other.post(path, teacher(2))).status_code == 403
        assert [answer.status_code for answer in read] == [403, 403, 200, 200]
        assert [row["local_id"] for row in read[2].json()["rows"]] == ["J1"]


class TestEnding:
    async def test_an_engagement_ends_and_the_teacher_may_come_back(self, school: School) -> None:
        first = await engage(school)
        path = f"engagements/{first['engagement_id']}/ending"

        ended = await school.post(path, {"last_on": "2025-03-31"})
        again = await school.post(path, {"last_on": "2025-03-31"})
        later = await school.post(path, {"last_on": "2025-04-30"})
        back = await engage(school, first_on="2025-09-01")

        assert [ended.status_code, again.status_code] == [200, 200]
        assert ended.json() == again.json() == first | {"last_on": "2025-03-31"}
        assert (later.status_code, later.json()["code"]) == (409, "engagement-over")
        assert back["engagement_id"] != first["engagement_id"]
        facts = [fact for fact in await school.registry.told() if isinstance(fact, EngagementEnded)]
        assert [(str(fact.engagement_id), fact.version) for fact in facts] == [(first["engagement_id"], 2)]

    async def test_lessons_after_the_last_day_are_given_to_others_first(self, school: School) -> None:
        engaged = await engage(school)
        await engage(school, 2)
        await add_site(school)
        class_id = await school.file()
        assert (await put_timetable(school, class_id, lessons())).status_code == 200
        path = f"engagements/{engaged['engagement_id']}/ending"

        refused = await school.post(path, {"last_on": "2025-03-08"})
        planned = [*lessons(count=8), *lessons("2025-03-09", count=2, teacher="J2")]
        assert (await put_timetable(school, class_id, planned)).status_code == 200
        ended = await school.post(path, {"last_on": "2025-03-08"})

        assert (refused.status_code, refused.json()["code"]) == (409, "lessons-left")
        assert (refused.json()["classes"], refused.json()["lessons"]) == ([class_id], 2)
        assert ended.status_code == 200


class TestPrivacy:
    async def test_neither_the_person_nor_the_number_of_a_paper_stands_anywhere_in_clear(self, school: School) -> None:
        secret = {**PAPER, "number": "2099410200112233"}
        engaged = await engage(school, qualifications=[secret])
        wrong = str(teacher(1)["document_number"])[:-1] + "?"
        refused = await school.post(f"institutions/{school.id}/teachers", teacher(1, document_number=wrong))

        content = await dump(school.registry.settings.database_url)
        told = b"".join(encode(fact) for fact in await school.registry.told()).decode()

        assert engaged["engagement_id"].encode() in content
        for each in (str(teacher(1)["document_number"]), "教师一", secret["number"], wrong):
            assert each.encode() not in content
            assert each not in told + refused.text + str(engaged)
