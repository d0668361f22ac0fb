"""What time it is in the tests of a service: that of the machine, or some hours before, so that no run sees midnight.

Tests take their days once, when they are imported. In Shanghai the day ends at 16:00 UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

from shared.kernel.periods import BUSINESS_ZONE, business_day

RUN_MAX: Final = timedelta(hours=3)
"""Longer than all tests take together."""


def behind(began: datetime) -> timedelta:
    """By how much the time of a run that began at `began` is behind, so that its day does not end within RUN_MAX."""
    midnight = datetime.combine(business_day(began) + timedelta(days=1), time(), BUSINESS_ZONE)
    return max(timedelta(), began + RUN_MAX - midnight)


_BEHIND: Final = behind(datetime.now(UTC))


def now() -> datetime:
    return datetime.now(UTC) - _BEHIND
