"""The clerk's plain page at /."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from services.registry.enrolments.rules.trainees import TraineeIncomplete
from services.registry.pages import routes as pages
from services.registry.rosters.rules.files import TooManyRosterFiles
from shared.entries import entry
from shared.spreadsheets.file_faults import HeadingsMissing, NotASpreadsheet, UnknownColumns
from tests.support.services import ServiceUnderTest

SCRIPT = (pages.PLAIN_PAGES / "institution.js").read_text(encoding="utf-8")


class TestPage:
    async def test_asks_only_routes_that_exist(self, registry: ServiceUnderTest) -> None:
        page = (await registry.http.get("/assets/institution.js")).text
        paths = (await registry.http.get("/openapi.json")).json()["paths"]

        asked = {re.sub(r"\$\{[^}]*\}", "{}", path) for path in re.findall(r"`(/v1/[^?`]*)", page)}

        assert asked
        assert asked <= {re.sub(r"\{[^}]*\}", "{}", path) for path in paths}


class TestSentences:
    """What is wrong with a file or a row, with its facts."""

    PROBLEMS = (
        NotASpreadsheet(form="xlsx", looks_like="a PDF document", looks_like_zh="PDF文档"),
        UnknownColumns(columns=["F", "G"]),
        HeadingsMissing(missing=["document number"], missing_zh=["证件号码"]),
        TooManyRosterFiles(files_max=20),
        TraineeIncomplete(missing=["phone"], missing_zh=["手机号"]),
    )

    def test_are_put_together_in_one_place_alone(self) -> None:
        readers = re.findall(r"(\w+)\.(?:title|cure)(?:_zh)?\b", SCRIPT)

        assert set(readers) == {"made"}

    @pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
    def test_come_with_their_facts_put_in(self) -> None:
        (function,) = re.findall(r"function sentence.*?\nconst told.*?\n", SCRIPT, re.DOTALL)
        problems = json.dumps([entry(problem) for problem in self.PROBLEMS])
        script = f"{function}\nfor (const problem of {problems}) console.log(told(problem));"

        run = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True, timeout=60)

        lines = run.stdout.splitlines()
        assert len(lines) == len(self.PROBLEMS)
        assert "`" not in run.stdout
        for words, facts in zip(lines, ("PDF文档", "F、G", "证件号码", "20", "手机号"), strict=True):
            assert facts in words
