"""Young technicians, appointments with the share of young ones, and filed enterprises, in the plan's progress."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.metrics.worker import SERVICE
from shared.contracts.assessment import BodyFiled, ScopeItem
from tests.conftest import OpenService
from tests.metrics.figures.test_figures import enter, indicator, indicators
from tests.support.facts import AT, certificate, person_key, programme, region
from tests.support.persons import merged
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    metrics = await open_service(SERVICE)
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("410100", reports_to="410100"),
        programme("HN2025", parent=None),
        programme("S01"),
        *(indicator(code, target) for code, target in (("I05", "10"), ("I06", "0.2"), ("I09", "20"), ("I10", "30"))),
    )
    return metrics


def body(number: int, *levels: int, version: int = 1, first_on: date | None = date(2025, 3, 1), **changes: Any) -> Any:
    values: dict[str, Any] = {
        "subject": f"bodies/{UUID(int=number)}", "version": version, "at": AT, "body_id": UUID(int=number),
        "name": "郑州机床厂", "kind": "employer", "credit_code": "91410100MA0000000X", "region": "410102",
        "reporting_region": "410100",
        "scope": tuple(ScopeItem("6-18-01-01", level, f"L{level}", first_on) for level in levels),
    }  # fmt: skip
    return BodyFiled(**values | changes)


async def done(metrics: ServiceUnderTest, code: str) -> Any:
    return (await indicators(metrics))[code]["done"]


async def test_who_was_young_by_their_first_certificate_counts_once(metrics: ServiceUnderTest) -> None:
    await metrics.hear(
        certificate(1, person=1, level=5, is_young=True),
        certificate(2, person=1, level=6, is_young=True, issued_on=date(2025, 9, 1)),
        certificate(3, person=2, level=5, is_young=False),
        certificate(4, person=3, level=5),
        certificate(5, person=4, level=4, is_young=True),
        certificate(6, person=5, level=6, is_young=True),
        certificate(6, person=5, level=6, is_young=True, version=2, valid=False),
        certificate(7, person=6, level=5, is_young=True, plan_year=2026),
    )

    assert await done(metrics, "I05") == 1
    assert (await indicators(metrics))["I05"]["source"] == "counted"


async def test_a_merge_makes_two_young_technicians_one(metrics: ServiceUnderTest) -> None:
    await metrics.hear(
        certificate(1, person=1, level=5, is_young=True), certificate(2, person=2, level=5, is_young=True)
    )
    assert await done(metrics, "I05") == 2

    await metrics.hear(merged(person_key(2), person_key(1)))

    assert await done(metrics, "I05") == 1


async def test_the_share_of_the_young_names_both_numbers(metrics: ServiceUnderTest) -> None:
    await metrics.hear(
        certificate(1, person=1, level=7, is_young=True),
        certificate(2, person=2, level=7, is_young=False),
        certificate(3, person=3, level=8, is_young=False),
        certificate(4, person=3, level=7, is_young=False, issued_on=date(2025, 9, 1)),
        certificate(5, person=4, level=7),
    )

    found = await indicators(metrics)

    share = found["I06"]
    assert (share["done"], share["part"], share["whole"], share["percent"]) == ("0.3333", 1, 3, "166.7")
    assert found["I10"]["done"] == 4


async def test_enterprises_are_counted_in_the_year_in_which_they_were_filed(metrics: ServiceUnderTest) -> None:
    await metrics.hear(
        body(1, 5, 7),
        body(2, 7, 8),
        body(3, 6),
        body(4, 7, first_on=date(2024, 12, 31)),
        body(5, 7, kind="social"),
        body(6, 7),
        body(6, 5, version=2),
        body(7, 7, first_on=None),
    )

    # The last one was told in 2025, before scopes had days; the sixth is not filed any more.
    assert await done(metrics, "I09") == 3


async def test_a_figure_that_was_entered_stands_before_what_is_counted(metrics: ServiceUnderTest) -> None:
    await metrics.hear(certificate(1, person=1, level=5, is_young=True))

    await enter(metrics, "I05", "9876")

    found = (await indicators(metrics))["I05"]
    assert (float(found["done"]), found["source"]) == (9876, "entered")


async def test_a_part_of_the_plan_is_held_against_none_of_them(metrics: ServiceUnderTest) -> None:
    await metrics.hear(certificate(1, person=1, level=5, is_young=True))

    assert (await indicators(metrics, region="410100"))["I05"]["done"] is None
