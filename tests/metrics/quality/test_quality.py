"""Quality rates as the registry told their sums; small groups are hidden, also by difference."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.quality.rules import GROUP_SIZE_MIN, median, small
from services.metrics.worker import SERVICE
from shared.contracts.registry.quality import QualityCounted
from tests.conftest import OpenService
from tests.registry.school import set_today
from tests.support.clock import now
from tests.support.services import ServiceUnderTest


def counted(region: str, programme: str = "S01", *, version: int = 1, **sums: Any) -> QualityCounted:
    nothing = dict.fromkeys(
        ("started", "tested", "passed", "completed", "in_demand", "rise_due", "risen", "without_work", "employed"), 0
    )
    values: dict[str, Any] = {
        "subject": f"quality-sums/{programme}-{region}-2025", "version": version, "at": now(),
        "programme": programme, "reporting_region": region, "year": 2025, "counted_on": date(2026, 3, 1),
        "level_rise_months": 12, "followup_months": 6, "pay_months": 3, "group_size_min": 10, "pay_changes": (),
        **nothing,
    }  # fmt: skip
    return QualityCounted(**values | sums)


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    metrics = await open_service(SERVICE)
    set_today(metrics, date(2025, 12, 1))
    return metrics


async def get(metrics: ServiceUnderTest, **query: Any) -> dict[str, Any]:
    answer = await metrics.http.get("/v1/quality", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def shown(found: dict[str, Any], rate: str) -> dict[str, tuple[int, int] | None]:
    return {
        row["key"]: None if row[rate]["suppressed"] else (row[rate]["numerator"], row[rate]["denominator"])
        for row in [found["total"], *found["rows"]]
    }


async def test_the_sums_are_added_up_by_region_and_by_programme(metrics: ServiceUnderTest) -> None:
    await metrics.hear(
        counted("410100", started=40, passed=30, tested=32, pay_changes=tuple(range(0, 200, 10))),
        counted("410200", started=20, passed=20, tested=20, pay_changes=tuple(range(0, 400, 40))),
        counted("410200", "S02-1", started=60, passed=15, tested=60),
    )

    by_region, by_programme = await get(metrics), await get(metrics, along="programme")

    assert shown(by_region, "passed_of_started") == {"total": (65, 120), "410100": (30, 40), "410200": (35, 80)}
    assert shown(by_programme, "passed_of_started") == {"total": (65, 120), "S01": (50, 60), "S02-1": (15, 60)}
    assert by_region["total"]["passed_of_started"]["percent"] == "54.2"
    assert by_region["rows"][0]["pay"] == {"median_permille": 95, "n": 20, "suppressed": False}
    assert (by_region["counted_on"], by_region["level_rise_months"], by_region["year"]) == ("2026-03-01", 12, 2025)
    assert {each["code"] for each in by_region["rates"]} >= {"demand_match", "employment", "pay"}


async def test_a_small_group_is_hidden_with_the_next_one_so_that_no_difference_tells_it(
    metrics: ServiceUnderTest,
) -> None:
    await metrics.hear(
        counted("410100", started=50, passed=40),
        counted("410200", started=9, passed=1),
        counted("410300", started=12, passed=6),
        counted("410400"),
    )

    found = shown(await get(metrics), "passed_of_started")

    assert found == {"total": (47, 71), "410100": (40, 50), "410200": None, "410300": None, "410400": (0, 0)}


async def test_the_total_is_hidden_along_every_axis_where_it_would_tell_a_group_along_one(
    metrics: ServiceUnderTest,
) -> None:
    await metrics.hear(counted("410100", started=9, passed=1), counted("410100", "S02-1", started=30, passed=3))

    by_region, by_programme = await get(metrics), await get(metrics, along="programme")

    assert shown(by_programme, "passed_of_started") == {"total": (4, 39), "S01": None, "S02-1": None}
    assert shown(by_region, "passed_of_started") == {"total": (4, 39), "410100": (4, 39)}

    await metrics.hear(counted("410100", "S02-1", version=2))

    assert shown(await get(metrics), "passed_of_started") == {"total": None, "410100": None}
    assert shown(await get(metrics, along="programme"), "passed_of_started") == {
        "total": None, "S01": None, "S02-1": (0, 0),
    }  # fmt: skip


async def test_a_year_of_which_nothing_was_told_says_so(metrics: ServiceUnderTest) -> None:
    found = await get(metrics, year=2030)

    assert (found["counted_on"], found["rows"]) == (None, [])


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 40), max_size=8))
def test_what_is_hidden_is_of_several_groups_and_of_enough_people(sizes: dict[str, int]) -> None:
    hidden = small(sizes, size_min=GROUP_SIZE_MIN)

    of_hidden = [sizes[key] for key in hidden]
    assert {key for key, size in sizes.items() if 0 < size < GROUP_SIZE_MIN} <= hidden
    others = {key for key, size in sizes.items() if size and key not in hidden}
    if hidden and others:
        assert len(of_hidden) > 1
        assert sum(of_hidden) >= GROUP_SIZE_MIN


@given(st.lists(st.integers(-900, 900), min_size=1))
def test_the_median_has_as_many_below_as_above(changes: list[int]) -> None:
    changes.sort()
    middle = median(changes)

    assert middle is not None
    assert all(one <= other for one, other in pairwise(changes))
    assert sum(change < middle for change in changes) <= len(changes) / 2
    assert sum(change > middle + 1 for change in changes) <= len(changes) / 2
