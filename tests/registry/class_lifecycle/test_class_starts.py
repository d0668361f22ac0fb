"""What keeps a class from starting, what is flagged when it does, and the history of it all."""

from __future__ import annotations

from datetime import date

import pytest

from shared.contracts.registry.flags import FlagRaised
from shared.kernel.callers import Role
from tests.registry.class_lifecycle.class_steps import (
    FAILED,
    PAID_AND_EXAMINED,
    PASSED,
    REASONS,
    history,
    mended,
    returned,
)
from tests.registry.school import ANOTHER_CREDIT_CODE, School, filing, open_school, set_policy, set_today, trainee


class TestStart:
    @pytest.fixture
    async def approved(self, school: School) -> str:
        """A subsidised class of 2026 that was approved."""
        set_today(school.registry, date(2026, 3, 2))
        await set_policy(school.registry, "class.plan_required", "no")
        await set_policy(school.registry, "class.timetable_required", "no")
        class_id = await school.file(starts_on="2026-03-09", ends_on="2026-03-27", **PAID_AND_EXAMINED)
        await school.enrol(class_id, trainee(1))
        await school.post(f"classes/{class_id}/approval", headers=school.officer())
        set_today(school.registry, date(2026, 3, 9))
        return class_id

    async def test_a_subsidised_class_does_not_start_unchecked(self, school: School, approved: str) -> None:
        refused = await school.post(f"classes/{approved}/start")
        await school.post(f"classes/{approved}/check", FAILED, headers=school.officer())
        still = await school.post(f"classes/{approved}/start")
        await school.post(f"classes/{approved}/check", PASSED, headers=school.officer())
        started = await school.post(f"classes/{approved}/start")

        for answer in (refused, still):
            assert (answer.status_code, answer.json()["code"]) == (409, "site-not-checked")
        assert (started.status_code, started.json()["status"]) == (200, "running")

    async def test_an_institution_that_was_stopped_since_starts_nothing(self, school: School, approved: str) -> None:
        await school.post(f"classes/{approved}/check", PASSED, headers=school.officer())
        stop = {"step": "stop", "first_on": "2026-03-09", "reason": "课时不实"}
        imposed = await school.post(f"institutions/{school.id}/sanctions", stop, headers=school.officer())
        assert imposed.status_code == 201, imposed.text

        answer = await school.post(f"classes/{approved}/start")

        assert (answer.status_code, answer.json()["code"], answer.json()["check"]) == (
            409,
            "institution-stopped",
            "C25",
        )
        assert (await school.registry.rows("SELECT status FROM class"))[0].status == "approved"

    async def test_a_class_with_few_trainees_is_flagged_and_starts(self, school: School) -> None:
        await school.run(trainee(1))

        (flag,) = [fact for fact in await school.registry.told() if isinstance(fact, FlagRaised)]
        assert (flag.check, flag.kind, flag.holds) == ("C18", "class-too-small", False)
        (row,) = await school.registry.rows("SELECT facts FROM flag")
        assert row.facts == {"seated": 1, "size_min": 10}

    async def test_a_class_of_the_least_size_is_not(self, school: School) -> None:
        await school.run(*(trainee(number) for number in range(10)))

        assert not [fact for fact in await school.registry.told() if isinstance(fact, FlagRaised)]


