"""Delete all data of earlier runs on this machine: `python -m deploy.local.reset`. Downloads stay."""

from __future__ import annotations

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
    for name in ("keys", "logs", "services.env"):
        _delete(directory / name)
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
    directory = home(os.environ)
    try:
        forget(directory)
    except LaunchError as error:
        print(error)
        return 1
    print(f"Deleted: all data in {directory}.")
    if os.environ.get("SKILLS_POSTGRES_URL"):
        print("The databases on the server of SKILLS_POSTGRES_URL are still there.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
