"""Running on one machine without containers: PostgreSQL, the token issuer, set-up scripts, the runner."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final[Path] = Path(__file__).resolve().parents[2]

LOCAL: Final[Path] = ROOT / ".local"
"""All data of a run on this machine; never committed, safe to delete."""


def home(environment: Mapping[str, str]) -> Path:
    """The directory for a run's data: SKILLS_LOCAL if set, otherwise LOCAL."""
    return Path(environment.get("SKILLS_LOCAL") or LOCAL).resolve()
