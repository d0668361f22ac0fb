"""Allowed imports: the contracts in pyproject.toml, and rules that these cannot express."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict

import pytest
from importlinter.cli import lint_imports

from tests.architecture.tree import ROOT, SERVICES, imports_of, modules, name_of, rules_of

ONE_USER_SO_FAR = ["shared.partial_rows", "shared.spreadsheets.__main__"]
"""A ratchet: what other services will need when they come to take files and to publish lists; and one that is a
program, which nobody imports. A test has a service of its own that takes files (tests/shared/file_jobs)."""


def test_the_import_contracts_are_kept(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    code = lint_imports(cache_dir=str(ROOT / ".import_linter_cache"))

    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize("service", SERVICES)
def test_a_worker_on_the_embedded_log_runs_without_the_client_of_kafka_and_without_routes(service: str) -> None:
    program = f"""
import sys
sys.modules["aiokafka"] = None
from services.{service}.worker import SERVICE
from shared.service import open_log
settings = SERVICE.settings(SKILLS_LOG_URL="postgresql://nobody@localhost/log")
print(type(open_log(settings)).__name__)
print([name for name in sys.modules if name.startswith("services.") and "routes" in name.split(".")])
"""

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stdout == "PostgresLog\n[]\n", done.stderr


def test_shared_code_is_used_by_two_services_or_by_shared_itself() -> None:
    users: defaultdict[str, set[str]] = defaultdict(set)
    for path in [*modules("services"), *modules("shared")]:
        user = "shared" if path.is_relative_to(ROOT / "shared") else path.relative_to(ROOT).parts[1]
        for imported in imports_of(path):
            if imported != name_of(path):
                users[imported].add(user)

    lonely = [
        name_of(path)
        for path in modules("shared")
        if path.name != "__init__.py" and "shared" not in users[name_of(path)] and len(users[name_of(path)]) < 2
    ]

    assert lonely == ONE_USER_SO_FAR, "move them into the one service that uses them"


@pytest.mark.parametrize("service", SERVICES)
def test_rules_do_not_use_facts_of_other_services(service: str) -> None:
    others = {f"shared.contracts.{other}" for other in SERVICES if other != service}

    foreign = {
        (name_of(path), imported)
        for path in rules_of(service)
        for imported in imports_of(path)
        if imported in others and service != "metrics"
    }

    assert foreign == set()


def test_rules_read_no_clock_and_make_no_ids() -> None:
    forbidden = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"), ("uuid", "uuid4")}
    found = []
    for service in SERVICES:
        for path in rules_of(service):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if (
                        owner,
                        name,
                    ) in forbidden:
                        found.append(f"{name_of(path)}:{node.lineno}")
                    case ast.Call(func=ast.Name(id="new_id")):
                        found.append(f"{name_of(path)}:{node.lineno}")

    assert found == []
