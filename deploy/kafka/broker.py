"""A single Apache Kafka broker on this machine: broker and controller in one process, on loopback only."""

from __future__ import annotations

import asyncio
import base64
import fcntl
import logging
import os
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy.kafka.jars import fetched, java
from deploy.local import LOCAL
from deploy.local.processes import (
    LOOPBACK,
    Child,
    LaunchError,
    LocalServer,
    ending_with_parent,
    free_port,
    is_free,
    wait_until,
)
from shared.backbone.kafka import KafkaLog

HERE: Final = Path(__file__).resolve().parent
START_SECONDS_MAX: Final = 60.0
STOP_SECONDS_MAX: Final = 30.0

PROPERTIES: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
# The log is the source of truth: nothing in it ever expires.
log.retention.ms=-1
log.retention.bytes=-1
# The single broker holds the only replica.
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
# A killed broker can register again only after its old session has expired; the default of 9 s slows every crash test.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""


class Broker(LocalServer):
    """A broker with its storage in one directory. Use it as a context manager, or pair `start` with `stop`.

    After `kill` or `stop`, `start` serves the same storage on the same port again.
    """

    stop_signal = signal.SIGTERM
    stop_seconds_max = STOP_SECONDS_MAX

    def __init__(self, directory: Path, port: int | None = None, *, libraries: Path = LOCAL / "kafka" / "libs") -> None:
        """`port` None picks a free one and keeps it across restarts; `libraries` is the directory for the jars."""
        self.directory = directory.resolve()
        self.libraries = libraries.resolve()
        self._port = port

    @staticmethod
    def missing(libraries: Path = LOCAL / "kafka" / "libs") -> str | None:
        """One sentence naming what this machine lacks for a broker, or None. Downloads the jars if they are absent."""
        try:
            java()
            _fetch(libraries)
        except LaunchError as error:
            return str(error).splitlines()[0]
        return None

    @property
    def bootstrap(self) -> str:
        assert self._port is not None, "the port is chosen by start()"
        return f"{LOOPBACK}:{self._port}"

    def start(self) -> None:
        """Download the jars and format the storage if needed; return once the broker answers metadata requests.

        Raises LaunchError if something is missing, the port is taken, or the broker exits or does not answer.
        """
        assert not self.alive, "already started"
        self._refuse_rival()
        run = [java(), "-cp", f"{_fetch(self.libraries)}/*"]
        self._choose_port()
        self.directory.mkdir(parents=True, exist_ok=True)
        settings = self._write_settings()
        if not (self.directory / "data" / "meta.properties").exists():
            self._format(run, settings)
        options = ["-Xmx512m", "-XX:-UsePerfData", f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}"]
        command = [*ending_with_parent(signal.SIGTERM), *run, *options, "kafka.Kafka", str(settings)]
        log = self.directory / "server.log"
        self._child = Child(command, log=log, cwd=self.directory, environment=dict(os.environ))
        with _silent_client():
            wait_until(self._answers, self._child, name="Kafka", limit=START_SECONDS_MAX)

    @property
    def is_served(self) -> bool:
        """Whether another process serves this storage."""
        lock = self.directory / "data" / ".lock"
        if not lock.exists():
            return False
        with lock.open("r+b") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # released when the file is closed
            except OSError:
                return True
        return False

    def _refuse_rival(self) -> None:
        if self.is_served:
            raise LaunchError(f"The broker in {self.directory} is already running.")

    def _choose_port(self) -> None:
        # A port that was chosen before is kept, because clients know it.
        if self._port is None:
            self._port = free_port()
        elif not is_free(self._port):
            raise LaunchError(f"Port {self._port} on {LOOPBACK} is taken by another program.")

    def _write_settings(self) -> Path:
        settings = self.directory / "server.properties"
        text = PROPERTIES.format(
            host=LOOPBACK, port=self._port, controller_port=free_port(), data=self.directory / "data"
        )
        settings.write_text(text, encoding="utf-8")
        return settings

    def _format(self, java: list[str], settings: Path) -> None:
        identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={identity}", "--ignore-formatted"]
        command = [*java, *tool, "--config", str(settings)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LaunchError(f"Kafka could not format its storage in {self.directory}.\n{done.stderr.strip()}")

    async def _answers(self) -> bool:
        """Whether the broker lists itself in its metadata; an open port does not mean that it is ready."""
        try:
            async with asyncio.timeout(2):
                await KafkaLog(self.bootstrap).ends([])
        except (OSError, TimeoutError):
            return False
        return True


def _fetch(libraries: Path) -> Path:
    """The folder with the broker's jars. Raises LaunchError."""
    return fetched(HERE / "pom.xml", libraries)


@contextmanager
def _silent_client() -> Iterator[None]:
    """Suppress the client's reports about connection attempts while the broker is starting."""
    logger = logging.getLogger("aiokafka")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
