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
from tests.support.kafka import require_kafka
from tests.system.test_run import read_until, runner

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("run")]

START = "make up\n"
SECONDS_MAX = 10.0
ADDED = (2, 1)
"""In training, trainings: whom the spreadsheets enrolled in a class that started, and who was trained before."""
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
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="make up"),
        pytest.param(("--samples",), id="make run"),
        pytest.param(("--log", "kafka"), id="make up LOG=kafka", marks=pytest.mark.kafka),
    ],
)
def test_its_commands_end_with_one_training_and_a_mended_roster(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    if "kafka" in arguments:
        require_kafka()
    ports = {service: free_port() for service in PORTS}
    moved = {f"{service.upper()}_PORT": str(port) for service, port in ports.items()}
    environment = {**os.environ, **moved, "SKILLS_LOCAL": str(tmp_path)}
    # The other pages leave files where they are run.
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    following = "".join(map(commands_of, ("rosters.md", "attendance.md", "calling-the-api.md")))
    script = f'{commands()}cd "$SKILLS_LOCAL"\n{following}'

    with runner(environment, *arguments) as system:
        read_until(system, "Ctrl-C stops everything")
        metrics = f"http://127.0.0.1:{ports['metrics']}"
        before = counted(metrics)
        done = subprocess.run(
            ["bash", "-eu", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        added = added_to(before, metrics)

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
    assert added == ADDED
    if "--samples" in arguments:
        with runner(environment, "--samples", "--once") as again:
            said, _ = again.communicate()
        assert again.returncode == 0, said
        assert "totals equal the hand count of the sample and what was there beside it" in said


def counted(metrics: str) -> tuple[int, int]:
    """How many are in training, and how many trainings there are."""
    total = httpx.get(f"{metrics}/v1/totals", params={"by": ""}).raise_for_status().json()["total"]
    return total["in_training"], total["trainings"]


def added_to(before: tuple[int, int], metrics: str) -> tuple[int, int]:
    """What came to the totals, once it is as it must be; the last that was seen if that does not come."""
    deadline = time.monotonic() + SECONDS_MAX
    while True:
        in_training, trainings = counted(metrics)
        added = (in_training - before[0], trainings - before[1])
        if added == ADDED or time.monotonic() > deadline:
            return added
