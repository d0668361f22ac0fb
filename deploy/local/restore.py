"""Put a backup in the place of a run's data: `python -m deploy.local.restore FILE [--force]`.

Existing data are deleted, after a question; where nobody can be asked, it needs `--force`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from deploy.local import home
from deploy.local.accounts import Ground, find_ground
from deploy.local.backup import BROKER, CLUSTER, KEYS
from deploy.local.postgres import wheel_programs
from deploy.local.processes import LaunchError
from deploy.local.reset import forget, is_confirmed


def restore(file: Path, directory: Path) -> None:
    """Replace the data in `directory` by those of the backup. Raises LaunchError if that is no backup, or a run is on.

    The backup is unpacked first: data are deleted only once everything to replace them is there.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".restore-") as scratch:
        unpacked = Path(scratch)
        _unpack(file, unpacked)
        if not all((unpacked / part).exists() for part in (f"{CLUSTER}/base.tar", f"{CLUSTER}/password", KEYS)):
            raise LaunchError(f"{file} is not a backup of this system.")
        forget(directory)
        _place_cluster(unpacked / CLUSTER, find_ground(directory / CLUSTER, wheel_programs(), "nobody"))
        shutil.move(unpacked / KEYS, directory / KEYS)
        if (unpacked / BROKER).exists():
            (directory / BROKER).mkdir(exist_ok=True)
            shutil.move(unpacked / BROKER / "data", directory / BROKER / "data")
        for note in unpacked.glob("beside-the-sample.*.json"):
            shutil.move(note, directory / note.name)


def _unpack(file: Path, where: Path) -> None:
    try:
        with tarfile.open(file) as archive:
            archive.extractall(where, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise LaunchError(f"{file} cannot be read as a backup: {error}") from error


def _place_cluster(copy: Path, ground: Ground) -> None:
    data = ground.home / "data.new"
    data.mkdir(mode=0o700)
    _unpack(copy / "base.tar", data)
    if (copy / "pg_wal.tar").exists():
        _unpack(copy / "pg_wal.tar", data / "pg_wal")
    for path in (data, *data.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        ground.give(path)
    shutil.move(copy / "password", ground.home / "password")
    data.rename(ground.home / "data")


def main() -> int:
    """Restore the run of this machine."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.restore", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="a file that deploy.local.backup has written")
    parser.add_argument("--force", action="store_true", help="do not ask")
    chosen = parser.parse_args()
    if chosen.file is None:
        print("Name the backup: make restore FROM=backups/<file>", file=sys.stderr)
        return 2
    directory = home(os.environ)
    has_data = (directory / KEYS).exists()
    if has_data and not chosen.force and not is_confirmed(f"Replace all data in {directory}?"):
        print("Nothing was replaced. FORCE=1 (or --force) replaces without asking.")
        return 1
    try:
        restore(chosen.file, directory)
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{directory} is as it was when {chosen.file} was written; make up starts it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
