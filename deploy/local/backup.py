"""Copy a run's databases, keys and broker storage into one file: `python -m deploy.local.backup [FILE]`.

The databases are copied by PostgreSQL itself (`pg_basebackup`), all at one moment, so that a service and what the
others have heard of it stay in step; this works while everything runs. A broker's storage is copied only while the run
is stopped. The file holds the keys: whoever has it can read every name and number in it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from deploy.kafka.broker import Broker
from deploy.local import home
from deploy.local.accounts import find_ground
from deploy.local.cluster import ENVIRONMENT, SUPERUSER, served_port
from deploy.local.postgres import Postgres, wheel_programs
from deploy.local.processes import LOOPBACK, LaunchError

CLUSTER: Final = "postgres"
KEYS: Final = "keys"
BROKER: Final = "kafka"


def back_up(directory: Path, file: Path) -> None:
    """Write the backup of the run in `directory` to `file`, which appears complete or not at all.

    Raises LaunchError if there is nothing to copy, the copy fails, or a broker is running.
    """
    if not (directory / KEYS).exists():
        raise LaunchError(f"There is no run in {directory} to copy.")
    storage = directory / BROKER / "data"
    if storage.exists() and Broker(directory / BROKER).is_served:
        raise LaunchError(
            "Kafka is running: stop the run first, because a broker's storage cannot be copied meanwhile."
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as scratch:
        copy = Path(scratch) / CLUSTER
        _copy_cluster(directory / CLUSTER, copy)
        draft = Path(scratch) / "backup.tar"
        draft.touch(mode=0o600)
        with tarfile.open(draft, "w") as archive:
            archive.add(copy, CLUSTER)
            archive.add(directory / KEYS, KEYS)
            if storage.exists():
                archive.add(storage, f"{BROKER}/data")
            for note in directory.glob("beside-the-sample.*.json"):
                archive.add(note, note.name)
        draft.rename(file)


def _copy_cluster(home_: Path, copy: Path) -> None:
    ground = find_ground(home_, wheel_programs(), "nobody")
    with _served(home_, ground.home / "data") as port:
        password = (ground.home / "password").read_text(encoding="ascii")
        where = [f"--host={LOOPBACK}", f"--port={port}", f"--username={SUPERUSER}", "--no-password"]
        how = ["--format=tar", "--wal-method=stream", "--checkpoint=fast", f"--pgdata={copy}"]
        _run([str(ground.programs / "pg_basebackup"), *where, *how], {**ENVIRONMENT, "PGPASSWORD": password})
    _run([str(ground.programs / "pg_verifybackup"), "--format=tar", "--no-parse-wal", str(copy)], ENVIRONMENT)
    (copy / "password").touch(mode=0o600)
    (copy / "password").write_text(password, encoding="ascii")


@contextmanager
def _served(home_: Path, data: Path) -> Generator[int]:
    """The port of the server of this cluster, which is started if none runs."""
    if not data.exists():
        raise LaunchError(f"There is no database in {home_} to copy.")
    port = served_port(data)
    if port is not None:
        yield port
        return
    with Postgres(home_) as server:
        yield server.port


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LaunchError(f"The databases could not be copied.\n{done.stderr.strip()}")


def main() -> int:
    """Back up the run of this machine, and say where the file is."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.backup", description=__doc__)
    named = f"backups/skills-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar"
    parser.add_argument("file", nargs="?", type=Path, default=Path(named), help="the file to write")
    file: Path = parser.parse_args().file
    if file.exists():
        print(f"{file} exists already: name another file.", file=sys.stderr)
        return 1
    try:
        back_up(home(os.environ), file)
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{file}: {file.stat().st_size / 1_000_000:,.0f} MB. It holds the keys: keep it as you keep them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
