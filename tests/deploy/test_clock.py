"""How the runner of a system is asked to turn its clock. That it does so, the pages of docs/ try on a running one."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deploy.local import clock
from deploy.local.clock import Turn
from shared.kernel.periods import business_day


def test_a_request_waits_until_the_runner_has_done_it(tmp_path: Path) -> None:
    turn, answers = Turn(["assessment"], date(2026, 3, 10)), list[bool]()
    assert clock.asked(tmp_path) is None

    asking = threading.Thread(target=lambda: answers.append(clock.ask(tmp_path, turn)))
    asking.start()
    while (found := clock.asked(tmp_path)) is None:
        pass
    assert answers == []
    clock.done(tmp_path)
    asking.join()

    assert (found, answers, clock.asked(tmp_path)) == (turn, [True], None)


def test_a_request_that_nobody_does_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "SECONDS_MAX", 0.0)

    assert not clock.ask(tmp_path, Turn(["assessment"], None))
    assert clock.asked(tmp_path) is None


def test_without_a_system_it_says_so_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SKILLS_LOCAL", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["clock", "2026-03-10", "--service", "assessment"])

    assert clock.main() == 1
    assert "No system runs with its data in" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_system_runs_while_all_its_ports_are_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        lines = [f"{name}=http://127.0.0.1:{each.getsockname()[1]}\n" for name, each in (("A", one), ("B", two))]
        (tmp_path / "addresses.env").write_text("".join(lines), encoding="ascii")
        assert clock.runs(tmp_path)
        two.close()
        assert not clock.runs(tmp_path)


def test_the_setting_counts_from_the_business_day() -> None:
    tomorrow = business_day(datetime.now(UTC)) + timedelta(days=1)

    assert clock.setting(tomorrow) == {"SKILLS_CLOCK_OFFSET_DAYS": "1"}
    assert clock.setting(None) == {}