class TestDays:
    @pytest.fixture
    async def approved(self, school: School) -> str:
        """A class of 9 to 27 March 2026 that nobody subsidises, approved and with a trainee."""
        set_today(school.registry, date(2026, 3, 2))
        class_id = await school.file(fund_source=None, starts_on="2026-03-09", ends_on="2026-03-27")
        await school.enrol(class_id, trainee(1))
        await school.post(f"classes/{class_id}/approval", headers=school.officer())
        return class_id

    @pytest.mark.parametrize(("today", "status"), [("2026-03-08", 409), ("2026-03-27", 200), ("2026-03-28", 409)])
    async def test_a_class_starts_between_its_first_and_its_last_day(
        self, school: School, approved: str, today: str, status: int
    ) -> None:
        set_today(school.registry, date.fromisoformat(today))

        answer = await school.post(f"classes/{approved}/start")

        assert answer.status_code == status
        assert today < "2026-03-28" or (answer.json()["code"], answer.json()["possible_until"]) == (
            "class-too-late",
            "2026-03-27",
        )

    async def test_what_did_not_start_is_put_off_and_starts(self, school: School, approved: str) -> None:
        set_today(school.registry, date(2026, 4, 15))
        new_days = {"reason": "教师生病", "starts_on": "2026-04-20", "ends_on": "2026-05-08"}

        put_off = await school.post(f"classes/{approved}/change", new_days)
        set_today(school.registry, date(2026, 4, 20))
        started = await school.post(f"classes/{approved}/start")

        assert (put_off.status_code, started.status_code) == (200, 200), put_off.text

    async def test_nobody_starts_a_class_without_a_trainee(self, school: School) -> None:
        set_today(school.registry, date(2026, 3, 2))
        empty = await school.file(local_id="E", fund_source=None, starts_on="2026-03-09", ends_on="2026-03-27")
        await school.post(f"classes/{empty}/approval", headers=school.officer())
        set_today(school.registry, date(2026, 3, 9))

        answer = await school.post(f"classes/{empty}/start")

        assert (answer.status_code, answer.json()["code"]) == (409, "class-without-trainees")

    async def test_in_the_first_year_neither(self, school: School) -> None:
        empty = await school.file()
        await school.post(f"classes/{empty}/approval", headers=school.officer())

        answer = await school.post(f"classes/{empty}/start")

        assert (answer.status_code, answer.json()["code"]) == (409, "class-without-trainees")

    async def test_nobody_completes_a_class_that_all_trainees_have_left(self, school: School) -> None:
        class_id = await school.run(trainee(1))
        (row,) = await school.registry.rows("SELECT id FROM enrolment")
        await school.post(f"enrolments/{row.id}/withdrawal", {"reason": "因病"})

        completed = await school.post(f"classes/{class_id}/completion")
        cancelled = await school.cancel(class_id)

        assert (completed.status_code, completed.json()["code"]) == (409, "class-without-trainees")
        assert cancelled.status_code == 200


class TestHistory:
    async def test_every_step_is_kept_with_who_and_why(self, school: School) -> None:
        class_id = await returned(school, trainee(1))
        await school.post(f"classes/{class_id}/refiling", mended(seats=30))
        await school.post(f"classes/{class_id}/approval", headers=school.officer())
        await school.post(f"classes/{class_id}/start")
        await school.cancel(class_id)

        steps = await history(school, class_id)

        assert [(step["verb"], step["done_by"], step["version"]) for step in steps] == [
            ("file", "clerk", 1), ("return", "officer", 2), ("refile", "clerk", 3), ("approve", "officer", 4),
            ("start", "clerk", 5), ("cancel", "clerk", 6),
        ]  # fmt: skip
        assert steps[0]["change"] == filing()
        assert steps[1]["reasons"] == REASONS["reasons"]
        assert steps[2]["change"] == filing(seats=30)

    async def test_it_is_read_a_page_at_a_time(self, school: School) -> None:
        class_id = await returned(school)
        path = f"/v1/classes/{class_id}/history"

        first = (await school.registry.http.get(path, params={"size": 1}, headers=school.headers)).json()
        params = {"size": 1, "cursor": first["next"]}
        second = (await school.registry.http.get(path, params=params, headers=school.headers)).json()

        assert [row["verb"] for row in (*first["rows"], *second["rows"])] == ["file", "return"]

    async def test_others_do_not_read_it(self, school: School) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        path = f"/v1/classes/{await school.file()}"

        for headers, code in (
            (other.headers, "foreign-organisation"),
            (school.officer("410103"), "foreign-region"),
            (school.registry.tokens.of(Role.FINANCE, region="410300"), "foreign-region"),
        ):
            for end in ("", "/history"):
                answer = await school.registry.http.get(path + end, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (403, code)

    async def test_a_step_that_was_refused_is_no_history(self, school: School) -> None:
        class_id = await school.file()
        await school.post(f"classes/{class_id}/completion")

        assert [step["verb"] for step in await history(school, class_id)] == ["file"]
