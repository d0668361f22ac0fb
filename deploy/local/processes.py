"""A server program as a foreground child process: started, watched, stopped, and never left behind.

Why foreground: a child that its parent waits for is never taken for alive after it has died. Programs that daemonise
themselves have this problem wherever process 1 reaps slowly.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

LOOPBACK: Final = "127.0.0.1"
TAIL_LINES: Final = 12


class LaunchError(RuntimeError):
    """A server could not be started. The first line of the message gives the reason in one sentence."""


class Child:
    """A running child process that writes its output to its own log file.

    It leads its own session, so that Ctrl-C in a terminal reaches only the runner, which then stops its servers in the
    right order.
    """

    def __init__(self, command: Sequence[str], *, log: Path, cwd: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        if log.exists():
            log.replace(log.with_name(log.name + ".1"))
        with log.open("wb") as output:
            log.chmod(0o600)
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=environment,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """The exit code (negative: the signal that ended the process); None while it runs."""
        return self._process.poll()

    def stop(self, how: signal.Signals, *, seconds_max: float) -> None:
        """Send `how`, wait, and kill the process if it has not ended after `seconds_max`."""
        self._process.send_signal(how)
        try:
            self._process.wait(seconds_max)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill the process, as a crash would, and reap it."""
        self._process.kill()
        self._process.wait()

    def output(self) -> str:
        """Its whole output since it was started."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def tail(self) -> str:
        """The last lines of its output, indented, under the name of the log file."""
        lines = self.output().splitlines()[-TAIL_LINES:]
        return "\n".join([f"  {self.log}:", *(f"    {line}" for line in lines)])


class LocalServer(ABC):
    """A server that runs as one child process. Use it as a context manager, or pair `start` with `stop`."""

    stop_signal: ClassVar[signal.Signals]
    stop_seconds_max: ClassVar[float]
    """How long a clean shutdown may take before the process is killed."""

    _child: Child | None = None

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    @property
    def pid(self) -> int:
        assert self._child is not None, "not started"
        return self._child.pid

    def tail(self) -> str:
        """The last lines of its log."""
        assert self._child is not None, "not started"
        return self._child.tail()

    @abstractmethod
    def start(self) -> None:
        """Start the server, and return once it answers. Raises LaunchError."""

    def stop(self) -> None:
        """Shut the server down cleanly; does nothing if none runs."""
        if self._child is not None:
            self._child.stop(self.stop_signal, seconds_max=self.stop_seconds_max)

    def kill(self) -> None:
        """Kill the server, as a crash would; `start` then recovers its storage."""
        if self._child is not None:
            self._child.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def ending_with_parent(how: signal.Signals) -> list[str]:
    """The words to put before a command so that it receives `how` when its parent dies, even from SIGKILL.

    This is Linux's parent death signal, set by util-linux's `setpriv`; without that program, the list is empty. The
    signal is sent when the *thread* that started the child ends. Start servers from a thread that lives as long as the
    run: the main thread, or an event loop's, not a short-lived worker's.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", how.name.removeprefix("SIG")] if setpriv else []


def wait_until(answers: Callable[[], Coroutine[None, None, bool]], child: Child, *, name: str, limit: float) -> None:
    """Return once `answers` returns True; it is polled for up to `limit` seconds.

    Raises LaunchError, with the last lines of the log, if the child exits, or does not answer and is killed.
    """

    async def ask() -> bool:
        while child.alive and time.monotonic() < deadline:
            if await answers():
                return True
            await asyncio.sleep(0.02)
        return False

    deadline = time.monotonic() + limit
    try:
        # A thread, because the caller may already be inside an event loop.
        with ThreadPoolExecutor(1) as thread:
            if thread.submit(asyncio.run, ask()).result():
                return
        if child.alive:
            raise LaunchError(f"{name} did not answer within {limit:.0f} s.\n{child.tail()}")
        raise LaunchError(f"{name} ended while starting.\n{child.tail()}")
    except BaseException:
        child.kill()
        raise


def free_port() -> int:
    """A currently free port of the loopback address."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def serve(server: LocalServer, describe: Callable[[], str]) -> int:
    """Start a server, print one line about it, and wait for Ctrl-C, SIGTERM or its exit. Returns the exit code."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    try:
        server.start()
    except LaunchError as error:
        print(error)
        return 1
    try:
        print(f"{describe()}  (Ctrl-C stops it)", flush=True)
        while not stopping.wait(0.5):
            if not server.alive:
                print("The server has ended by itself; its log says why.")
                return 1
    finally:
        server.stop()
    return 0
