"""The machinery of one machine without containers: its PostgreSQL, its token issuer, its set-up scripts."""

from pathlib import Path
from typing import Final

LOCAL: Final[Path] = Path(__file__).resolve().parents[2] / ".local"
"""Everything that a run leaves on this machine lies here; never committed, forgotten by deleting it."""
