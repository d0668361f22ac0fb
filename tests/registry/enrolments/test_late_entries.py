"""Who enters a class that has begun, and who comes back to one, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from tests.registry.enrolling import MID_MARCH, enrolment_of, running, step
from tests.registry.school import School, set_policy, set_today, trainee


@pytest.fixture
async def school(school: School) -> School:
    set_today(school.registry, MID_MARCH)
    return school


def only(answer: httpx.Response) -> dict[str, Any]:
    (row,) = answer.json()["rows"]
    return dict(row)


async def days(school: School, local_id: str) -> tuple[str, str]:
    path = f"/v1/enrolments/{await enrolment_of(school, local_id)}"
    seen = (await school.registry.http.get(path, headers=school.headers)).json()
    return seen["from_on"], seen["until_on"]


class TestLate:
    async def test_a_roster_that_grows_after_the_start_counts_from_that_day_and_is_flagged(
        self, school: School
    ) -> None:
        class_id, _ = await running(school, 1)
        await set_policy(school.registry, "filing.lead_working_days", "5")

        answers = [await school.enrol(class_id, trainee(number)) for number in (2, 3)]

        assert [only(answer)["outcome"] for answer in answers] == ["accepted"] * 2
        assert await days(school, "T1") == ("2025-03-01", "2025-03-20")
        assert await days(school, "T2") == ("2025-03-10", "2025-03-20")
        (flag,) = await school.registry.rows("SELECT code, class_id, holds FROM flag WHERE kind = 'roster-grew-late'")
        assert (flag.code, str(flag.class_id), flag.holds) == ("C15", class_id, True)

    async def test_in_the_year_of_transition_rosters_may_be_posted_afterwards(self, school: School) -> None:
        class_id, _ = await running(school, 1)

        await school.enrol(class_id, trainee(2))

        assert await days(school, "T2") == ("2025-03-01", "2025-03-20")
        assert await school.registry.rows("SELECT id FROM flag WHERE kind = 'roster-grew-late'") == []

    async def test_after_the_last_day_nobody_enters(self, school: School) -> None:
        class_id, _ = await running(school, 1)
        await set_policy(school.registry, "filing.lead_working_days", "5")
        set_today(school.registry, date(2025, 3, 21))

        answer = await school.enrol(class_id, trainee(2))

        assert (answer.status_code, answer.json()["code"]) == (409, "class-over")


class TestComeBack:
    async def test_who_was_withdrawn_by_mistake_is_enrolled_anew_under_another_local_id(self, school: School) -> None:
        class_id, enrolment_id = await running(school, 1)
        await step(school, enrolment_id, "withdrawal", reason="误办")

        same, other = [only(await school.enrol(class_id, trainee(1, local_id=local_id))) for local_id in ("T1", "T1-2")]

        assert (same["errors"][0]["code"], same["errors"][0]["state"]) == ("seat-given-up", "withdrawn")
        assert other["outcome"] == "accepted", other
        assert await days(school, "T1-2") == ("2025-03-10", "2025-03-20")
        again = only(await school.enrol(class_id, trainee(1, local_id="T1-2")))
        assert again["outcome"] == "repeated"
        third = only(await school.enrol(class_id, trainee(1, local_id="T1-3")))
        assert third["errors"][0]["code"] == "already-enrolled"

    async def test_before_the_class_begins_comes_back_for_all_of_it(self, school: School) -> None:
        class_id = await school.file(starts_on="2025-04-01", ends_on="2025-04-20")
        await school.enrol(class_id, trainee(1))
        await step(school, await enrolment_of(school, "T1"), "withdrawal")

        await school.enrol(class_id, trainee(1, local_id="T1-2"))

        assert await days(school, "T1-2") == ("2025-04-01", "2025-04-20")
