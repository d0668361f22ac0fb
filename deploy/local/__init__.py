"""The machinery of one machine without containers: its PostgreSQL, its token issuer, its set-up scripts, its runner."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final[Path] = Path(__file__).resolve().parents[2]

LOCAL: Final[Path] = ROOT / ".local"
"""Everything that a run leaves on this machine lies here; never committed, forgotten by deleting it."""


def home(environment: Mapping[str, str]) -> Path:
    """Where a run keeps its data: the directory that SKILLS_LOCAL names, else LOCAL."""
    return Path(environment.get("SKILLS_LOCAL") or LOCAL).resolve()
