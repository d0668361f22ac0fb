"""Delete all data of earlier runs on this machine: `python -m deploy.local.reset [--force]`. Downloads stay.

It asks first; where nobody can be asked, it needs `--force`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from deploy.local import home
from deploy.local.postgres import Postgres
from deploy.local.processes import LaunchError


def forget(directory: Path) -> None:
    """Delete databases, topics, keys and log files below `directory`. Raises LaunchError while a run uses them."""
    Postgres(directory / "postgres").erase()
    for name in ("keys", "logs", "services.env", "addresses.env"):
        _delete(directory / name)
    for note in directory.glob("beside-the-sample.*.json"):
        _delete(note)
    kafka = directory / "kafka"
    for left in kafka.iterdir() if kafka.exists() else ():
        if not left.name.startswith("libs"):
            _delete(left)


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main() -> int:
    """Delete the data of the runs; databases on another server are not touched."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.reset", description=__doc__)
    parser.add_argument("--force", action="store_true", help="do not ask")
    directory = home(os.environ)
    if not parser.parse_args().force and not is_confirmed(f"Delete all data in {directory}?"):
        print("Nothing was deleted. FORCE=1 (or --force) deletes without asking.")
        return 1
    try:
        forget(directory)
    except LaunchError as error:
        print(error)
        return 1
    print(f"Deleted: all data in {directory}.")
    if os.environ.get("SKILLS_POSTGRES_URL"):
        print("The databases on the server of SKILLS_POSTGRES_URL are still there.")
    return 0


def is_confirmed(question: str) -> bool:
    """Whether the user at the terminal answers the question with yes."""
    return sys.stdin.isatty() and input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


if __name__ == "__main__":
    sys.exit(main())
