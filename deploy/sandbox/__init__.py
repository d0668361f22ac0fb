"""The sandbox: a synthetic province as files, an independent count of its totals, and a client that posts it."""

from datetime import date
from pathlib import Path
from typing import Final

SAMPLE: Final[Path] = Path(__file__).resolve().parent / "sample"
PLAN: Final[Path] = Path(__file__).resolve().parents[1] / "plans" / "henan-2025"

POSTED_ON: Final = date(2025, 11, 20)
"""The business day on which the sample is posted: everything has happened by then, and claims are still in time."""
