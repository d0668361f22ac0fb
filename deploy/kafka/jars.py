"""Java, and jars that a pom.xml names, fetched by Maven once."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from deploy.local.processes import LaunchError

JAVA_VERSION_MIN: Final = 17


def java() -> str:
    """The Java to use: from JAVA_HOME, otherwise from the path. Raises LaunchError."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin" if home else None)
    if found is None:
        raise LaunchError(f"Kafka needs Java {JAVA_VERSION_MIN} or newer, and there is no java here.")
    said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < JAVA_VERSION_MIN:
        raise LaunchError(f"Kafka needs Java {JAVA_VERSION_MIN} or newer, and {found} is older.")
    return found


def fetched(pom: Path, libraries: Path) -> Path:
    """The folder with the jars named in `pom`, downloaded if necessary. Raises LaunchError."""
    stamp = hashlib.sha256(pom.read_bytes()).hexdigest()
    marker = libraries / "pom.sha256"
    libraries.parent.mkdir(parents=True, exist_ok=True)
    with (libraries.parent / "libs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # otherwise two runners would download into one folder
        if marker.exists() and marker.read_text(encoding="ascii") == stamp:
            return libraries
        shutil.rmtree(libraries, ignore_errors=True)
        _run_maven(pom, libraries)
        marker.write_text(stamp, encoding="ascii")
        return libraries


def _run_maven(pom: Path, libraries: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise LaunchError("Kafka's jars are fetched by Maven, and there is no mvn here.")
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={libraries}", "-f", str(pom)]
    done = subprocess.run([maven, "-q", "-B", *goal], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = re.search(r"\[ERROR\] (\S.*)", done.stdout)
        raise LaunchError(f"Maven could not fetch Kafka's jars: {reason[1] if reason else done.stderr.strip()}")
