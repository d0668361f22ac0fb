"""Patrols beside the marks of that moment: where these say that far more were there, it is flagged (C14)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registry.attending import lesson, mark, post, running
from tests.registry.school import School, set_policy, set_today
from tests.registry.supervising import look, read

MOMENT = "2025-03-10T09:30:00+08:00"
DAY = "2025-03-10"


async def flagged(school: School, class_id: str) -> list[tuple[int, int]]:
    """What the patrols counted and what the marks said, where these disagree."""
    rows = (await read(school, "flags", class_id=class_id, check="C14")).json()["rows"]
    assert all(row["holds"] for row in rows)
    return [(row["facts"]["present"], row["facts"]["marked"]) for row in rows if row["kind"] == "marked-not-present"]


async def class_of(school: School, trainees: int) -> str:
    set_today(school.registry, date(2025, 3, 20))
    return await running(school, *range(1, trainees + 1))


class TestRecord:
    @pytest.mark.parametrize(("present", "expected"), [(5, []), (4, []), (3, [(3, 5)]), (0, [(0, 5)])])
    async def test_a_count_is_held_against_who_was_there_by_the_marks(
        self, school: School, present: int, expected: list[tuple[int, int]]
    ) -> None:
        class_id = await class_of(school, 5)
        await post(school, *(mark(number, "in", "08:30", day=DAY) for number in range(1, 6)))

        for _ in range(2):
            assert (await look(school, class_id, present=present, findings=[])).status_code == 201

        assert await flagged(school, class_id) == expected

    async def test_only_who_came_in_that_day_and_had_not_gone_counts(self, school: School) -> None:
        class_id = await class_of(school, 8)
        await post(
            school,
            *lesson(1, "08:30", "09:30", day=DAY),
            mark(2, "in", "08:30", day="2025-03-09"),
            mark(3, "in", "09:31", day=DAY),
            *lesson(4, "08:00", "08:30", day=DAY),
            mark(4, "in", "08:30:00", day=DAY),
            *(mark(number, "in", "09:30", day=DAY) for number in (5, 6)),
            mark(7, "out", "08:30", day=DAY),
        )

        await look(school, class_id, present=0, findings=[], patrolled_at=MOMENT)

        assert await flagged(school, class_id) == [(0, 3)]

    async def test_shortly_after_midnight_the_day_before_is_over(self, school: School) -> None:
        class_id = await class_of(school, 3)
        await post(school, *(mark(number, "in", "23:00", day="2025-03-09") for number in (1, 2, 3)))

        await look(school, class_id, present=0, findings=[], patrolled_at="2025-03-10T00:30:00+08:00")

        assert await flagged(school, class_id) == []

    async def test_what_is_tolerated_is_policy(self, school: School) -> None:
        await set_policy(school.registry, "patrol.present_tolerance_share", "0")
        class_id = await class_of(school, 5)
        await post(school, *(mark(number, "in", "08:30", day=DAY) for number in range(1, 6)))

        await look(school, class_id, present=4, findings=[])

        assert await flagged(school, class_id) == [(4, 5)]


class TestCompletion:
    async def test_marks_that_came_in_after_the_patrol_are_held_against_it_too(self, school: School) -> None:
        class_id = await class_of(school, 5)
        await look(school, class_id, present=1, findings=[])
        await post(school, *(mark(number, "in", "08:30", day=DAY) for number in range(1, 6)))
        before = await flagged(school, class_id)
        set_today(school.registry, date(2025, 3, 21))
        await school.post(f"classes/{class_id}/conclusion")

        completed = await school.post(f"classes/{class_id}/completion")

        assert (before, completed.status_code, await flagged(school, class_id)) == ([], 200, [(1, 5)])
