"""A PostgreSQL cluster on disk: created completely or not at all, and released from the lock of a dead server."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from pathlib import Path
from typing import Final

from deploy.local.accounts import Ground, remove_owned
from deploy.local.processes import LaunchError

SUPERUSER: Final = "skills"
STOP_SECONDS_MAX: Final = 30.0
SIGNAL_SECONDS_MAX: Final = 0.5
ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
"""The environment of PostgreSQL's programs: it excludes the user's PG* variables."""
# Tests open many connections, and hashing the password 4,096 times takes longer than the rest of opening one.
_FOR_TESTS: Final = ("--no-sync", "--set=scram_iterations=1")


def create_cluster(ground: Ground, *, durable: bool) -> None:
    """Create `data` and `password` in the home. Raises LaunchError.

    It is built in a temporary directory and renamed when complete, so an interrupted attempt leaves nothing behind.
    """
    fresh, copy = ground.home / "data.new", ground.home / "password.new"
    remove_owned(fresh)
    fresh.mkdir(mode=0o700)
    ground.give(fresh)
    password = secrets.token_hex(16)
    for path in (ground.home / "password", copy):
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(password, encoding="ascii")
    ground.give(copy)
    # The built-in provider sorts and folds case the same on every machine; the wheel is built without ICU.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    secured = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={copy}"]
    options = ["--no-instructions", *locale, *secured, *([] if durable else _FOR_TESTS)]
    command = [*ground.prefix, str(ground.programs / "initdb"), "-D", str(fresh), *options]
    made = subprocess.run(command, cwd=ground.home, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    copy.unlink()
    if made.returncode != 0:
        raise LaunchError(f"PostgreSQL could not create a cluster in {ground.home}.\n{made.stderr.strip()}")
    fresh.rename(ground.home / "data")


def clear_lock(data: Path) -> None:
    """Handle the lock file of an earlier server: wait if it is stopping, raise if it is running, reset a stale lock.

    PostgreSQL detects stale locks itself, but checks only whether *some* process has the pid. A zombie, or an unrelated
    process with the same pid after a reboot, then blocks the start. Raises LaunchError.
    """
    lock = data / "postmaster.pid"
    begun = time.monotonic()
    while True:
        try:
            lines = lock.read_text(encoding="utf-8").splitlines()
            pid, status = int(lines[0]), lines[-1].strip()
        except (OSError, ValueError, IndexError):
            return  # no lock, or one that only PostgreSQL can judge
        if not _is_served_by(pid, data):
            # Not deleted: PostgreSQL reads it to find processes of the dead server that are still ending. Our own pid
            # will be that of its parent, which it does not treat as a rival.
            lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n", encoding="utf-8")
            return
        # A server whose runner has just been killed may not have noticed yet.
        patience = STOP_SECONDS_MAX if status == "stopping" else SIGNAL_SECONDS_MAX
        if time.monotonic() - begun > patience:
            raise LaunchError(f"The PostgreSQL in {data.parent} is already running as process {pid}.")
        time.sleep(0.02)


def served_port(data: Path) -> int | None:
    """The port of the server that serves this cluster; None if none does."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return int(lines[3]) if _is_served_by(int(lines[0]), data) else None
    except (OSError, ValueError, IndexError):
        return None


def _is_served_by(pid: int, data: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")  # empty for a zombie
    except (FileNotFoundError, ProcessLookupError):
        # Without /proc, only the pid can be compared.
        return not Path("/proc/self").exists() and pid != os.getpid()
    return os.fsencode(data) in words
