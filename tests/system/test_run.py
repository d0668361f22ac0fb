"""`make run` for real: four services as processes, the sample over REST, totals as counted by hand."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import ROOT, issuer
from deploy.local.accounts import homes
from deploy.local.processes import free_port, is_free
from deploy.local.services import PORTS, ports
from shared.kernel.credit_code import check_character
from tests.hostile.requests.secrets import Posted, dumped, places_of
from tests.registry.school import filing
from tests.support.kafka import require_kafka

EVERYBODY = Posted(numbers={"41999919", "41999920"}, phones={"1990000"}, names={"样例〇"})
"""What everybody in the sample has in their number, phone and name."""

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("run")]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """A data directory and ports of its own."""
    moved = {f"{service.upper()}_PORT": str(free_port()) for service in PORTS}
    return {**os.environ, **moved, "SKILLS_LOCAL": str(tmp_path)}


@contextmanager
def runner(settings: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "deploy.local.runner", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=pipe, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What the process says up to and with the line that has `words`."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if words in line:
            return "".join(said)
    raise AssertionError("".join(said))


def find_pid(service: str, settings: Mapping[str, str]) -> int | None:
    """The process of a service: the one that was started with that service's port."""
    port = f"{service.upper()}_PORT={settings[f'{service.upper()}_PORT']}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            environment = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile, or is not ours
        if f"services.{service}".encode() in words and port in environment:
            return int(process.name)
    return None


def all_ports_are_free(settings: Mapping[str, str]) -> bool:
    return all(is_free(port) for port in ports(settings).values())


def wait_until_services_are_gone(settings: Mapping[str, str]) -> None:
    """Return once no process of a service is left."""
    deadline = time.monotonic() + 20
    while any(find_pid(service, settings) for service in PORTS):
        assert time.monotonic() < deadline, "a service has outlived its runner"
        time.sleep(0.05)


def test_the_sample_comes_out_as_counted_by_hand_also_when_posted_again_and_shows_nobody(
    settings: dict[str, str], tmp_path: Path
) -> None:
    with runner(settings, "--samples", "--once") as process:
        said, _ = process.communicate()

    assert process.returncode == 0, said
    assert "totals equal the hand count" in said
    assert all_ports_are_free(settings)
    with runner(settings, "--samples") as process:
        again = read_until(process, "Ctrl-C stops everything")
        pace = httpx.get(f"http://127.0.0.1:{settings['METRICS_PORT']}/v1/pace").json()
        kept = files_of(tmp_path) | asyncio.run(dumped_of(databases_of(tmp_path / "services.env")))
    assert "totals equal the hand count" in again
    # Bars, pace and forecast mean something on the first day: a plan marked as a sample, and regions that are behind.
    assert "示例" in pace["plan"]["name_zh"]
    assert [row["key"] for row in pace["rows"] if row["alert"]] == ["411300", "411600", "410100"]
    assert all(row["behind_since"] and row["forecast"] for row in pace["rows"][:3])
    kept["output"] = f"{said} {again}".encode()
    assert len(kept) > 500
    assert places_of(EVERYBODY, kept) == []


def files_of(home: Path) -> dict[str, bytes]:
    """All files of a run but the server's own."""
    files = [file for file in home.rglob("*") if file.is_file() and (home / "postgres") not in file.parents]
    return {str(file.relative_to(home)): file.read_bytes() for file in files}


def databases_of(environment: Path) -> dict[str, str]:
    """The addresses of all databases of a run, by their settings' names."""
    told = environment.read_text(encoding="utf-8")
    urls = {name: url.strip("'\"") for name, url in re.findall(r"(\w+_(?:DATABASE|LOG)_URL)=(\S+)", told)}
    assert len(urls) == len(PORTS) + 1
    return urls


async def dumped_of(urls: dict[str, str]) -> dict[str, bytes]:
    """All columns of the databases at `urls`."""
    return {f"{name} {place}": piece for name, url in urls.items() for place, piece in (await dumped(url)).items()}


def test_a_service_that_dies_ends_the_run_and_its_last_words_are_shown(settings: dict[str, str]) -> None:
    with runner(settings) as process:
        read_until(process, "Ctrl-C stops everything")
        pid = find_pid("subsidy", settings)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        said, _ = process.communicate()

    assert process.returncode == 1
    assert "The subsidy service has ended by itself (exit code -9)." in said
    assert all_ports_are_free(settings)


def test_a_postgresql_that_dies_is_started_again_once_with_all_that_was_accepted(
    settings: dict[str, str], tmp_path: Path
) -> None:
    # The run's own server: its settings are the durable ones, unlike those of the other tests' servers.
    with runner(settings) as process:
        read_until(process, "Ctrl-C stops everything")
        accepted = register_until_refused(settings, lambda: kill_postgres(tmp_path))
        read_until(process, "PostgreSQL answers again")
        wait_until_ready(settings)
        assert accepted <= registered(settings)
        kill_postgres(tmp_path)
        said, _ = process.communicate()

    assert len(accepted) > 20

    assert process.returncode == 1
    assert "PostgreSQL has ended by itself for the second time." in said
    assert all_ports_are_free(settings)


