"""The plan's indicators that facts feed, and how each is read from totals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.metrics.measures.rules.measures import Measure

COUNTED: Final[Mapping[str, Measure]] = {
    "I01": Measure.TRAININGS,
    "I02": Measure.SUBSIDISED_TRAININGS,
    "I03": Measure.HIGH_SKILLED_PERSONS,
    "I10": Measure.CHIEF_TECHNICIANS,
    "I11": Measure.TECHNICIANS,
}
SHARE_OF_STOCK: Final = "I04"
"""High-skilled persons as a share of the skilled: opening stocks that are entered, and what was counted since."""
BY_HAND: Final = frozenset({"I07", "I08", "I12", "I13"})
"""No service tells these: school enrolment, apprenticeships, bases. They are entered with a source.

Who is young and which enterprises are filed is told since 2026 only (services/metrics/technicians). A figure that was
entered for these stands before what is counted.
"""
