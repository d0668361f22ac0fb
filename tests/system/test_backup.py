"""`make backup` while everything runs, and `make restore`: the system is as it was, and goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from deploy.local import ROOT, issuer
from deploy.local.processes import free_port
from deploy.local.services import PORTS
from shared.kernel.credit_code import check_character
from tests.system.test_run import read_until, registry_of, runner

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("run")]

CREDIT_CODES = tuple(body + check_character(body) for body in ("52419999MA9000000", "52419999MA9000001"))


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    moved = {f"{service.upper()}_PORT": str(free_port()) for service in PORTS}
    return {**os.environ, **moved, "SKILLS_LOCAL": str(tmp_path / "run")}


def command(settings: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    module, *arguments = words
    return subprocess.run(
        [sys.executable, "-m", f"deploy.local.{module}", *arguments],
        cwd=ROOT, env=settings, capture_output=True, text=True, check=False,
    )  # fmt: skip


def register(registry: httpx.Client, credit_code: str) -> None:
    body = {"credit_code": credit_code, "name": "示范职业培训学校", "kind": "training_school", "region": "410102"}
    registry.post("/v1/institutions", json=body).raise_for_status()


def test_what_was_backed_up_is_there_again_what_came_later_is_not_and_work_goes_on(
    settings: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "copies" / "backup.tar"
    with runner(settings) as system:
        read_until(system, "Ctrl-C stops everything")
        with registry_of(settings) as registry:
            register(registry, CREDIT_CODES[0])
            made = command(settings, "backup", str(file))
            register(registry, CREDIT_CODES[1])
    assert made.returncode == 0, made.stderr
    assert file.stat().st_mode & 0o077 == 0, "the file holds the keys"

    asked = command(settings, "restore", str(file))
    restored = command(settings, "restore", str(file), "--force")

    assert (asked.returncode, "Nothing was replaced" in asked.stdout) == (1, True)
    assert restored.returncode == 0, restored.stderr
    with runner(settings) as system:
        read_until(system, "Ctrl-C stops everything")
        with registry_of(settings) as registry:
            held = registry.get("/v1/institutions").raise_for_status().json()["rows"]
            assert [each["credit_code"] for each in held] == [CREDIT_CODES[0]]
            register(registry, CREDIT_CODES[1])


def test_what_is_no_backup_replaces_nothing(settings: dict[str, str], tmp_path: Path) -> None:
    keys = tmp_path / "run" / "keys"
    issuer.make_keys(keys)
    (tmp_path / "notes.tar").write_text("not an archive")

    refused = command(settings, "restore", str(tmp_path / "notes.tar"), "--force")

    assert refused.returncode == 1
    assert "cannot be read as a backup" in refused.stderr
    assert (keys / issuer.PRIVATE_KEY).exists()


def test_without_a_run_there_is_nothing_to_copy(settings: dict[str, str], tmp_path: Path) -> None:
    refused = command(settings, "backup", str(tmp_path / "backup.tar"))

    assert (refused.returncode, refused.stderr.startswith("There is no run in ")) == (1, True)
    assert not (tmp_path / "backup.tar").exists()
