"""What the county cannot approve: a class that comes too late, is not whole, or belongs to a stopped institution."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registry.class_lifecycle.class_steps import PAID_AND_EXAMINED
from tests.registry.directory.directory import impose
from tests.registry.school import School, add_site, set_today, trainee
from tests.registry.teaching import engage, lessons, put_timetable

MARCH_2026 = {"site": "S1", "teaching_plan": "第一周：安全", "starts_on": "2026-03-09", "ends_on": "2026-03-27"}


@pytest.fixture
async def prepared(school: School) -> School:
    """The school with a site and a teacher, on 2 March 2026."""
    set_today(school.registry, date(2026, 3, 2))
    await add_site(school)
    await engage(school)
    return school


class TestWhole:
    async def test_all_that_is_missing_is_named_at_once(self, prepared: School) -> None:
        class_id = await prepared.file(**MARCH_2026)

        answer = await prepared.post(f"classes/{class_id}/approval", headers=prepared.officer())

        assert (answer.status_code, answer.json()["code"]) == (409, "class-incomplete")
        assert answer.json()["missing"] == ["timetable", "exam_plan", "fee", "roster"]

    async def test_a_class_with_all_of_it_is_approved(self, prepared: School) -> None:
        class_id = await prepared.file(**MARCH_2026 | PAID_AND_EXAMINED)
        assert (await put_timetable(prepared, class_id, lessons("2026-03-09"))).status_code == 200
        assert (await prepared.enrol(class_id, trainee(1))).json()["accepted"] == 1

        answer = await prepared.post(f"classes/{class_id}/approval", headers=prepared.officer())

        assert (answer.status_code, answer.json()["status"]) == (200, "approved"), answer.text

    async def test_a_class_that_nobody_subsidises_needs_none_of_it(self, prepared: School) -> None:
        class_id = await prepared.file(fund_source=None, starts_on="2026-03-09", ends_on="2026-03-27")

        answer = await prepared.post(f"classes/{class_id}/approval", headers=prepared.officer())

        assert answer.status_code == 200


class TestDays:
    @pytest.mark.parametrize(("today", "status"), [("2026-03-09", 200), ("2026-03-10", 409), ("2026-04-15", 409)])
    async def test_a_class_of_2026_is_approved_until_its_first_day(
        self, prepared: School, today: str, status: int
    ) -> None:
        class_id = await prepared.file(fund_source=None, starts_on="2026-03-09", ends_on="2026-03-27")
        set_today(prepared.registry, date.fromisoformat(today))

        answer = await prepared.post(f"classes/{class_id}/approval", headers=prepared.officer())

        assert answer.status_code == status
        assert status == 200 or (answer.json()["code"], answer.json()["possible_until"]) == (
            "class-too-late",
            "2026-03-09",
        )

    async def test_a_class_of_2025_is_approved_afterwards(self, prepared: School) -> None:
        class_id = await prepared.file()

        assert (await prepared.post(f"classes/{class_id}/approval", headers=prepared.officer())).status_code == 200


class TestDirectory:
    @pytest.mark.parametrize("first_on", ["2025-02-20", "2025-03-01"], ids=["today", "first day"])
    async def test_a_class_of_a_stopped_institution_is_not_approved(self, school: School, first_on: str) -> None:
        set_today(school.registry, date(2025, 2, 20))
        class_id = await school.file(fund_source=None)
        assert (await impose(school, "stop", first_on=first_on, last_on="2025-03-05")).status_code == 201

        answer = await school.post(f"classes/{class_id}/approval", headers=school.officer())

        assert (answer.status_code, answer.json()["code"], answer.json()["check"]) == (
            409,
            "institution-stopped",
            "C25",
        )

    async def test_a_subsidised_class_is_not_approved_after_its_listing_was_closed(self, school: School) -> None:
        set_today(school.registry, date(2025, 2, 20))
        class_id = await school.file()
        async with school.registry.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE listing SET last_on = '2025-02-25'")

        answer = await school.post(f"classes/{class_id}/approval", headers=school.officer())

        assert (answer.status_code, answer.json()["check"]) == (409, "C02")
