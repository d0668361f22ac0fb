"""The ten minutes of the README, a roster, a device's marks, a claim with its money: word for word, as they run."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from deploy.local.processes import free_port
from deploy.local.services import PORTS
from tests.docs.books import require_balanced
from tests.docs.markdown import ROOT, blocks
from tests.docs.terminals import pieces, terminal
from tests.support.kafka import require_kafka
from tests.system.test_run import client_of, read_until, runner

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("run")]

START = "make up\n"
SECONDS_MAX = 10.0
ADDED = (2, 1)
"""In training, trainings: whom the spreadsheets enrolled in a class that started, and who was trained before."""
TOOLS = ("bash", "curl", "make")
READY = "Ctrl-C stops everything"
MONEY_SAYS = (
    (
        "70000 None\n" * 3, "\n3 0 C14 培训未完成", "\nC14 refused\n",
        " 洛阳示范家政学校 submitted ", "\nqian\nsecond_review\nsame-person\npublicity\n",
        "洛阳示范家政学校 2 140000 2025-11-20 2025-11-27\n", "The claim is still public",
    ),
    (
        "\n6 approve clock 2025-11-2", "\nsame-person\nconfirmed\n批次号,", '"accepted": 1,', "\npaid\nLY20251128-1\n",
        "\nsame-person\nconfirmed\n70000\n",
    ),
    (
        "\nNone reserve expected reserved 140000 li ", "\n2 approve free committed 70000 clock ",
        "\n2 pay committed paid 70000 zheng ", "\n2 recover paid free 70000 zhao ",
        "\n1 140000 paid 2025-11-28 LY20251128-1\nwu\n", "'ending': '1234'", "} li wu\n",
        "\n2 70000 audit wu zhao\n", "\nTrue\n1\nTrue\n1\n",
        "\n{'committed': 0, 'free': 0, 'paid': 0}\n",
        "\n{'reserved': 0, 'expected': 0, 'committed': 0, 'free': -70000, 'paid': 70000}\n",
    ),
)  # fmt: skip
"""What the commands of a claim say, from each start of the system to the next: its way, its money, its yuan."""


def commands() -> str:
    """The blocks after the one that starts the system, up to the last one that asks for totals."""
    texts = [block.text for block in blocks(ROOT / "README.md") if block.language == "bash"]
    after = texts[texts.index(START) + 1 :]
    last = max(place for place, text in enumerate(after) if "/v1/totals" in text)
    return "".join(after[: last + 1])


def commands_of(page: str) -> str:
    """Those of a page of docs/, which goes on from there."""
    return "".join(block.text for block in blocks(ROOT / "docs" / page) if block.language == "bash")


needs_tools = pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}")


@needs_tools
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="make up"),
        pytest.param(("--log", "kafka"), id="make up LOG=kafka", marks=pytest.mark.kafka),
    ],
)
def test_its_commands_end_with_one_training_and_a_mended_roster(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    if "kafka" in arguments:
        require_kafka()
    environment = environment_of(tmp_path)

    with runner(environment, *arguments) as system:
        read_until(system, READY)
        follow(environment)


@needs_tools
def test_beside_the_sample_a_claim_goes_from_its_quote_to_the_statements_as_well(tmp_path: Path) -> None:
    environment = environment_of(tmp_path)
    claimed, approved, frozen = pieces(("claims.md", "payments.md"))
    said: list[str] = []

    assert [each.start for each in (claimed, approved, frozen)] == [
        "make run", "make up DAY=2025-11-28", "make up DAY=2025-12-01",
    ]  # fmt: skip
    with terminal(environment, tmp_path / "typed") as second:
        with runner(environment, "--samples") as system:
            read_until(system, READY)
            follow(environment)
        with runner(environment, "--samples") as system:
            again = read_until(system, READY)
            said.append(second.type(claimed.commands))
        for piece in (approved, frozen):
            with runner(environment, "--day", piece.start.partition("=")[2]) as system:
                read_until(system, READY)
                said.append(second.type(piece.commands))
                with client_of(environment, "subsidy", person="feng", role="county_officer", region="410000") as books:
                    require_balanced(books)
    for expected, heard in zip(MONEY_SAYS, said, strict=True):
        assert [words for words in expected if words not in heard] == [], heard
    assert "totals equal the hand count of the sample and what was there beside it" in again


def environment_of(home: Path) -> dict[str, str]:
    """Of a run with data and ports of its own."""
    moved = {f"{service.upper()}_PORT": str(free_port()) for service in PORTS}
    # Some pages leave files where they are run.
    (home / ".venv").symlink_to(ROOT / ".venv")
    return {**os.environ, **moved, "SKILLS_LOCAL": str(home)}


def follow(environment: Mapping[str, str]) -> None:
    """The README's ten minutes, and the pages that go on from there."""
    following = "".join(map(commands_of, ("rosters.md", "attendance.md", "calling-the-api.md")))
    script = f'{commands()}cd "$SKILLS_LOCAL"\n{following}'
    metrics = f"http://127.0.0.1:{environment['METRICS_PORT']}"
    before = counted(metrics)
    done = subprocess.run(
        ["bash", "-eu", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
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
    assert added_to(before, metrics) == ADDED


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
