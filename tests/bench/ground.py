"""What every benchmark stands on: a durable PostgreSQL, services as processes of their own, and a way to print."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from deploy.local import issuer
from deploy.local.postgres import Postgres
from deploy.local.processes import free_port
from shared.kernel.callers import Role

PLAN = Path("deploy/plans/henan-2025")
SERVICES = ("registry", "assessment", "subsidy", "metrics")
HTTP_PROCESSES = os.cpu_count() or 1
"""As many processes as there are processors share the port where HTTP is served alone, as on a machine of its own."""
NO_CONNECTION_KEPT = httpx.Limits(max_keepalive_connections=0)
"""A connection for each request: the kernel gives a new one to a process by chance, and of a few that stay, most may
belong to the same process for the whole run."""


@dataclass
class Ground:
    """A PostgreSQL with the durability that `make run` has, keys, and the address of the log."""

    postgres: Postgres
    directory: Path
    log_url: str
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def keys(self) -> Path:
        return self.directory / "keys"

    def environment(self) -> Mapping[str, str]:
        """What a service process is told."""
        told = dict(os.environ) | {"SKILLS_LOG_URL": self.log_url, "SKILLS_KEYS_DIRECTORY": str(self.keys)}
        told["SKILLS_LOG_LEVEL"] = "warning"
        for service in SERVICES:
            told[f"{service.upper()}_DATABASE_URL"] = self.postgres.url(service)
            told[f"{service.upper()}_PORT"] = str(self.ports.setdefault(service, free_port()))
            told[f"{service.upper()}_HTTP_PROCESSES"] = str(HTTP_PROCESSES)
        return told

    def run(self, service: str, *command: str) -> None:
        """Run a command of a service to its end."""
        subprocess.run([sys.executable, "-m", f"services.{service}", *command], check=True, env=self.environment())

    @contextmanager
    def process(self, service: str, command: str) -> Iterator[subprocess.Popen[bytes]]:
        """A service's process while the context lasts; returns once it is ready."""
        child = subprocess.Popen([sys.executable, "-m", f"services.{service}", command], env=self.environment())
        try:
            if command != "worker":
                self.wait_ready(service)
            yield child
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(10)

    @contextmanager
    def processes(self, service: str) -> Iterator[tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]]:
        """A service as where there is much to do: HTTP in as many processes as there are processors, and its worker."""
        with self.process(service, "api") as http, self.process(service, "worker") as worker:
            yield http, worker

    def wait_ready(self, service: str) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url(service)}/health/ready").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError(service)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def headers(self, role: Role, **who: str) -> dict[str, str]:
        token = issuer.issue(
            self.keys,
            person=who.get("person", "bench"),
            organisation=who.get("organisation"),
            role=role,
            region=who.get("region"),
            hours=2,
            now=datetime.now(UTC),
        )
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def ground(*, kafka: str | None = None) -> AsyncGenerator[Ground]:
    """Fresh databases for all services; the log is on the brokers at `kafka`, or embedded."""
    with TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        issuer.make_keys(directory / "keys")
        postgres = Postgres(directory / "postgres")
        with postgres:
            for database in (*SERVICES, "log"):
                await postgres.create_database(database)
            yield Ground(postgres, directory, f"kafka://{kafka}" if kafka else postgres.url("log"))
        postgres.erase()


def report(
    name: str, figure: float, unit: str, *, raw: float | None = None, of: str = "", floor: float | None = None
) -> None:
    """Print one line: the figure, and what share it is of the raw limit measured beside it."""
    share = f"  = {figure / raw:5.2f} of {of} ({raw:,.0f})" if raw else ""
    bound = f"  (floor {floor:,.0f})" if floor else ""
    print(f"{name:<44}{figure:>12,.0f} {unit}{share}{bound}", flush=True)
