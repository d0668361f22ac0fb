"""Copied attendance is flagged when a class is completed, whatever the order in which its marks came."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.contracts.registry.flags import FlagRaised
from tests.registry.attending import flags, lesson, mark, post, run, running, set_policy
from tests.registry.school import School, set_today

MONDAY, TUESDAY, WEDNESDAY = "2025-03-03", "2025-03-04", "2025-03-05"
REPEATED = ("C20", "day-repeated")


def morning(day: str, numbers: range = range(1, 7), **changes: object) -> list[dict[str, object]]:
    return [row for each in numbers for row in lesson(each, f"08:3{each}:10", f"11:4{each}:50", day=day, **changes)]


async def complete(school: School, class_id: str) -> None:
    set_today(school.registry, date(2025, 3, 21))
    for step in ("conclusion", "completion"):
        answer = await school.post(f"classes/{class_id}/{step}")
        assert answer.status_code == 200, answer.text


async def evidence(school: School) -> list[dict[str, Any]]:
    rows = await school.registry.rows("SELECT facts FROM flag WHERE kind = 'day-repeated' ORDER BY seen")
    return [row.facts for row in rows]


async def test_a_copied_day_is_flagged_when_the_class_is_completed_and_holds_its_claim(school: School) -> None:
    class_id = await running(school, *range(1, 7))
    await post(school, *morning(MONDAY), *morning(TUESDAY))
    before = await flags(school)

    await complete(school, class_id)

    assert (before, await flags(school)) == ([], [REPEATED])
    (fact,) = [each for each in await school.registry.told() if isinstance(each, FlagRaised) and each.check == "C20"]
    assert (str(fact.class_id), fact.holds, fact.person) == (class_id, True, None)
    assert await evidence(school) == [{"day": MONDAY, "repeated_on": [TUESDAY], "days": 1, "trainees": 6, "share": 1.0}]


async def test_the_seconds_and_the_order_of_arrival_do_not_matter(school: School) -> None:
    class_id = await running(school, *range(1, 7))
    later = [mark(each, "out", f"11:4{each}:07", day=MONDAY) for each in range(1, 7)]
    await post(school, *morning(WEDNESDAY))
    await post(school, *(mark(each, "in", f"08:3{each}:59", day=MONDAY) for each in range(6, 0, -1)))
    await post(school, *later)

    await complete(school, class_id)

    assert [(each["day"], each["repeated_on"]) for each in await evidence(school)] == [(MONDAY, [WEDNESDAY])]


async def test_a_late_mark_that_makes_the_days_differ_is_seen(school: School) -> None:
    class_id = await running(school, *range(1, 7))
    await post(school, *morning(MONDAY), *morning(TUESDAY))
    await post(school, *(row for each in (1, 2) for row in lesson(each, "14:00", "15:00", day=TUESDAY)))

    await complete(school, class_id)

    assert await flags(school) == []


@pytest.mark.parametrize(("failed", "flagged"), [(True, []), (False, [REPEATED])])
async def test_a_face_that_was_not_recognised_is_not_attendance(
    school: School, failed: bool, flagged: list[tuple[str, str]]
) -> None:
    class_id = await running(school, *range(1, 7))
    await post(school, *morning(MONDAY), *morning(TUESDAY, range(1, 5)))
    await post(school, *morning(TUESDAY, range(5, 7), method="face", matched=not failed))

    await complete(school, class_id)

    assert await flags(school) == flagged


async def test_minutes_of_another_class_are_not_compared(school: School) -> None:
    class_id = await running(school, *range(1, 7))
    await post(school, *morning(MONDAY))
    await running(school, *range(11, 17), local_id="other")
    rows = morning(TUESDAY)
    await post(school, *(row | {"class_local_id": "other", "trainee_local_id": f"T1{place // 2 + 1}"}
                         for place, row in enumerate(rows)))  # fmt: skip

    await complete(school, class_id)

    assert await flags(school) == []


async def test_a_figure_of_the_policy_decides(school: School) -> None:
    await set_policy(school, "attendance.repeated_trainees_min", "7")
    class_id = await running(school, *range(1, 7))
    await post(school, *morning(MONDAY), *morning(TUESDAY))

    await complete(school, class_id)

    assert await flags(school) == []


async def test_a_flag_that_was_dismissed_is_not_raised_again(school: School) -> None:
    class_id = await running(school, *range(1, 7))
    await post(school, *morning(MONDAY), *morning(TUESDAY))
    await complete(school, class_id)
    (flag,) = await school.registry.rows("SELECT id FROM flag WHERE kind = 'day-repeated'")
    said = {"verdict": "dismiss", "reason": "设备按课表记录时间"}
    assert (await school.post(f"flags/{flag.id}/settlement", said, headers=school.officer())).status_code == 200
    await run(school, "UPDATE class SET status = 'running'")

    await complete(school, class_id)

    (again,) = await school.registry.rows("SELECT status FROM flag WHERE kind = 'day-repeated'")
    assert again.status == "dismissed"
