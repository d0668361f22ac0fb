"""The ten minutes of the README, a roster from a spreadsheet, a device's marks, and exams up to verified certificates:
word for word, on a running system.
"""

from __future__ import annotations

import os
import re
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
PAGES = ("rosters.md", "attendance.md", "calling-the-api.md")
EXAMS = "exams.md"
CERTIFIED = ("何示例", "吴示例")
"""Whom the centre certified by requests, and whom its clerk did from spreadsheets that were mended."""


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
    ("arguments", "pages"),
    [
        pytest.param((), (*PAGES, EXAMS), id="make up"),
        pytest.param(("--samples",), PAGES, id="make run"),
        pytest.param(("--log", "kafka"), PAGES, id="make up LOG=kafka", marks=pytest.mark.kafka),
    ],
)
def test_its_commands_end_with_one_training_a_mended_roster_and_certificates(
    tmp_path: Path, arguments: tuple[str, ...], pages: tuple[str, ...]
) -> None:
    if "kafka" in arguments:
        require_kafka()
    ports = {service: free_port() for service in PORTS}
    moved = {f"{service.upper()}_PORT": str(port) for service, port in ports.items()}
    environment = {**os.environ, **moved, "SKILLS_LOCAL": str(tmp_path)}
    # The other pages leave files where they are run, so they are run beside the clone.
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    of_the_clone = f'make() {{ command make --no-print-directory -C "{ROOT}" "$@"; }}\nexport PYTHONPATH="{ROOT}"\n'
    script = f'{of_the_clone}{commands()}cd "$SKILLS_LOCAL"\n{"".join(map(commands_of, pages))}'

    with runner(environment, *arguments) as system:
        read_until(system, "Ctrl-C stops everything")
        metrics = f"http://127.0.0.1:{ports['metrics']}"
        before = counted(metrics)
        done = subprocess.run(
            ["bash", "-eu", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        added = added_to(before, metrics)
        if EXAMS in pages:
            require_certified(done, f"http://127.0.0.1:{ports['assessment']}", tmp_path)

    assert '"code": "identity-wrong-check-digit"' in done.stdout
    for told in (
        '"code": "wrong-role"', '"code": "unknown-parameter"', "idempotent-replayed: true", '"dry_run": true',
        '"code": "broken-line"', '"code": "malformed-request"', '"code": "unsupported-media-type"',
    ):  # fmt: skip
        assert told in done.stdout
    assert '"status": "completed"' in done.stdout
    assert [line.strip() for line in done.stdout.splitlines() if '"rows_total"' in line] == ['"rows_total": 4,'] * 2 + [
        '"rows_total": 2,'
    ] * 2 + (['"rows_total": 3,', '"rows_total": 1,'] if EXAMS in pages else [])
    assert '"roster-class-unknown"' in done.stdout
    assert '"repeated": 3,' in done.stdout
    assert [line.strip() for line in done.stdout.splitlines() if '"total_hours"' in line] == ['"total_hours": 4']
    assert added == ADDED
    if "--samples" in arguments:
        with runner(environment, "--samples", "--once") as again:
            said, _ = again.communicate()
        assert again.returncode == 0, said
        assert "totals equal the hand count of the sample and what was there beside it" in said


def require_certified(done: subprocess.CompletedProcess[str], assessment: str, place: Path) -> None:
    """Check that everybody can verify both certificates, and that what was wrong on the way was refused."""
    said = done.stdout
    numbers = re.findall(r'"number": "(\w+)",\s+"status": "valid",\s+"is_current"', said)
    assert len(numbers) == len(CERTIFIED), said
    for number, name in zip(numbers, CERTIFIED, strict=True):
        answer = httpx.post(f"{assessment}/v1/verifications", json={"number": number, "name": name})
        assert (answer.status_code, answer.json()["status"]) == (200, "valid")
    for refused in ("not-eligible", "identity-wrong-check-digit", "cell-unfit", "poster-concludes"):
        assert f'"code": "{refused}"' in said
    assert (place / "certificate.pdf").read_bytes().startswith(b"%PDF-")
    assert done.stderr.count('"event":"chain.verified"') == 2
    assert '"type": "BitstringStatusListEntry"' in said, "the credential was checked by its key"


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
