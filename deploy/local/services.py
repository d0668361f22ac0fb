"""The four services as processes on this machine: ports, settings, start and stop."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from deploy.local import ROOT
from deploy.local.processes import LOOPBACK, Child, LaunchError, ending_with_parent, is_free

PORTS: Final = {"registry": 8001, "subsidy": 8002, "assessment": 8003, "metrics": 8004}
"""Each service's port unless a setting such as REGISTRY_PORT overrides it."""

ADDRESSES: Final = "addresses.env"
"""The file with the base URLs of a run."""
START_SECONDS_MAX: Final = 60.0
STOP_SECONDS_MAX: Final = 15.0
POLL_SECONDS: Final = 0.05


class Command(NamedTuple):
    """`python -m services.<service> <words>`."""

    service: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.service} {self.words[0]}"


def ports(environment: Mapping[str, str]) -> dict[str, int]:
    """The port of each service. Raises LaunchError for a setting that is not a port."""
    found = {}
    for service, usual in PORTS.items():
        name = f"{service.upper()}_PORT"
        written = environment.get(name) or str(usual)
        if not written.isdecimal() or not 0 < int(written) < 65536:
            raise LaunchError(f"{name}={written} is not a port.")
        found[service] = int(written)
    return found


def addresses(environment: Mapping[str, str]) -> dict[str, str]:
    """The base URL of each service."""
    return {service: f"http://{LOOPBACK}:{port}" for service, port in ports(environment).items()}


def refuse_taken_ports(environment: Mapping[str, str]) -> None:
    """Raises LaunchError if a port is taken, naming the setting that changes it."""
    for service, port in ports(environment).items():
        if not is_free(port):
            name = f"{service.upper()}_PORT"
            raise LaunchError(f"Port {port} on {LOOPBACK} is taken by another program; {name} moves {service}.")


def settings_of(
    environment: Mapping[str, str], *, databases: Mapping[str, str], log_url: str, keys: Path
) -> dict[str, str]:
    """The settings of a run, as the services read them from their environment."""
    settings = {f"{service.upper()}_DATABASE_URL": url for service, url in databases.items()}
    settings |= {f"{service.upper()}_PORT": str(port) for service, port in ports(environment).items()}
    named = environment.get("ASSESSMENT_PUBLIC_URL")
    settings["ASSESSMENT_PUBLIC_URL"] = named or addresses(environment)["assessment"]
    settings |= {f"{service.upper()}_HOST": LOOPBACK for service in PORTS}
    settings["SKILLS_SANDBOX_PEOPLE"] = str(keys.parent / "people.json")
    settings["SKILLS_PAGE_ADDRESSES"] = environment.get("SKILLS_PAGE_ADDRESSES") or json.dumps(addresses(environment))
    return settings | {"SKILLS_LOG_URL": log_url, "SKILLS_KEYS_DIRECTORY": str(keys)}


def write_settings(file: Path, settings: Mapping[str, str]) -> None:
    """Write `settings` to a file for a shell to source. It contains a password, so only its owner may read it."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(settings.items())]
    file.write_text("".join(lines), encoding="utf-8")


def write_addresses(file: Path, where: Mapping[str, str]) -> None:
    """Write the services' base URLs to a file for a shell to source: REGISTRY=http://… and so on."""
    file.write_text("".join(f"{service.upper()}={url}\n" for service, url in where.items()), encoding="ascii")


def start(command: Command, settings: Mapping[str, str], logs: Path) -> Child:
    """Start a command of a service; its output goes to a file named after it."""
    words = [*ending_with_parent(signal.SIGTERM), sys.executable, "-m", f"services.{command.service}", *command.words]
    serves = command.words[0] == "serve"
    log = logs / (f"{command.service}.log" if serves else f"{command.service}.{command.words[0]}.log")
    return Child(words, log=log, cwd=ROOT, environment={**os.environ, **settings})


def run_all(commands: Sequence[Command], settings: Mapping[str, str], logs: Path) -> None:
    """Run commands in parallel until they end. Raises LaunchError, with the last log lines, if one fails."""
    children = {command: start(command, settings, logs) for command in commands}
    try:
        while any(child.alive for child in children.values()):
            time.sleep(POLL_SECONDS)
    finally:
        stop_all(list(children.values()))
    for command, child in children.items():
        if child.exit_code != 0:
            raise LaunchError(f"`python -m services.{command}` failed.\n{child.tail()}")


def stop_all(children: Sequence[Child]) -> None:
    """Send SIGTERM to all of them, and wait until they have ended."""
    for child in children:
        if child.alive:
            os.kill(child.pid, signal.SIGTERM)
    for child in children:
        child.stop(signal.SIGTERM, seconds_max=STOP_SECONDS_MAX)


def refuse_dead(children: Mapping[str, Child]) -> None:
    """Raises LaunchError, with the last log lines, if a service is no longer running."""
    for service, child in children.items():
        if not child.alive:
            raise LaunchError(
                f"The {service} service has ended by itself (exit code {child.exit_code}).\n{child.tail()}"
            )


async def wait_ready(children: Mapping[str, Child], where: Mapping[str, str]) -> None:
    """Return once every service is ready. Raises LaunchError if one exits or does not answer."""
    deadline = time.monotonic() + START_SECONDS_MAX
    async with httpx.AsyncClient(timeout=5) as http:
        for service, child in children.items():
            while not await _is_ready(http, where[service]):
                refuse_dead(children)
                if time.monotonic() > deadline:
                    raise LaunchError(f"{service} was not ready within {START_SECONDS_MAX:.0f} s.\n{child.tail()}")
                await asyncio.sleep(POLL_SECONDS)


async def _is_ready(http: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await http.get(f"{address}/health/ready")).status_code == 200
    except httpx.TransportError:
        return False
