"""The fact by which the registry tells the sums behind its quality rates."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.contracts.dimensions import ProgrammeCode, RegionCode
from shared.contracts.registry.base import RegistryFact


class QualityCounted(RegistryFact):
    """The sums behind the quality rates of trainings that ended in a year, and the figures by which they were counted.

    Told again when they have changed, once a day at most. Subject: quality-sums/{programme}-{reporting_region}-{year}.
    """

    type: ClassVar[str] = "registry.quality-counted.v1"

    programme: ProgrammeCode
    reporting_region: RegionCode
    year: int
    counted_on: date
    """Months that are over on this day are over."""
    level_rise_months: int
    followup_months: int
    pay_months: int
    group_size_min: int
    """Rates over fewer people are shown to nobody."""
    started: int
    tested: int
    passed: int
    completed: int
    in_demand: int
    rise_due: int
    """Completers whose months for a higher level are over."""
    risen: int
    without_work: int
    """Completers who had no work when they entered, and whose months are over."""
    employed: int
    pay_changes: tuple[int, ...]
    """Of everybody whose pay before and after is known, in thousandths, in order: medians cannot be added up."""
