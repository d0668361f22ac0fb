"""The ten minutes of the README, a roster from a spreadsheet, a device's marks: word for word, on a running system."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from deploy.local.processes import free_port
from deploy.local.services import PORTS
from tests.docs.markdown import ROOT, blocks
from tests.system.test_run import read_until, runner

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("run")]

START = "make up\n"
SECONDS_MAX = 10.0
ENDS_WITH = (2, 1)
"""Whom the spreadsheets enrolled in the class that started, and the one who has been trained before."""
TOOLS = ("bash", "curl", "make")


def commands() -> str:
    """The blocks after the one that starts the system, up to the last one that asks for totals."""
    texts = [block.text for block in blocks(ROOT / "README.md") if block.language == "bash"]
    after = texts[texts.index(START) + 1 :]
    last = max(place for place, text in enumerate(after) if "/v1/totals" in text)
    return "".join(after[: last + 1])


def commands_of(page: str) -> str:
    """Those of a page of docs/, which goes on from there."""
    return "".join(block.text for block in blocks(ROOT / "docs" / page) if block.language == "bash")


@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}")
def test_its_commands_end_with_one_training_and_a_mended_roster(tmp_path: Path) -> None:
    ports = {service: free_port() for service in PORTS}
    moved = {f"{service.upper()}_PORT": str(port) for service, port in ports.items()}
    environment = {**os.environ, **moved, "SKILLS_LOCAL": str(tmp_path)}
    # The other pages leave files where they are run.
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    following = "".join(map(commands_of, ("rosters.md", "attendance.md", "calling-the-api.md")))
    script = f'{commands()}cd "$SKILLS_LOCAL"\n{following}'
    for service, port in PORTS.items():
        script = script.replace(str(port), str(ports[service]))

    with runner(environment) as system:
        read_until(system, "Ctrl-C stops everything")
        done = subprocess.run(
            ["bash", "-eu", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        total = final_total(f"http://127.0.0.1:{ports['metrics']}")

    assert '"code": "identity-wrong-check-digit"' in done.stdout
    for told in (
        '"code": "wrong-role"', '"code": "unknown-parameter"', "idempotent-replayed: true", '"dry_run": true',
        '"code": "broken-line"', '"code": "malformed-request"', '"code": "unsupported-media-type"',
    ):  # fmt: skip
        assert told in done.stdout
    assert '"status": "completed"' in done.stdout
    assert [line.strip() for line in done.stdout.splitlines() if '"rows_total"' in line] == ['"rows_total": 4,'] * 2 + [
        '"rows_total": 2,'
    ] * 2
    assert '"roster-class-unknown"' in done.stdout
    assert '"repeated": 3,' in done.stdout
    assert [line.strip() for line in done.stdout.splitlines() if '"total_hours"' in line] == ['"total_hours": 4']
    assert (total["in_training"], total["trainings"]) == ENDS_WITH


def final_total(metrics: str) -> dict[str, int]:
    """The total once it is as it must be; the last one that was answered if that does not come."""
    deadline = time.monotonic() + SECONDS_MAX
    while True:
        answer = httpx.get(f"{metrics}/v1/totals", params={"by": ""}).raise_for_status()
        total: dict[str, int] = answer.json()["total"]
        if (total["in_training"], total["trainings"]) == ENDS_WITH or time.monotonic() > deadline:
            return total
