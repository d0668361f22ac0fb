"""Filing over HTTP by the calendar: how early a class is filed, when the county answers, and what 2026 asks for."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registry.school import School, add_site, filing, set_policy, set_today


def filing_2026(**changes: object) -> dict[str, object]:
    """A class that nobody subsidises, under the rules of 2026."""
    usual = {"fund_source": None, "starts_on": "2026-03-09", "ends_on": "2026-03-27"}
    return filing(**usual | changes)


class TestCalendar:
    async def test_a_class_that_starts_yesterday_is_refused(self, school: School) -> None:
        set_today(school.registry, date(2026, 3, 10))

        answer = await school.post("classes", filing_2026())

        assert (answer.status_code, answer.json()["code"]) == (409, "class-filed-too-late")
        assert answer.json()["possible_from"] == "2026-03-17"

    @pytest.mark.parametrize(("today", "status"), [("2026-03-02", 201), ("2026-03-03", 409)])
    async def test_five_working_days_lie_before_the_first_day(self, school: School, today: str, status: int) -> None:
        set_today(school.registry, date.fromisoformat(today))

        assert (await school.post("classes", filing_2026())).status_code == status

    async def test_a_repeat_that_comes_too_late_still_answers_the_class_that_exists(self, school: School) -> None:
        set_today(school.registry, date(2026, 3, 2))
        first = await school.post("classes", filing_2026())
        set_today(school.registry, date(2026, 3, 20))

        again = await school.post("classes", filing_2026())

        assert (again.status_code, again.json()) == (201, first.json())

    @pytest.mark.parametrize(
        ("today", "due"),
        [("2025-09-26", "2025-10-10"), ("2025-09-30", "2025-10-14"), ("2026-02-11", "2026-02-25"),
         ("2026-02-13", "2026-02-27")],
    )  # fmt: skip
    async def test_the_answer_is_due_after_five_working_days_of_the_calendar(
        self, school: School, today: str, due: str
    ) -> None:
        set_today(school.registry, date.fromisoformat(today))

        answer = await school.post("classes", filing())

        assert (answer.json()["filed_on"], answer.json()["answer_due_on"]) == (today, due)

    async def test_a_class_is_filed_even_if_nobody_can_count_to_the_answer_yet(self, school: School) -> None:
        set_today(school.registry, date(2026, 12, 30))

        answer = await school.post("classes", filing())

        assert (answer.status_code, answer.json()["answer_due_on"]) == (201, None)


class TestComplete:
    async def test_a_subsidised_class_says_what_is_missing(self, school: School) -> None:
        set_today(school.registry, date(2026, 2, 2))
        await add_site(school)
        said = filing_2026(fund_source="employment_fund", site="S1")

        answer = await school.post("classes", said)

        assert (answer.status_code, answer.json()["code"]) == (422, "filing-incomplete")
        assert (answer.json()["missing"], answer.json()["pointer"]) == (["teaching_plan"], "/teaching_plan")

    async def test_another_rule_of_the_province_is_followed(self, school: School) -> None:
        set_today(school.registry, date(2026, 2, 2))
        await set_policy(school.registry, "class.plan_required", "no")

        answer = await school.post("classes", filing_2026(fund_source="employment_fund"))

        assert answer.status_code == 201
