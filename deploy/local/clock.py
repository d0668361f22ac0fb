"""Turn the clock of a running system: `python -m deploy.local.clock [2026-03-10] [--service assessment]`.

What waits for days, such as the publicity of results, can so be tried within minutes. The runner of the system does it:
it starts the services again with another SKILLS_CLOCK_OFFSET_DAYS. Without a day, they return to that of the start.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from deploy.local import home
from deploy.local.processes import is_free
from deploy.local.services import ADDRESSES, PORTS
from shared.kernel.periods import business_day

SECONDS_MAX: Final = 90.0
_POLL_SECONDS: Final = 0.1


class Turn(NamedTuple):
    """The services whose clock is to be turned, and the day that it is for them afterwards; None: that of the start."""

    services: list[str]
    day: date | None

    def __str__(self) -> str:
        return f"{', '.join(self.services)}: {self.day or 'the day of the start'}"


def setting(day: date | None) -> dict[str, str]:
    """The setting by which it is `day` for a service; none for the true day."""
    if day is None:
        return {}
    return {"SKILLS_CLOCK_OFFSET_DAYS": str((day - business_day(datetime.now(UTC))).days)}


def asked(where: Path) -> Turn | None:
    """What was asked of the runner whose data is there."""
    try:
        services, day = json.loads(_request(where).read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    return Turn(services, None if day is None else date.fromisoformat(day))


def done(where: Path) -> None:
    """Tell whoever asked that it is done."""
    _request(where).unlink(missing_ok=True)


def ask(where: Path, turn: Turn) -> bool:
    """Ask the runner whose data is there, and wait. Returns whether it was done within SECONDS_MAX; if not, the request
    is taken back.
    """
    draft = where / "turn.draft"
    draft.write_text(json.dumps([turn.services, turn.day and turn.day.isoformat()]), encoding="ascii")
    draft.replace(_request(where))
    deadline = time.monotonic() + SECONDS_MAX
    while _request(where).exists():
        if time.monotonic() > deadline:
            done(where)
            return False
        time.sleep(_POLL_SECONDS)
    return True


def runs(where: Path) -> bool:
    """Whether the system whose data is there listens on all its ports."""
    try:
        lines = (where / ADDRESSES).read_text(encoding="ascii").split()
    except FileNotFoundError:
        return False
    return not any(is_free(int(line.rpartition(":")[2])) for line in lines)


def _request(where: Path) -> Path:
    return where / "turn.json"


def main() -> int:
    """Parse the command line, ask, and print what was done."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.clock", description=__doc__)
    parser.add_argument("day", type=date.fromisoformat, nargs="?", help="such as 2026-03-10 (default: as at the start)")
    parser.add_argument("--service", choices=tuple(PORTS), help="only this one (default: all)")
    chosen = parser.parse_args()
    where, turn = home(os.environ), Turn([chosen.service] if chosen.service else list(PORTS), chosen.day)
    if not runs(where):
        print(f"No system runs with its data in {where}: make up starts one.", file=sys.stderr)
        return 1
    if not ask(where, turn):
        print(f"The clock was not turned within {SECONDS_MAX:.0f} s; the other terminal says why.", file=sys.stderr)
        return 1
    print(turn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
