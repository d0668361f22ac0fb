"""The sums behind the quality rates, told when they have changed, of each group once a day."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.registry.quality.usecases import recount, tell
from shared.contracts.registry.quality import QualityCounted
from tests.registry.rating import WORK, completed, person_of, report, result
from tests.registry.school import School

SOON = datetime(2025, 6, 1, 4, tzinfo=UTC)
LATER = datetime(2026, 11, 5, 4, tzinfo=UTC)
"""The months of all trainings of the spring of 2025 are over."""


async def told(school: School, at: datetime) -> list[QualityCounted]:
    while await recount(school.registry.engine):
        pass
    known = {(fact.subject, fact.version) for fact in await school.registry.told()}
    await tell(school.registry.engine, at=at)
    facts = await school.registry.told()
    return [fact for fact in facts if isinstance(fact, QualityCounted) and (fact.subject, fact.version) not in known]


async def test_the_sums_of_a_programme_region_and_year_are_told(school: School) -> None:
    _, enrolments = await completed(school, 1, 2, 3)
    await school.registry.hear(result(await person_of(school, enrolments[0])))
    assert await report(school, {"enrolment_id": enrolments[0], **WORK}) == ["accepted"]

    [fact] = await told(school, LATER)

    assert (fact.subject, fact.version) == (f"quality-sums/{fact.programme}-410100-2025", 1)
    assert (fact.started, fact.tested, fact.passed, fact.completed) == (3, 1, 1, 3)
    assert (fact.without_work, fact.employed, fact.pay_changes) == (3, 1, (250,))
    assert (fact.counted_on, fact.rise_due) == (date(2026, 11, 5), 3)


async def test_months_that_are_not_over_are_in_no_sum_and_are_told_once_they_are(school: School) -> None:
    await completed(school, 1)

    [soon] = await told(school, SOON)
    [later] = await told(school, LATER)

    assert (soon.completed, soon.rise_due, soon.without_work) == (1, 0, 0)
    assert (later.version, later.rise_due, later.without_work) == (2, 1, 1)


async def test_what_has_not_changed_is_not_told_and_what_has_is_told_on_the_next_day(school: School) -> None:
    _, enrolments = await completed(school, 1)
    assert len(await told(school, LATER)) == 1
    await school.registry.hear(result(await person_of(school, enrolments[0])))

    same_day = await told(school, LATER.replace(hour=12))
    [next_day] = await told(school, LATER.replace(day=6))
    nothing_new = await told(school, LATER.replace(day=7))

    assert (same_day, nothing_new) == ([], [])
    assert (next_day.version, next_day.passed) == (2, 1)
