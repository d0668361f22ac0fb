"""The sums behind the rates: counted once, whoever counts, and anew whenever what they consist of changes."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from services.registry.quality import usecases
from tests.registry.rating import completed, parts, quality
from tests.registry.school import School, set_policy, set_today, trainee


@pytest.fixture(autouse=True)
async def shown(school: School) -> None:
    await set_policy(school.registry, "quality.group_size_min", "1")
    set_today(school.registry, date(2026, 11, 5))


async def run(school: School, statement: str) -> None:
    async with school.registry.engine.begin() as connection:
        await connection.execute(text(statement))


async def sums(school: School) -> list[Any]:
    return [tuple(row) for row in await school.registry.rows("SELECT day, started, completed FROM quality_sum")]


async def test_two_workers_at_once_count_a_class_once(school: School) -> None:
    await completed(school, 1, 2)

    await asyncio.gather(*(usecases.recount(school.registry.engine) for _ in range(3)))

    assert await sums(school) == [(date(2025, 3, 20), 2, 2)]


async def test_a_training_that_goes_on_is_in_no_sum(school: School) -> None:
    await school.run(trainee(1))
    await quality(school)

    assert await sums(school) == []


async def test_a_class_without_its_figures_is_left_out_until_they_are_entered(school: School) -> None:
    await completed(school, 1)
    row = "key, region, validity, value, status, source"
    await run(school, f"CREATE TABLE gone AS SELECT {row} FROM policy_row WHERE key = 'followup.months'")
    await run(school, "DELETE FROM policy_row WHERE key = 'followup.months'")

    while await usecases.recount(school.registry.engine):
        pass
    assert await sums(school) == []

    await run(school, f"INSERT INTO policy_row ({row}) SELECT {row} FROM gone")
    assert await parts(school, "passed_of_started") == (0, 1)


async def test_a_class_that_is_changed_afterwards_counts_as_what_it_is(school: School) -> None:
    class_id, _ = await completed(school, 1)
    assert await parts(school, "demand_match") == (1, 1)

    await run(school, f"UPDATE class SET is_needed = false WHERE id = '{class_id}'")

    assert await parts(school, "demand_match") == (0, 1)


async def test_two_keys_of_one_human_who_met_in_a_class_are_one_person(school: School) -> None:
    class_id = await school.run(trainee(1), trainee(2))
    (row,) = await school.registry.rows("SELECT id FROM enrolment WHERE local_id = 'T1'")
    await school.post(f"enrolments/{row.id}/withdrawal", {"on": "2025-03-05", "reason": "因病"})
    await run(school, "UPDATE enrolment SET from_on = '2025-03-06' WHERE local_id = 'T2'")
    await school.conclude(class_id, T2=60)
    assert await parts(school, "passed_of_started", by="occupation") == (0, 2)
    first, second = ({"document_number": trainee(number)["document_number"]} for number in (1, 2))

    merged = await school.agree(
        "persons/merges", {"first": first, "second": second, "into": "second", "reason": "同一人"}
    )

    assert merged.status_code == 200, merged.text
    assert await parts(school, "passed_of_started") == (0, 1)
    assert await parts(school, "demand_match") == (1, 1)
