"""A service as it is started anywhere, on its default settings and without a proxy, for others to attack."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID, uuid4

import pytest

from deploy.local import ROOT
from deploy.local.postgres import Postgres
from deploy.local.processes import LOOPBACK, Child, free_port, wait_until
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.support.services import Tokens

PEAK_BYTES_MAX: Final = 400_000_000
ANSWERED_SECONDS_MAX: Final = 1.0
"""Within which everybody else is answered during an attack, beyond what a bare server takes on the same machine."""
BARE: Final = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Bare(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Bare)
print(server.server_port, flush=True)
server.serve_forever()
"""
"""A server that does nothing and that nobody attacks: a machine that runs other tests makes it wait as well."""
PROVINCE: Final = "410000"
SMALL_ROUTE: Final = {
    "registry": "/v1/regions", "subsidy": "/v1/policy-rows", "assessment": "/v1/pass-rules", "metrics": "/v1/plans",
}  # fmt: skip
"""A list that anybody else goes on asking for."""


class Answer(NamedTuple):
    """An answer as it came over a raw socket."""

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The code of the problem."""
        assert self.fields["content-type"] == "application/problem+json", self
        return str(json.loads(self.body)["code"])


@dataclass(frozen=True)
class Attacked:
    """A service's process, its address, and who may call it."""

    name: str
    child: Child
    port: int
    tokens: Tokens
    log: Path

    def officer(self, person: str = "somebody") -> dict[str, str]:
        """The headers of an officer of the province."""
        return self.tokens.of(Role.PROVINCE, person=person, region=PROVINCE)

    def institution(self, organisation: UUID | None = None, *, person: str = "somebody") -> dict[str, str]:
        """The headers of a clerk of an institution that is not registered, or of `organisation`."""
        return self.tokens.of(Role.INSTITUTION, person=person, organisation=organisation or new_id(), region="410102")

    @contextmanager
    def connection(self, *, seconds: float = 30) -> Iterator[socket.socket]:
        """A connection over which anything may be sent."""
        with socket.create_connection((LOOPBACK, self.port), timeout=seconds) as opened:
            yield opened

    def of(self, role: Role, *, person: str = "somebody") -> dict[str, str]:
        """The headers of a caller of `role`, of an organisation that is not registered if they need one."""
        region = PROVINCE if role is Role.PROVINCE else "410102"
        return self.tokens.of(role, person=person, organisation=new_id(), region=region)

    def ask(self, path: str = "", *, seconds: float = 30, headers: Mapping[str, str] | None = None) -> int:
        """The status of an answer to a GET over a new connection: of `path`, or of a small list."""
        return status_of(self.port, path or SMALL_ROUTE[self.name], headers or self.officer("a bystander"), seconds)

    @property
    def peak_bytes(self) -> int:
        """The most memory that the process has had since `forget_peak`."""
        status = Path(f"/proc/{self.child.pid}/status").read_text(encoding="ascii")
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024

    def forget_peak(self) -> None:
        """Let `peak_bytes` count from now."""
        Path(f"/proc/{self.child.pid}/clear_refs").write_text("5", encoding="ascii")

    @property
    def processor_seconds(self) -> float:
        """The processor time that the process has used."""
        words = Path(f"/proc/{self.child.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def connections(self) -> int:
        """The sockets that the process has open."""
        found = 0
        for each in Path(f"/proc/{self.child.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found += each.readlink().name.startswith("socket:")
        return found


def status_of(port: int, path: str, headers: Mapping[str, str], seconds: float) -> int:
    """The status of an answer to a GET over a new connection."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=seconds)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer.status


def answer_of(connection: socket.socket) -> Answer:
    """The next answer on `connection`, read to its end."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    body = answer.read()
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)


def is_closed(connection: socket.socket, *, seconds: float) -> bool:
    """Whether the service closes `connection` within that time; what it sends until then is dropped."""
    connection.settimeout(seconds)
    try:
        while connection.recv(65_536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


@dataclass
class Bystander:
    """Somebody else, who goes on asking for a small list, and the bare server at `bare` each time as well."""

    service: Attacked
    bare: int
    seconds: list[float] = field(default_factory=list)
    seconds_bare: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def slowest(self) -> float:
        """The longest that an answer took beyond the longest of the bare server."""
        return max(self.seconds) - max(self.seconds_bare)

    def run(self) -> None:
        headers = self.service.officer("a bystander")
        while True:
            began = time.monotonic()
            try:
                self.statuses.add(self.service.ask(headers=headers))
            except OSError:
                self.statuses.add(0)
            answered = time.monotonic()
            status_of(self.bare, "/", {}, 30)
            self.seconds.append(answered - began)
            self.seconds_bare.append(time.monotonic() - answered)
            if self._ended.wait(0.05):
                return

    def end(self) -> None:
        self._ended.set()


@contextmanager
def bare_server() -> Iterator[int]:
    """The port of a bare server in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", BARE], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def nobody_else_notices(service: Attacked) -> Generator[Bystander]:
    """Everybody else is answered within a second meanwhile, and the process's memory stays within its bound."""
    service.forget_peak()
    with bare_server() as bare:
        bystander = Bystander(service, bare)
        thread = threading.Thread(target=bystander.run)
        thread.start()
        try:
            yield bystander
        finally:
            bystander.end()
            thread.join()
    assert bystander.statuses == {200}
    assert bystander.slowest < ANSWERED_SECONDS_MAX
    assert service.peak_bytes < PEAK_BYTES_MAX


@contextmanager
def serving(name: str, postgres: Postgres, keys: Path, directory: Path) -> Iterator[Attacked]:
    """The service `name` as a process with databases of its own, its worker beside it."""
    databases = {each: f"hostile_{each}_{uuid4().hex[:8]}" for each in (name, "log")}
    for each in databases.values():
        asyncio.run(postgres.create_database(each))
    port = free_port()
    settings = os.environ | {
        f"{name.upper()}_DATABASE_URL": postgres.url(databases[name]),
        f"{name.upper()}_PORT": str(port),
        "SKILLS_LOG_URL": postgres.url(databases["log"]),
        "SKILLS_KEYS_DIRECTORY": str(keys),
    }
    python = [sys.executable, "-m", f"services.{name}"]
    subprocess.run([*python, "migrate"], cwd=ROOT, env=settings, check=True, capture_output=True)
    log = directory / f"{name}.log"
    child = Child([*python, "serve"], log=log, cwd=ROOT, environment=settings)
    service = Attacked(name, child, port, Tokens(keys), log)
    try:

        async def is_ready() -> bool:
            with contextlib.suppress(OSError):
                return await asyncio.to_thread(service.ask, "/health/ready") == 200
            return False

        wait_until(is_ready, child, name=name, limit=60)
        yield service
    finally:
        child.stop(signal.SIGTERM, seconds_max=15)


@pytest.fixture(scope="session")
def another(
    request: pytest.FixtureRequest, postgres: Postgres, keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Attacked]:
    """The service that the test names by its parameter."""
    with serving(request.param, postgres, keys, tmp_path_factory.mktemp("hostile")) as service:
        yield service


@pytest.fixture(scope="session")
def registry(postgres: Postgres, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    with serving("registry", postgres, keys, tmp_path_factory.mktemp("hostile")) as service:
        yield service
