"""Changes of an approved or running class over HTTP: reported before, followed by the trainees, kept in the history."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from shared.contracts.registry.classes import ClassChanged
from shared.contracts.registry.enrolments import EnrolmentCorrected
from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, open_school, set_today, trainee
from tests.registry.teaching import engage, lessons, put_timetable

WHY = {"reason": "教室维修，顺延一周"}


@pytest.fixture
async def approved(school: School) -> str:
    """A class from 1 to 20 March 2025, approved; it is 20 February."""
    set_today(school.registry, date(2025, 2, 20))
    class_id = await school.file()
    await school.post(f"classes/{class_id}/approval", headers=school.officer())
    return class_id


async def change(school: School, class_id: str, **terms: object) -> tuple[int, dict[str, Any]]:
    answer = await school.post(f"classes/{class_id}/change", WHY | terms)
    return answer.status_code, answer.json()


class TestChange:
    async def test_new_days_are_kept_told_and_stand_in_the_history(self, school: School, approved: str) -> None:
        status, answer = await change(school, approved, starts_on="2025-03-08", ends_on="2025-03-27")

        assert (status, answer["starts_on"], answer["ends_on"], answer["status"]) == (
            200, "2025-03-08", "2025-03-27", "approved",
        )  # fmt: skip
        (fact,) = [fact for fact in await school.registry.told() if isinstance(fact, ClassChanged)]
        assert (fact.starts_on, fact.ends_on, fact.version) == (date(2025, 3, 8), date(2025, 3, 27), 3)
        path = f"/v1/classes/{approved}/history"
        step = (await school.registry.http.get(path, headers=school.officer())).json()["rows"][-1]
        assert (step["verb"], step["reasons"], step["done_by"]) == ("change", [WHY["reason"]], "clerk")
        assert step["change"] == {
            "starts_on": {"from": "2025-03-01", "to": "2025-03-08"},
            "ends_on": {"from": "2025-03-20", "to": "2025-03-27"},
        }

    async def test_the_same_change_again_changes_nothing(self, school: School, approved: str) -> None:
        first = await change(school, approved, seats=30)
        again = await change(school, approved, seats=30)

        assert again == first
        assert len([fact for fact in await school.registry.told() if isinstance(fact, ClassChanged)]) == 1

    async def test_the_examination_follows(self, school: School, approved: str) -> None:
        exam = {"planned_on": "2025-03-22", "body_credit_code": None, "place": None}

        assert (await change(school, approved, exam_plan=exam))[1]["exam_plan"] == exam
        late = await change(school, approved, ends_on="2025-03-25")
        both = await change(school, approved, ends_on="2025-03-25", exam_plan=exam | {"planned_on": "2025-03-25"})

        assert (late[0], late[1]["code"]) == (422, "exam-before-end")
        assert both[0] == 200

    @pytest.mark.parametrize(
        ("terms", "status", "code", "check"),
        [
            ({"ends_on": "2025-02-27"}, 422, "class-ends-before-start", None),
            ({"seats": 61}, 422, "class-too-large", "C18"),
            ({"site": "nowhere"}, 404, "not-found", None),
            ({"starts_on": "2025-02-21"}, 409, "change-reported-too-late", None),
            ({"starts_on": "2025-01-10"}, 409, "change-reported-too-late", None),
            ({"seats": 0}, 422, "malformed-request", None),
            ({"hours": 80}, 422, "malformed-request", None),
        ],
        ids=str,
    )
    async def test_what_is_wrong_is_refused(
        self, school: School, approved: str, terms: dict[str, object], status: int, code: str, check: str | None
    ) -> None:
        answered, answer = await change(school, approved, **terms)

        assert (answered, answer["code"], answer.get("check")) == (status, code, check)

    async def test_without_a_reason_nothing_changes(self, school: School, approved: str) -> None:
        answer = await school.post(f"classes/{approved}/change", {"seats": 30})

        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/reason")

    async def test_fewer_seats_than_trainees_are_refused(self, school: School, approved: str) -> None:
        await school.enrol(approved, trainee(1), trainee(2))

        refused, kept = await change(school, approved, seats=1), await change(school, approved, seats=2)

        assert (refused[0], refused[1]["code"], refused[1]["check"]) == (409, "seats-taken", "C18")
        assert kept[0] == 200

    async def test_a_day_on_which_the_institution_is_stopped_is_refused(self, school: School, approved: str) -> None:
        stop = {"step": "stop", "first_on": "2025-03-05", "last_on": "2025-03-31", "reason": "课时不实"}
        await school.post(f"institutions/{school.id}/sanctions", stop, headers=school.officer())

        status, answer = await change(school, approved, starts_on="2025-03-06")

        assert (status, answer["code"], answer["check"]) == (409, "institution-stopped", "C25")

    async def test_a_filed_class_is_not_changed_but_returned(self, school: School) -> None:
        class_id = await school.file()

        status, answer = await change(school, class_id, seats=30)

        assert (status, answer["code"], answer["state"]) == (409, "illegal-move", "filed")

    @pytest.mark.parametrize(("end", "content"), [("completion", None), ("cancellation", WHY)])
    async def test_after_its_end_nothing_moves(self, school: School, approved: str, end: str, content: object) -> None:
        set_today(school.registry, date(2025, 3, 20))
        await school.enrol(approved, trainee(1))
        await school.post(f"classes/{approved}/start")
        await school.conclude(approved, T1=60)
        assert (await school.post(f"classes/{approved}/{end}", content)).status_code == 200

        for step, content in (("change", WHY | {"seats": 30}), ("start", None), ("cancellation", {"reason": "其他"})):
            answer = await school.post(f"classes/{approved}/{step}", content)
            assert (answer.status_code, answer.json()["code"], answer.json()["allowed"]) == (409, "illegal-move", [])

    async def test_another_institution_changes_nothing(self, school: School, approved: str) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        assert (await change(other, approved, seats=30))[1]["code"] == "foreign-organisation"


class TestRunning:
    @pytest.fixture
    async def running(self, school: School, approved: str) -> str:
        """The class, with two trainees, on its tenth day."""
        await school.enrol(approved, trainee(1), trainee(2))
        set_today(school.registry, date(2025, 3, 10))
        await school.post(f"classes/{approved}/start")
        return approved

    async def test_its_first_day_stands(self, school: School, running: str) -> None:
        status, answer = await change(school, running, starts_on="2025-03-15")

        assert (status, answer["code"]) == (409, "class-has-started")

    @pytest.mark.parametrize(("ends_on", "status"), [("2025-03-09", 409), ("2025-03-10", 409), ("2025-03-12", 200)])
    async def test_only_days_that_lie_far_enough_ahead_are_dropped(
        self, school: School, running: str, ends_on: str, status: int
    ) -> None:
        answered, answer = await change(school, running, ends_on=ends_on)

        assert answered == status
        assert status == 200 or (answer["code"], answer["lead_hours"]) == ("change-reported-too-late", 24)

    async def test_its_trainees_follow_it(self, school: School, running: str) -> None:
        await school.conclude(running, T2=60)

        assert (await change(school, running, ends_on="2025-03-28"))[0] == 200

        rows = await school.registry.rows("SELECT local_id, until_on, version FROM enrolment ORDER BY local_id")
        assert (rows[0].until_on, rows[0].version) == (date(2025, 3, 28), 2)
        assert rows[1].until_on <= date(2025, 3, 20)
        (fact,) = [fact for fact in await school.registry.told() if isinstance(fact, EnrolmentCorrected)]
        assert (fact.version, fact.until_on) == (2, date(2025, 3, 28))


class TestPuttingOff:
    """The class did not start on 1 March: the county was late, or the institution was not ready."""

    async def test_what_did_not_start_gets_new_days(self, school: School, approved: str) -> None:
        set_today(school.registry, date(2025, 3, 2))

        status, answer = await change(school, approved, starts_on="2025-03-10", ends_on="2025-03-30")

        assert (status, answer.get("starts_on")) == (200, "2025-03-10"), answer

    @pytest.mark.parametrize("starts_on", ["2025-03-02", "2025-03-03"])
    async def test_the_new_first_day_is_reported_before(self, school: School, approved: str, starts_on: str) -> None:
        set_today(school.registry, date(2025, 3, 2))

        status, answer = await change(school, approved, starts_on=starts_on)

        assert (status, answer["code"]) == (409, "change-reported-too-late")

    async def test_it_takes_its_lessons_with_it(self, school: School, approved: str) -> None:
        await add_site(school)
        await engage(school)
        assert (await put_timetable(school, approved, lessons())).status_code == 200
        set_today(school.registry, date(2025, 3, 2))
        new_days = {"starts_on": "2025-03-10", "ends_on": "2025-03-30"}

        left_behind = await change(school, approved, **new_days)
        moved = await change(school, approved, lessons=lessons("2025-03-11"), **new_days)

        assert (left_behind[0], left_behind[1]["code"]) == (422, "lesson-outside-class")
        assert moved[0] == 200, moved[1]


class TestReported:
    async def reported(self, school: School, headers: dict[str, str], **asked: object) -> list[tuple[str, str]]:
        """Local id and verb of each change, page by page."""
        found: list[tuple[str, str]] = []
        params: dict[str, Any] = {"size": 1} | asked
        while True:
            answer = await school.registry.http.get("/v1/class-changes", params=params, headers=headers)
            assert answer.status_code == 200, answer.text
            found += [(row["local_id"], row["verb"]) for row in answer.json()["rows"]]
            if answer.json()["next"] is None:
                return found
            params["cursor"] = answer.json()["next"]

    async def test_officers_see_what_was_reported_in_their_region_the_newest_first(
        self, school: School, approved: str
    ) -> None:
        await add_site(school)
        await engage(school)
        other = await school.file(local_id="elsewhere", region="410103")
        await school.post(f"classes/{other}/approval", headers=school.officer("410103"))
        await change(school, approved, seats=30)
        await put_timetable(school, approved, lessons(), reason="排课")
        await put_timetable(school, approved, lessons("2025-03-02"), reason="顺延一天")
        await change(school, other, ends_on="2025-03-22")

        assert await self.reported(school, school.officer()) == [
            ("2025-001", "plan"), ("2025-001", "plan"), ("2025-001", "change"),
        ]  # fmt: skip
        assert await self.reported(school, school.officer("410103")) == [("elsewhere", "change")]
        assert len(await self.reported(school, school.officer("410100"))) == 4
        assert len(await self.reported(school, school.officer("410000"), region="410102")) == 3

    async def test_it_says_what_changed_and_why(self, school: School, approved: str) -> None:
        await change(school, approved, seats=30)

        answer = await school.registry.http.get("/v1/class-changes", headers=school.officer())

        (row,) = answer.json()["rows"]
        assert (row["class_id"], row["institution_id"], row["region"]) == (approved, school.id, "410102")
        assert (row["reasons"], row["change"]) == ([WHY["reason"]], {"seats": {"from": 40, "to": 30}})

    async def test_a_first_plan_is_no_change(self, school: School) -> None:
        set_today(school.registry, date(2025, 2, 20))
        await add_site(school)
        await engage(school)
        assert (await put_timetable(school, await school.file(), lessons())).status_code == 200

        assert await self.reported(school, school.officer()) == []

    async def test_institutions_read_the_history_of_their_classes_instead(self, school: School) -> None:
        answer = await school.registry.http.get("/v1/class-changes", headers=school.headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")


class TestOverlap:
    async def test_days_on_which_trainees_are_elsewhere_are_refused_with_their_number(
        self, school: School, approved: str
    ) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        elsewhere = await other.file(starts_on="2025-03-25", ends_on="2025-04-10")
        assert (await school.enrol(approved, *(trainee(each) for each in (1, 2, 3)))).json()["accepted"] == 3
        assert (await other.enrol(elsewhere, *(trainee(each) for each in (2, 3, 4)))).json()["accepted"] == 3

        status, answer = await change(school, approved, ends_on="2025-03-25")
        clear = await change(school, approved, ends_on="2025-03-24")

        assert (status, answer["code"], answer["check"]) == (409, "change-overlaps", "C04")
        assert answer["trainees"] == 2
        assert clear[0] == 200

    async def test_two_classes_that_move_onto_each_other_at_once_do_not_meet(
        self, school: School, approved: str
    ) -> None:
        other = await school.file(local_id="2025-002", starts_on="2025-04-01", ends_on="2025-04-10")
        await school.post(f"classes/{other}/approval", headers=school.officer())
        assert (await school.enrol(approved, trainee(1))).json()["accepted"] == 1
        assert (await school.enrol(other, trainee(1, local_id="T1-2"))).json()["accepted"] == 1

        answers = await asyncio.gather(
            change(school, approved, ends_on="2025-03-27"), change(school, other, starts_on="2025-03-26")
        )

        assert sorted(status for status, _ in answers) == [200, 409]
        (refused,) = [answer for status, answer in answers if status == 409]
        assert (refused["code"], refused["trainees"]) == ("change-overlaps", 1)
