"""Teachers over HTTP: two entries that are one person, and a teacher who is gone; and the way back from both."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx

from shared.contracts.registry.teachers import EngagementCorrected, EngagementEnded, TeacherListed
from tests.registry.directory.directory import register, rows
from tests.registry.enrolling import code
from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, set_today, trainee
from tests.registry.teaching import PAPER, engage, lessons, put_timetable, teacher

ANOTHER_PAPER = PAPER | {"number": "S000041020002"}


async def step(
    school: School, path: str, *, person: str = "one", region: str = "410102", **more: Any
) -> httpx.Response:
    return await school.post(path, {"reason": "同一人"} | more, headers=school.officer(region, person=person))


async def merged(school: School, teacher_id: str, into_id: str) -> str:
    proposed = await step(school, f"teachers/{teacher_id}/merges", into_id=into_id)
    assert proposed.status_code == 201, proposed.text
    merge_id: str = proposed.json()["id"]
    done = await step(school, f"teacher-merges/{merge_id}/confirmation", person="other")
    assert done.status_code == 200, done.text
    return merge_id


class TestMerge:
    async def test_engagements_and_papers_become_one_persons_and_go_back(self, school: School) -> None:
        other = await register(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        one = await engage(school, full_time=False)
        two = await engage(other, 2, name=str(teacher(1)["name"]), full_time=False, qualifications=[ANOTHER_PAPER])
        before = len(await school.registry.told())

        merge_id = await merged(school, one["teacher_id"], two["teacher_id"])

        (moved,) = await rows(school, "teachers")
        assert (moved["teacher_id"], moved["engagement_id"]) == (two["teacher_id"], one["engagement_id"])
        assert len(moved["qualifications"]) == 1
        told = (await school.registry.told())[before:]
        corrected = [fact for fact in told if isinstance(fact, EngagementCorrected)]
        assert [(str(fact.teacher_id), fact.version) for fact in corrected] == [(two["teacher_id"], 2)]
        listed = {str(fact.teacher_id): fact for fact in told if isinstance(fact, TeacherListed)}
        assert str(listed[one["teacher_id"]].merged_into) == two["teacher_id"]
        assert listed[two["teacher_id"]].qualifications == 2
        # The document of the entry that is gone still names the person.
        third = await register(school.registry, credit_code="91110000600037341L")
        assert (await engage(third, full_time=False))["teacher_id"] == two["teacher_id"]

        undone = await step(school, f"teacher-merges/{merge_id}/undoing")
        assert undone.json()["status"] == "undone"
        (back,) = await rows(school, "teachers")
        assert back["teacher_id"] == one["teacher_id"]
        shown = await school.registry.http.get(f"/v1/teachers/{one['teacher_id']}/merges", headers=school.officer())
        assert [each["verb"] for each in shown.json()["rows"][0]["history"]] == ["propose", "confirm", "undo"]

    async def test_lessons_go_along(self, school: School) -> None:
        other = await register(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        one = await engage(school, full_time=False)
        two = await engage(other, 2, full_time=False)
        await add_site(school)
        class_id = await school.file(site="S1")
        planned = await put_timetable(school, class_id, lessons())
        assert planned.status_code == 200, planned.text

        await merged(school, one["teacher_id"], two["teacher_id"])

        found = await school.registry.rows("SELECT DISTINCT teacher_id FROM lesson")
        assert [str(row.teacher_id) for row in found] == [two["teacher_id"]]

    async def test_it_takes_two_officers_above_both(self, school: School) -> None:
        elsewhere = await register(school.registry, credit_code=ANOTHER_CREDIT_CODE, region="410103")
        one = await engage(school, full_time=False)
        answer = await elsewhere.post(f"institutions/{elsewhere.id}/teachers", teacher(2, full_time=False))
        two = answer.json()
        path = f"teachers/{one['teacher_id']}/merges"

        foreign = await step(school, path, into_id=two["teacher_id"])
        proposed = await step(school, path, into_id=two["teacher_id"], region="410100")
        again = await step(school, path, into_id=two["teacher_id"], region="410100")
        alone = await step(school, f"teacher-merges/{proposed.json()['id']}/confirmation", region="410100")
        withdrawn = await step(school, f"teacher-merges/{proposed.json()['id']}/withdrawal", region="410100")

        assert code(foreign)[1] == "foreign-region"
        assert (code(again)[1], again.json()["merge"]) == ("teachers-merged-already", proposed.json()["id"])
        assert code(alone)[1] == "same-person"
        assert withdrawn.json()["status"] == "withdrawn"

    async def test_two_engagements_at_one_institution_clash(self, school: School) -> None:
        one, two = await engage(school), await engage(school, 2)
        proposed = await step(school, f"teachers/{one['teacher_id']}/merges", into_id=two["teacher_id"])

        refused = await step(school, f"teacher-merges/{proposed.json()['id']}/confirmation", person="other")

        assert code(refused) == (409, "teacher-merge-clashes")
        assert refused.json()["engagements"] == [one["engagement_id"]]
        same = await step(school, f"teachers/{two['teacher_id']}/merges", into_id=two["teacher_id"])
        assert code(same) == (422, "same-teacher")


class TestDeparture:
    async def test_every_engagement_ends_classes_are_flagged_and_it_is_taken_back(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 5))
        other = await register(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        one = await engage(school, full_time=False)
        await engage(other, full_time=False)
        await add_site(school)
        class_id = await school.file(site="S1")
        await school.enrol(class_id, trainee(1))
        await put_timetable(school, class_id, lessons())
        path = f"teachers/{one['teacher_id']}/departures"

        gone = await step(school, path, kind="died", last_on="2025-03-04")

        assert gone.status_code == 201, gone.text
        assert gone.json()["engagements_ended"] == 2
        assert gone.json()["lessons_left"] == [{"class_id": class_id, "lessons": 6}]
        assert [row["last_on"] for each in (school, other) for row in await rows(each, "teachers")] == [
            "2025-03-04"
        ] * 2
        flags = await school.registry.http.get("/v1/flags", params={"check": "C00"}, headers=school.headers)
        assert [(row["kind"], row["class_id"], row["facts"]["lessons"]) for row in flags.json()["rows"]] == [
            ("teacher-gone", class_id, 6)
        ]
        again = [
            await step(school, path, kind="left", last_on="2025-03-04"),
            await school.post(f"institutions/{school.id}/teachers", teacher(1, full_time=False, first_on="2025-03-05")),
        ]
        assert [code(answer)[1] for answer in again] == ["teacher-departed"] * 2
        assert len([fact for fact in await school.registry.told() if isinstance(fact, EngagementEnded)]) == 2

        back = await step(school, f"departures/{gone.json()['id']}/undoing")
        assert back.json()["undone_by"] == "one"
        assert [row["last_on"] for each in (school, other) for row in await rows(each, "teachers")] == [None] * 2
        assert code(await step(school, f"departures/{gone.json()['id']}/undoing"))[1] == "departure-undone"

    async def test_it_is_not_recorded_ahead_nor_by_strangers(self, school: School) -> None:
        one = await engage(school)
        path = f"teachers/{one['teacher_id']}/departures"

        answers = [
            await step(school, path, kind="left", last_on="2199-01-01"),
            await step(school, path, kind="left", last_on="2025-03-04", region="410103"),
            await school.post(path, {"kind": "left", "last_on": "2025-03-04", "reason": "离职"}),
        ]

        assert [code(answer)[1] for answer in answers] == ["departure-ahead", "foreign-region", "wrong-role"]
