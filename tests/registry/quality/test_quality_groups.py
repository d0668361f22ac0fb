"""The quality rates as the plan has them: a group is shown from its least size on, and no sooner."""

from __future__ import annotations

from datetime import date

from tests.registry.rating import completed, parts, quality
from tests.registry.school import School, set_today


async def test_nine_trainings_are_suppressed_and_ten_are_shown(school: School) -> None:
    set_today(school.registry, date(2026, 11, 5))
    await completed(school, *range(1, 10))

    assert await parts(school, "passed_of_started") is None

    await completed(school, 10, local_id="2025-002")

    assert await parts(school, "passed_of_started") == (0, 10)


async def test_a_suppressed_group_says_how_many_trainings_it_has_in_no_rate(school: School) -> None:
    set_today(school.registry, date(2026, 11, 5))
    await completed(school, 1)

    (group,) = (await quality(school))["rows"]

    rates = [value for value in group.values() if isinstance(value, dict) and "suppressed" in value]
    assert rates
    assert all(rate["suppressed"] for rate in rates)
    assert {value for rate in rates for name, value in rate.items() if name != "suppressed"} == {None}