@pytest.mark.kafka
def test_a_broker_that_dies_is_started_again_once_with_all_that_was_accepted(
    settings: dict[str, str], tmp_path: Path
) -> None:
    require_kafka()
    with runner(settings, "--log", "kafka") as process:
        read_until(process, "Ctrl-C stops everything")
        with registry_of(settings) as registry:
            clerk = registry.post("/v1/institutions", json=particulars(1)).raise_for_status().json()["id"]
        before = applied(settings)
        os.kill(find_broker(tmp_path), signal.SIGKILL)
        # No broker is in the path of a request.
        filed = file_classes(settings, clerk, range(10))
        read_until(process, "Kafka answers again")
        filed += file_classes(settings, clerk, range(10, 20))
        wait_until_applied(settings, before + 20)
        os.kill(find_broker(tmp_path), signal.SIGKILL)
        said, _ = process.communicate()

    assert filed == [201] * 20
    assert process.returncode == 1
    assert "Kafka has ended by itself for the second time." in said
    assert all_ports_are_free(settings)


def find_broker(home: Path) -> int:
    """The process of the broker whose storage is there."""
    ours = str(home / "kafka" / "server.properties").encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile
        if b"kafka.Kafka" in words and ours in words:
            return int(process.name)
    raise AssertionError("there is no broker")


def file_classes(settings: Mapping[str, str], institution_id: str, numbers: range) -> list[int]:
    """The answers to filing so many classes."""
    with client_of(settings, "registry", person="li", organisation=institution_id, role="institution") as registry:
        return [
            registry.post("/v1/classes", json=filing(local_id=f"C{number}", fund_source=None)).status_code
            for number in numbers
        ]


def applied(settings: Mapping[str, str]) -> int:
    """The number of facts that metrics has applied."""
    with client_of(settings, "metrics", person="wang", role="province", region="410000") as metrics:
        as_of = metrics.get("/v1/totals").raise_for_status().json()["as_of"]
    return sum(topic["facts"] for topic in as_of["topics"].values())


def wait_until_applied(settings: Mapping[str, str], count: int) -> None:
    deadline = time.monotonic() + 60
    while applied(settings) < count:
        assert time.monotonic() < deadline, "metrics hears no more"
        time.sleep(0.1)


def kill_postgres(home: Path) -> None:
    [lock] = {path for place in homes(home / "postgres") for path in place.glob("data/postmaster.pid")}
    os.kill(int(lock.read_text(encoding="ascii").split()[0]), signal.SIGKILL)


def register_until_refused(settings: Mapping[str, str], meanwhile: Callable[[], None]) -> set[str]:
    """Register institutions until one is refused; `meanwhile` happens at the twentieth. Returns the accepted codes."""
    accepted: set[str] = set()
    with registry_of(settings) as registry, ThreadPoolExecutor(1) as aside:
        for serial in range(10_000):
            institution = particulars(serial)
            if registry.post("/v1/institutions", json=institution).status_code != 201:
                return accepted
            accepted.add(institution["credit_code"])
            if serial == 20:
                aside.submit(meanwhile)
    raise AssertionError("nothing happened")


def particulars(serial: int) -> dict[str, str]:
    """Of an institution to register."""
    body = f"52419999MA9{serial:06d}"
    code = body + check_character(body)
    return {"credit_code": code, "name": "示范学校", "kind": "training_school", "region": "410102"}


def registered(settings: Mapping[str, str]) -> set[str]:
    codes: set[str] = set()
    with registry_of(settings) as registry:
        query = {"size": "200"}
        while True:
            page = registry.get("/v1/institutions", params=query).raise_for_status().json()
            codes |= {each["credit_code"] for each in page["rows"]}
            if page["next"] is None:
                return codes
            query["cursor"] = page["next"]


def registry_of(settings: Mapping[str, str]) -> httpx.Client:
    """A client of the registry with the token of a provincial officer."""
    return client_of(settings, "registry", person="wang", role="province", region="410000")


def client_of(settings: Mapping[str, str], service: str, **claims: Any) -> httpx.Client:
    """A client of a service with a token."""
    keys = Path(settings["SKILLS_LOCAL"]) / "keys"
    token = issuer.issue(keys, **({"organisation": None, "region": None} | claims), hours=1, now=datetime.now(UTC))
    address = f"http://127.0.0.1:{settings[f'{service.upper()}_PORT']}"
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def wait_until_ready(settings: Mapping[str, str]) -> None:
    """Return once every service has its database again."""
    deadline = time.monotonic() + 30
    for service in PORTS:
        port = settings[f"{service.upper()}_PORT"]
        while httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code != 200:
            assert time.monotonic() < deadline, f"{service} did not come back"
            time.sleep(0.1)


def test_a_log_that_is_neither_is_refused(settings: dict[str, str]) -> None:
    with runner(settings, "--log", "kafak") as process:
        said, _ = process.communicate()

    assert process.returncode == 2
    assert "'kafak'" in said
    assert "embedded" in said


def test_a_killed_runner_leaves_nothing_behind_and_a_stopped_one_ends_in_good_order(settings: dict[str, str]) -> None:
    with runner(settings) as process:
        read_until(process, "Ctrl-C stops everything")
        process.kill()
        process.communicate()
        wait_until_services_are_gone(settings)

    with runner(settings) as process:
        read_until(process, "Ctrl-C stops everything")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate()

    assert (process.returncode, said.strip()) == (0, "Stopping.")
    assert all_ports_are_free(settings)


def test_a_taken_port_is_said_in_one_sentence_before_anything_starts(settings: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", int(settings["SUBSIDY_PORT"]))), runner(settings) as process:
        said, _ = process.communicate()

    assert process.returncode == 1
    assert (
        said
        == f"Port {settings['SUBSIDY_PORT']} on 127.0.0.1 is taken by another program; SUBSIDY_PORT moves subsidy.\n"
    )
    assert list(tmp_path.iterdir()) == []
