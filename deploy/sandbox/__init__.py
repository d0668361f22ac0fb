"""The sandbox: a synthetic province as files, its totals counted by hand, and a way to post it."""

from pathlib import Path
from typing import Final

SAMPLE: Final[Path] = Path(__file__).resolve().parent / "sample"
PLAN: Final[Path] = Path(__file__).resolve().parents[1] / "plans" / "henan-2025"
