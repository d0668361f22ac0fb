"""The account, rights and location with which PostgreSQL runs; the server refuses to run as root.

Any other account runs the server itself. As root there are three ways, tried in this order. None of them creates an
account or widens a permission:

1. drop to an unprivileged account;
2. the same, keeping one capability to traverse closed directories, for example for a clone in root's home;
3. the same as 1, from a copy of the programs under /var/tmp, if a container withholds those capabilities.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.processes import LaunchError, ending_with_parent

CAPABILITIES: Final = ("dac_read_search", "dac_override")
"""The narrower one first; containers often grant only the second. With either, a superuser's SQL can read files."""

ELSEWHERE: Final = "elsewhere"


@dataclass(frozen=True)
class Ground:
    """The account and directories of the server."""

    prefix: tuple[str, ...]
    """The words to put before a command so that it runs under the account."""
    home: Path
    """The directory of password, log and data."""
    programs: Path
    """The folder with `initdb` and `postgres`."""
    account: pwd.struct_passwd | None
    """The owner of the data; None: the current account."""
    remark: str | None = None
    """One sentence for the user if something is unexpected."""

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or directory."""
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)


def find_ground(home: Path, programs: Path, account_name: str) -> Ground:
    """The first way that works on this machine. Raises LaunchError if none does.

    `account_name` is used when we are root and the cluster is new; an existing cluster keeps its owner.
    """
    home.mkdir(parents=True, exist_ok=True)
    prefix = ending_with_parent(signal.SIGINT)
    if os.geteuid() != 0:
        _refuse_foreign(home / "data")
        return Ground(tuple(prefix), home, programs, None)
    if not prefix:
        raise LaunchError("PostgreSQL refuses to run as root; setpriv, of util-linux, which drops root, is missing.")
    account = _account(home / "data", account_name)
    dropping = [*prefix, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--no-new-privs"]
    if not _runs([*dropping, "true"]):
        raise LaunchError(f"PostgreSQL refuses to run as root, and this process may not become {account.pw_name}.")
    if not (home / ELSEWHERE).exists():
        for rights in ([], *(_keeping(capability) for capability in CAPABILITIES)):
            if _reaches([*dropping, *rights], home, programs):
                return Ground((*dropping, *rights), home, programs, account)
        if (home / "data").exists():  # an empty cluster in another place would look like data loss
            raise LaunchError(f"Account {account.pw_name}, who owns the cluster in {home}, can no longer reach it.")
    return _copy(home, programs, dropping, account)


def homes(home: Path) -> tuple[Path, ...]:
    """Every directory that may hold this home's cluster: the home itself, and its copy under /var/tmp."""
    refuge = _refuge(home)
    return (home, refuge / "home") if refuge.exists() and _is_ours(refuge) else (home,)


def forget(home: Path) -> None:
    """Delete the cluster, wherever it is, and the programs copied for it."""
    for place in homes(home):
        remove(place)
        if place != home:
            shutil.rmtree(place.parent)


def remove(home: Path) -> None:
    """Delete a home if it exists."""
    for name in ("data", "data.new"):
        remove_owned(home / name)
    if home.exists():
        shutil.rmtree(home)


def remove_owned(data: Path) -> None:
    """Delete a directory owned by the account if it exists."""
    if not data.exists():
        return
    if os.geteuid() == 0:
        # Without the capability to override permissions, not even root can read the account's directories.
        owner = data.stat()
        dropping = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
        if _runs([*dropping, "find", str(data), "-mindepth", "1", "-delete"]):
            data.rmdir()
            return
    shutil.rmtree(data)


def _keeping(capability: str) -> list[str]:
    # PostgreSQL checks its own programs with access(2), for which the kernel ignores capabilities unless the process
    # disables the fix-ups that follow a change of user; hence the secure bit.
    return ["--securebits=+no_setuid_fixup", f"--inh-caps=-all,+{capability}", f"--ambient-caps=-all,+{capability}"]


def _reaches(prefix: list[str], home: Path, programs: Path) -> bool:
    # A trial is more reliable than the mode bits: it also covers access lists, name spaces and capabilities.
    script = 'cd "$1" && "$2"/initdb --version && test -r "$2"/postgres'
    return _runs([*prefix, "sh", "-c", script, "sh", str(home), str(programs)])


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, cwd="/", capture_output=True, check=False).returncode == 0


def _account(data: Path, name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(data.stat().st_uid) if data.exists() else pwd.getpwnam(name)
    except KeyError:
        raise LaunchError(f"PostgreSQL refuses to run as root, and this machine has no account {name!r}.") from None


def _refuse_foreign(data: Path) -> None:
    if data.exists() and data.stat().st_uid != os.geteuid():
        raise LaunchError(f"The cluster in {data} was made by root or another account: start it as root, or delete it.")


def _refuge(home: Path) -> Path:
    name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    return Path("/var/tmp") / f"skills-programme-{name}"  # noqa: S108 - outlives a reboot; its owner is checked


def _is_ours(refuge: Path) -> bool:
    # Any user may create anything in /var/tmp, including a link to another place.
    return not refuge.is_symlink() and refuge.stat().st_uid == os.geteuid()


def _copy(home: Path, programs: Path, dropping: list[str], account: pwd.struct_passwd) -> Ground:
    """Copy programs and home to /var/tmp, into a folder that only root may change."""
    refuge = _refuge(home)
    note = home / ELSEWHERE
    refuge.mkdir(exist_ok=True)
    if not _is_ours(refuge):
        raise LaunchError(f"{refuge} is needed for PostgreSQL but belongs to another account: delete it.")
    if not note.exists():
        remove(refuge / "home")  # left by a clone at the same path that has been deleted
    installed = programs.parents[1]  # the programs look for their libraries in a folder beside it
    described = f"PostgreSQL lives in {refuge}, built {(programs / 'postgres').stat().st_mtime_ns}\n"
    if not note.exists() or note.read_text(encoding="utf-8") != described:
        for source in (installed, installed.with_name(installed.name + ".libs")):
            shutil.rmtree(refuge / source.name, ignore_errors=True)
            shutil.copytree(source, refuge / source.name)
    ground = Ground(
        prefix=tuple(dropping),
        home=refuge / "home",
        programs=refuge / programs.relative_to(installed.parent),
        account=account,
        remark=f"Account {account.pw_name} cannot reach {home}, so PostgreSQL lives in {refuge}.",
    )
    ground.home.mkdir(exist_ok=True)
    subprocess.run(["chmod", "-R", "a+rX", refuge / installed.name, refuge / (installed.name + ".libs")], check=True)
    subprocess.run(["chmod", "a+rx", refuge, ground.home], check=True)
    if not _reaches(dropping, ground.home, ground.programs):
        raise LaunchError(f"Account {account.pw_name} can run PostgreSQL neither from {programs} nor from {refuge}.")
    note.write_text(described, encoding="utf-8")
    return ground
