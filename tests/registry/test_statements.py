"""How many statements a request sends to the database: what is known already is not asked for again."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registry.class_lifecycle.class_steps import PAID_AND_EXAMINED
from tests.registry.school import School, add_site, set_today, trainee
from tests.registry.teaching import engage, lesson, lessons, put_timetable
from tests.support.statements import statements

TIMETABLE_MAX = 18
"""At most, with every flag raised and the check of the site taken back; each of the usual ones below has fewer."""
TIMETABLE_USUAL_MAX = 15
"""Three of them are the fact of the timetable with its version, and the trainees whose other lessons it may meet.

A class that runs also has its hours counted again.
"""
APPROVAL_MAX = 14
ROSTER_MAX = 11
"""Whatever the number of rows."""


def filing(number: int = 1) -> dict[str, object]:
    """A subsidised class of March 2026 that is whole but for its timetable and its roster."""
    return {
        "local_id": f"2026-{number}", "site": "S1", "teaching_plan": "第一周：安全",
        "starts_on": "2026-03-09", "ends_on": "2026-03-27", **PAID_AND_EXAMINED,
    }  # fmt: skip


@pytest.fixture
async def class_id(school: School) -> str:
    """The class, on 2 March 2026, with its sixty hours planned by J1 at S1. There are J2 and S2, too."""
    set_today(school.registry, date(2026, 3, 2))
    await add_site(school)
    await add_site(school, local_id="S2", address="郑州市某路 2 号")
    await engage(school)
    await engage(school, 2)
    class_id = await school.file(**filing())
    assert (await put_timetable(school, class_id, lessons("2026-03-09"))).status_code == 200
    return class_id


def moved() -> list[dict[str, object]]:
    """The same with its last day with another teacher at another site."""
    return [*lessons("2026-03-09", count=9), lesson("2026-03-20", site="S2", teacher="J2")]


async def approve(school: School, class_id: str) -> None:
    assert (await school.enrol(class_id, trainee(1))).json()["accepted"] == 1
    answer = await school.post(f"classes/{class_id}/approval", headers=school.officer())
    assert answer.status_code == 200, answer.text


class TestTimetable:
    async def test_a_filed_class_is_planned_again_with_few_statements(self, school: School, class_id: str) -> None:
        with statements() as sent:
            answer = await put_timetable(school, class_id, moved())

        assert answer.status_code == 200, answer.text
        assert len(sent) <= TIMETABLE_USUAL_MAX, sent

    async def test_an_approved_class_is_planned_again_with_few_statements(self, school: School, class_id: str) -> None:
        await approve(school, class_id)

        with statements() as sent:
            answer = await put_timetable(school, class_id, moved(), reason="教师调课")

        assert answer.status_code == 200, answer.text
        assert len(sent) <= TIMETABLE_USUAL_MAX, sent

    async def test_a_running_class_is_planned_again_with_few_statements(self, school: School, class_id: str) -> None:
        await approve(school, class_id)
        checked = await school.post(f"classes/{class_id}/check", {"passed": True}, headers=school.officer())
        assert checked.status_code == 200, checked.text
        set_today(school.registry, date(2026, 3, 10))
        started = await school.post(f"classes/{class_id}/start")
        assert started.status_code == 200, started.text
        again = [*lessons("2026-03-09", count=9), lesson("2026-03-20", teacher="J2")]

        with statements() as sent:
            answer = await put_timetable(school, class_id, again, reason="教师调课")

        assert answer.status_code == 200, answer.text
        # Two of them read all that its hours follow from, and find that nothing changes.
        assert len(sent) <= TIMETABLE_MAX, sent

    async def test_the_number_of_sites_teachers_and_flags_does_not_matter(self, school: School, class_id: str) -> None:
        await approve(school, class_id)
        checked = await school.post(f"classes/{class_id}/check", {"passed": True}, headers=school.officer())
        assert checked.status_code == 200, checked.text
        late = {"begins_at": "2026-03-20T18:30:00+08:00", "ends_at": "2026-03-20T23:30:00+08:00"}

        with statements() as sent:
            planned = [*lessons("2026-03-09", count=9), lesson("2026-03-20", site="S2", teacher="J2", **late)]
            answer = await put_timetable(school, class_id, planned, reason="教师调课")

        assert answer.status_code == 200, answer.text
        assert any("INSERT INTO flag" in each for each in sent), "the late lesson is flagged"
        assert any("UPDATE class" in each for each in sent), "the new site asks for another check"
        assert len(sent) <= TIMETABLE_MAX, sent

    async def test_the_same_timetable_again_asks_for_nothing_that_it_does_not_need(
        self, school: School, class_id: str
    ) -> None:
        with statements() as sent:
            answer = await put_timetable(school, class_id, lessons("2026-03-09"))

        assert answer.status_code == 200, answer.text
        # For whom the institution's token acts is asked in the message that begins the transaction.
        assert len(sent) == 3, sent


class TestApproval:
    async def test_a_whole_class_is_approved_with_few_statements(self, school: School, class_id: str) -> None:
        assert (await school.enrol(class_id, trainee(1))).json()["accepted"] == 1

        with statements() as sent:
            answer = await school.post(f"classes/{class_id}/approval", headers=school.officer())

        assert answer.status_code == 200, answer.text
        assert len(sent) <= APPROVAL_MAX, sent


class TestRoster:
    async def test_a_batch_of_any_size_costs_the_same_statements(self, school: School, class_id: str) -> None:
        counts = []
        for rows in ([trainee(1)], [trainee(number) for number in range(2, 40)]):
            with statements() as sent:
                assert (await school.enrol(class_id, *rows)).json()["accepted"] == len(rows)
            counts.append(len(sent))

        assert counts[0] == counts[1] <= ROSTER_MAX, sent
