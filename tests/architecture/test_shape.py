"""The shape of the tree: the same entries in every service, files of moderate length, a docstring in every module."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import pytest

from deploy.docs.__main__ import DOCS, PAGES
from deploy.docs.settings import meanings, settings_classes
from tests.architecture.tree import ROOT, SERVICES, modules

ENTRIES = {
    "__init__.py", "__main__.py", "settings.py", "app.py", "worker.py", "consumers.py", "rights.py", "migrations",
    "problems.json",
}  # fmt: skip
"""The entries of every service apart from its topics."""
ROOMS = {"rules", "usecases", "store", "routes"}
"""The entries of a topic, each a module or a package; not every topic needs all."""
EVERYTHING = [path for folder in ("services", "shared", "deploy", "tests") for path in modules(folder)]

LINES_MAX = 400
"""The length at which a file most likely has two subjects. No file is split because of it: see CONTRIBUTING."""
BACKBONE_LINES_MAX = 850
"""Lines of code, without docstrings and comments: a limit must not cost the words that say why."""
NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
}  # fmt: skip
LONGER: dict[str, int] = {}
"""Longer files with their maximum lengths, where one thought takes more lines."""


TOPICS = [
    path
    for service in SERVICES
    for path in sorted((ROOT / "services" / service).iterdir())
    if path.is_dir() and path.name not in ENTRIES | {"__pycache__"}
]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_its_entries_and_its_topics(service: str) -> None:
    inside = [path for path in (ROOT / "services" / service).iterdir() if path.name != "__pycache__"]

    assert {path.name for path in inside} >= ENTRIES
    assert [path.name for path in inside if path.name not in ENTRIES and not path.is_dir()] == []


@pytest.mark.parametrize("topic", TOPICS, ids=relative)
def test_a_topic_is_rules_use_cases_store_and_routes(topic: Path) -> None:
    modules_ = {path.stem for path in topic.iterdir() if path.suffix == ".py"} - {"__init__"}
    packages = {path.name for path in topic.iterdir() if path.is_dir() and path.name != "__pycache__"}

    assert modules_ | packages <= ROOMS
    assert modules_ & packages == set(), "a room is a module or a package"
    assert modules_ | packages, "a topic without a room"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_a_charter(service: str) -> None:
    tree = ast.parse((ROOT / "services" / service / "__init__.py").read_text(encoding="utf-8"))
    charter = ast.get_docstring(tree) or ""

    assert {"Owns", "Publishes", "Hears", "Its users", "Keeps"} <= {line[:12].strip() for line in charter.splitlines()}
    assert len(charter.splitlines()) <= 12


def test_no_folder_has_a_vague_name() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "misc", "managers"}

    assert [relative(path) for path in EVERYTHING if nameless & {path.stem, *path.relative_to(ROOT).parts}] == []


def test_every_module_has_a_docstring() -> None:
    silent = [
        relative(path) for path in EVERYTHING if not (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))))
    ]

    assert silent == []


def test_no_file_is_longer_than_the_maximum() -> None:
    long = {relative(path): lines_of(path) for path in EVERYTHING if lines_of(path) > LINES_MAX}

    assert {name: lines for name, lines in long.items() if lines > LONGER.get(name, LINES_MAX)} == {}
    assert set(LONGER) <= set(long), "a file became short enough: take it out of LONGER"


def test_the_backbone_stays_small() -> None:
    assert sum(len(code_lines(path)) for path in modules("shared/backbone")) <= BACKBONE_LINES_MAX


def code_lines(path: Path) -> set[int]:
    """The numbers of the lines that hold code; blank lines, comments and docstrings do not."""
    source = path.read_text(encoding="utf-8")
    strings = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    words = {line for node in strings for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    code = {line for token in tokens if token.type not in NO_CODE for line in range(token.start[0], token.end[0] + 1)}
    return code - words


def test_text_files_end_with_a_newline() -> None:
    unended = [relative(path) for path in EVERYTHING if path.read_bytes()[-1:] not in (b"\n", b"")]

    assert unended == []


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run python -m deploy.docs"


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_has_a_docstring(service: str) -> None:
    cls = settings_classes()[service]

    assert set(cls.model_fields) == set(meanings(cls))
