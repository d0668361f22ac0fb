"""Our PostgreSQL launcher: it keeps what was committed, says what is wrong in one sentence, leaves nobody behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.postgres import Postgres, wheel_programs
from deploy.local.processes import LOOPBACK, LaunchError

as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give up its rights")
on_linux_only = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux")


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory() as directory, Postgres.for_tests(Path(directory) / "postgres") as running:
        yield running


async def run(server: Postgres, statement: str, database: str = "postgres") -> object:
    """The first value that the statement gives."""
    connection = await asyncpg.connect(server.url(database))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


class TestStart:
    async def test_it_answers_on_loopback_with_the_settings_given(self, tmp_path: Path) -> None:
        with Postgres.for_tests(tmp_path / "postgres", {"work_mem": "5MB"}) as server:
            assert await run(server, "SHOW listen_addresses") == LOOPBACK
            assert await run(server, "SHOW work_mem") == "5MB"
            assert str(await run(server, "SHOW server_version")).startswith("18")

    async def test_a_wrong_password_is_refused(self, server: Postgres) -> None:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.url("postgres"), password="guessed")

    def test_only_the_owner_can_read_the_password_and_the_log(self, server: Postgres) -> None:
        for name in ("password", "server.log"):
            assert (server.directory / name).stat().st_mode & 0o777 == 0o600

    def test_a_taken_port_is_said_in_one_sentence(self, tmp_path: Path) -> None:
        with socket.create_server((LOOPBACK, 0)) as other:
            port = other.getsockname()[1]

            with pytest.raises(LaunchError, match=rf"^Port {port} on 127\.0\.0\.1 is taken by another program\.$"):
                Postgres(tmp_path / "postgres", port).start()

    @on_linux_only
    def test_a_second_start_names_the_process_that_serves_already(self, server: Postgres) -> None:
        with pytest.raises(LaunchError, match=rf"is already running as process {server.pid}\.$"):
            Postgres(server.directory).start()

    def test_a_server_that_ends_at_once_shows_its_last_words(self, tmp_path: Path) -> None:
        server = Postgres.for_tests(tmp_path / "postgres", {"no_such_setting": "1"})

        with pytest.raises(LaunchError, match=r"ended while starting[\s\S]*no_such_setting"):
            server.start()

        assert not server.alive


class TestRestart:
    async def test_rows_and_address_survive_a_stop(self, server: Postgres) -> None:
        await run(server, "CREATE TABLE kept AS SELECT 1 AS number")
        before = server.url("postgres")

        server.stop()
        server.start()

        assert server.url("postgres") == before
        assert await run(server, "SELECT number FROM kept") == 1

    async def test_committed_rows_survive_a_kill(self, tmp_path: Path) -> None:
        with Postgres(tmp_path / "postgres") as server:
            await run(server, "CREATE TABLE kept (number int)")
            await run(server, "INSERT INTO kept VALUES (1), (2)")

            server.kill()
            assert not server.alive
            server.start()

            assert await run(server, "SELECT count(*) FROM kept") == 2

    async def test_a_lock_left_by_a_dead_server_does_not_block(self, tmp_path: Path) -> None:
        with Postgres.for_tests(tmp_path / "postgres") as server:
            server.kill()
            lock = server.directory / "data" / "postmaster.pid"
            # As after a reboot, when a stranger has got the number: here, the shell that started this test.
            lock.write_text("\n".join([str(os.getppid()), *lock.read_text().splitlines()[1:]]) + "\n")

            Postgres.start(server)

            assert await run(server, "SELECT 1") == 1

    @on_linux_only
    def test_a_server_does_not_outlive_a_runner_that_was_killed(self, tmp_path: Path) -> None:
        directory = tmp_path / "postgres"
        script = (
            "import signal, sys, pathlib; from deploy.local.postgres import Postgres;"
            "Postgres.for_tests(pathlib.Path(sys.argv[1])).start(); print('started', flush=True); signal.pause()"
        )
        root = Path(__file__).parents[2]
        with subprocess.Popen([sys.executable, "-c", script, directory], cwd=root, stdout=subprocess.PIPE) as runner:
            assert runner.stdout is not None
            assert runner.stdout.readline() == b"started\n"
            runner.send_signal(signal.SIGKILL)

        with Postgres.for_tests(directory) as server:  # waits for the other to end, and would name it if it did not
            assert server.alive


class TestDatabases:
    async def test_a_clone_has_the_rows_of_its_template_and_goes_its_own_way(self, server: Postgres) -> None:
        await server.create_database("template_of_test")
        await run(server, "CREATE TABLE number AS SELECT 7 AS value", "template_of_test")

        await server.clone_database("clone_of_test", "template_of_test")
        await run(server, "UPDATE number SET value = 8", "clone_of_test")

        assert await run(server, "SELECT value FROM number", "clone_of_test") == 8
        assert await run(server, "SELECT value FROM number", "template_of_test") == 7

    async def test_creating_and_dropping_may_be_repeated(self, server: Postgres) -> None:
        for _ in range(2):
            await server.create_database("repeated")
        for _ in range(2):
            await server.drop_database("repeated")

        with pytest.raises(asyncpg.InvalidCatalogNameError):
            await run(server, "SELECT 1", "repeated")

    async def test_a_name_that_is_not_plain_is_refused(self, server: Postgres) -> None:
        with pytest.raises(ValueError, match="not a plain database name"):
            await server.create_database('x"; DROP DATABASE postgres; --')


class TestErase:
    def test_nothing_is_left(self, tmp_path: Path) -> None:
        server = Postgres.for_tests(tmp_path / "postgres")
        server.start()

        server.erase()

        assert not server.alive
        assert not server.directory.exists()


@as_root_only
class TestAsRoot:
    async def test_it_runs_where_only_root_may_enter(self, tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        programs = copied_programs(closed)

        with Postgres(closed / "postgres", programs=programs) as server:
            assert await run(server, "SELECT 1") == 1
            assert user_of(server.pid) != 0

        assert closed.stat().st_mode & 0o777 == 0o700

    def test_it_runs_from_a_copy_where_capabilities_are_withheld(self, tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        script = (
            "import sys, pathlib; from deploy.local.postgres import Postgres; "
            "server = Postgres.for_tests(pathlib.Path(sys.argv[1]));"
            "server.start(); server.kill(); server.start(); server.erase()"
        )
        without = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]

        done = subprocess.run(
            [*without, sys.executable, "-c", script, closed / "postgres"],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )

        assert "PostgreSQL lives in /var/tmp/skills-programme-" in done.stderr
        assert done.returncode == 0, done.stderr


def copied_programs(target: Path) -> Path:
    """The wheel's programs, as if the virtual environment lay in `target`."""
    programs = wheel_programs()
    package = programs.parents[1]
    for source in (package, package.with_name(package.name + ".libs")):
        shutil.copytree(source, target / source.name)
    return target / programs.relative_to(package.parent)


def user_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid
