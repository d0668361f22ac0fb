"""The ten minutes of the README and the pages that go on from there, word for word on a running system: a roster from a
spreadsheet, a device's marks, exams up to verified certificates, a claim with its money.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from deploy.local.processes import free_port
from deploy.local.services import PORTS
from tests.docs.markdown import ROOT, blocks
from tests.support.kafka import require_kafka
from tests.system.books import require_balanced
from tests.system.test_run import client_of, read_until, runner

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("run")]

START = "make up\n"
STARTS = (START, "make run\n")
READY = "Ctrl-C stops everything"
SECONDS_MAX = 10.0
ADDED = (2, 1)
"""In training, trainings: whom the spreadsheets enrolled in a class that started, and who was trained before."""
TOOLS = ("bash", "curl", "make")
PAGES = ("rosters.md", "attendance.md", "calling-the-api.md")
EXAMS = "exams.md"
MONEY = ("claims.md", "payments.md")
CERTIFIED = ("何示例", "吴示例")
"""Whom the centre certified by requests, and whom its clerk did from spreadsheets that were mended."""
MONEY_SAYS = (
    # Its way.
    "70000 None\n" * 3, "\n3 0 C14 培训未完成", "\nC14 refused\n",
    " 洛阳示范家政学校 submitted ", "\nqian\nsecond_review\nsame-person\npublicity\n",
    "洛阳示范家政学校 2 140000 2025-11-20 2025-11-27\n", "The claim is still public",
    "\n1 钱示例 **************9115 ", "\nNo record has this id.\n",
    # Its money.
    "\n6 approve clock 2025-11-2", "\nsame-person\nconfirmed\n批次号,", '"accepted": 1,', "\npaid\nLY20251128-1\n",
    "\nsame-person\nconfirmed\n70000\n",
    # Its yuan.
    "\nNone reserve expected reserved 140000 li ", "\n2 approve free committed 70000 clock ",
    "\n2 pay committed paid 70000 zheng ", "\n2 recover paid free 70000 zhao ",
    "\n1 140000 paid 2025-11-28 LY20251128-1\nwu\n", "'ending': '1234'", "} li wu\n",
    "\n2 70000 audit wu zhao\n", "\nTrue\n1\nTrue\n1\n", "\n{'committed': 0, 'free': 0, 'paid': 0}\n",
    "\n{'reserved': 0, 'expected': 0, 'committed': 0, 'free': -70000, 'paid': 70000}\n",
    # What was paid twice.
    "\nconfirmed\nsettled\n", "\nNone pay_twice free paid_twice 140000\n",
    "\nNone recover_twice paid_twice free 140000\n",
)  # fmt: skip
"""What the commands of a claim say."""

needs_tools = pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}")


def commands() -> str:
    """The blocks after the one that starts the system, up to the last one that asks for totals."""
    texts = [block.text for block in blocks(ROOT / "README.md") if block.language == "bash"]
    after = texts[texts.index(START) + 1 :]
    last = max(place for place, text in enumerate(after) if "/v1/totals" in text)
    return "".join(after[: last + 1])


def commands_of(*pages: str) -> str:
    """Those of pages of docs/, which go on from there, without the one that starts the system."""
    texts = [block.text for page in pages for block in blocks(ROOT / "docs" / page) if block.language == "bash"]
    return "".join(text for text in texts if text not in STARTS)


@needs_tools
@pytest.mark.parametrize(
    ("arguments", "pages"),
    [
        pytest.param((), (*PAGES, EXAMS), id="make up"),
        pytest.param(("--log", "kafka"), PAGES, id="make up LOG=kafka", marks=pytest.mark.kafka),
    ],
)
def test_its_commands_end_with_one_training_a_mended_roster_and_certificates(
    tmp_path: Path, arguments: tuple[str, ...], pages: tuple[str, ...]
) -> None:
    if "kafka" in arguments:
        require_kafka()
    environment = environment_of(tmp_path)

    with runner(environment, *arguments) as system:
        read_until(system, READY)
        done = follow(environment, pages)
        if EXAMS in pages:
            require_certified(done, f"http://127.0.0.1:{environment['ASSESSMENT_PORT']}", tmp_path)


@needs_tools
def test_beside_the_sample_a_claim_goes_from_its_quote_to_the_statements_as_well(tmp_path: Path) -> None:
    environment = environment_of(tmp_path)

    with runner(environment, "--samples") as system:
        read_until(system, READY)
        follow(environment, PAGES)
    with runner(environment, "--samples") as system:
        again = read_until(system, READY)
        said = typed(environment, commands_of(*MONEY)).stdout
        with client_of(environment, "subsidy", person="feng", role="county_officer", region="410000") as books:
            require_balanced(books)

    assert "totals equal the hand count of the sample and what was there beside it" in again
    assert [words for words in MONEY_SAYS if words not in said] == [], said


def environment_of(home: Path) -> dict[str, str]:
    """Of a run with data and ports of its own."""
    moved = {f"{service.upper()}_PORT": str(free_port()) for service in PORTS}
    return {**os.environ, **moved, "SKILLS_LOCAL": str(home)}


def typed(environment: Mapping[str, str], script: str) -> subprocess.CompletedProcess[str]:
    """What `script` says in the root of the clone. Some pages leave files where they are run, so they run beside it."""
    home = Path(environment["SKILLS_LOCAL"])
    if not (home / ".venv").exists():
        (home / ".venv").symlink_to(ROOT / ".venv")
    of_the_clone = f'make() {{ command make --no-print-directory -C "{ROOT}" "$@"; }}\nexport PYTHONPATH="{ROOT}"\n'
    words = ["bash", "-eu", "-c", of_the_clone + script]
    done = subprocess.run(words, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr
    return done


def follow(environment: Mapping[str, str], pages: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Type the README's ten minutes, and pages that go on from there."""
    metrics = f"http://127.0.0.1:{environment['METRICS_PORT']}"
    before = counted(metrics)

    done = typed(environment, commands() + commands_of(*pages))

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
    ] * 2 + (['"rows_total": 3,', '"rows_total": 1,'] if EXAMS in pages else [])
    assert '"roster-class-unknown"' in done.stdout
    assert '"repeated": 3,' in done.stdout
    assert [line.strip() for line in done.stdout.splitlines() if '"total_hours"' in line] == ['"total_hours": 4']
    assert added == ADDED
    return done


def require_certified(done: subprocess.CompletedProcess[str], assessment: str, place: Path) -> None:
    """Check that everybody can verify both certificates, and that what was wrong on the way was refused."""
    said = done.stdout
    numbers = re.findall(r'"number": "(\w+)",\s+"status": "valid",\s+"is_current"', said)
    by_number, by_code = numbers[: len(CERTIFIED)], numbers[len(CERTIFIED) :]
    assert by_code == by_number[:1], said
    assert said.count('"asker": "郑州应聘单位"') == 1, "the holder sees who looked"
    for number, name in zip(by_number, CERTIFIED, strict=True):
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
