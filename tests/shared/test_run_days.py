"""No run of the tests sees midnight in Shanghai."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shared.kernel.periods import BUSINESS_ZONE, business_day
from tests.support.clock import RUN_MAX, behind


@pytest.mark.parametrize(
    ("began", "hours"), [("00:00", 0), ("10:30", 0), ("21:00", 0), ("22:00", 1), ("23:30", 2.5)]
)  # fmt: skip
def test_a_run_that_begins_late_is_some_hours_behind(began: str, hours: float) -> None:
    begins = datetime.fromisoformat(f"2026-12-31T{began}").replace(tzinfo=BUSINESS_ZONE)

    first = begins - behind(begins)

    assert begins - first == timedelta(hours=hours)
    assert business_day(first) == business_day(first + RUN_MAX - timedelta(microseconds=1))


@pytest.mark.parametrize("service", ["assessment", "metrics", "registry", "subsidy"])
def test_tests_of_a_service_take_the_time_from_there(service: str) -> None:
    files = Path("tests", service).rglob("*.py")

    assert [str(each) for each in files if "datetime.now(" in each.read_text(encoding="utf-8")] == []
