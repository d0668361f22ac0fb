"""Processor time of processes: what is left to compare where other work on the machine changes every wall time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_TIMES: Final = slice(11, 15)
"""Of what follows the name in /proc/…/stat: user and system time of the process, and of its children that ended."""


def processor_seconds(pid: int) -> float:
    """Seconds of processor time that the process and all below it have taken."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        below = [each for child in Path(f"/proc/{pid}/task").glob("*/children") for each in child.read_text().split()]
    except OSError:
        # The process has ended; what it took is told of its parent.
        return 0.0
    own = sum(map(int, stat.rpartition(")")[2].split()[_TIMES])) / _TICKS
    return own + sum(processor_seconds(int(each)) for each in below)
