"""What the pages of the project promise is there: links, commands, settings, decisions, figures."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest

from deploy.docs import states
from deploy.docs.__main__ import DOCS, PAGES
from deploy.docs.facts import groups, hearers
from deploy.local.totals import tables
from deploy.sandbox import PLAN
from deploy.sandbox.expected import count
from shared.contracts.fact import types
from tests.docs.markdown import ROOT, anchors, blocks, headings, links, module_names, name_of, pages, paths, prose, read

WRITTEN = [page for page in pages() if page.relative_to(ROOT).as_posix().removeprefix("docs/") not in PAGES]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = [
        f"{file}#{anchor}"
        for file, anchor in links(page)
        if not file.exists() or (anchor and anchor not in anchors(file))
    ]

    assert broken == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_path_into_the_tree_that_is_named_exists(page: Path) -> None:
    missing = [path for path in sorted(paths(page)) if not any(ROOT.glob(re.sub(r"<[^>]*>", "*", path)))]

    assert missing == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_module_that_is_named_exists(page: Path) -> None:
    assert [name for name in sorted(module_names(page)) if not exists(name)] == []


def exists(name: str) -> bool:
    """Whether `name` is a module, or something in one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_lines_that_people_wrote_fit_the_width(page: Path) -> None:
    wide = [line for line in prose(page).splitlines() if len(line) > 120 and not line.startswith("|")]

    assert wide == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))

    named = set(re.findall(r"`make ([a-z-]+)", read(page)))
    for block in blocks(page):
        named |= set(re.findall(r"\bmake (?:-s )?([a-z-]+)", block.text)) if block.language == "bash" else set()

    assert named <= targets


class TestReadmes:
    def test_both_have_the_same_headings_by_level(self) -> None:
        english, chinese = ([level for level, _ in headings(page)] for page in READMES)

        assert english == chinese

    def test_both_have_the_same_code(self) -> None:
        english, chinese = (blocks(page) for page in READMES)

        assert english == chinese

    def test_both_link_to_the_same_pages(self) -> None:
        english, chinese = ({link for link in links(page) if link[0] not in READMES} for page in READMES)

        assert english == chinese

    def test_the_totals_they_show_are_those_of_the_sample(self) -> None:
        (shown,) = (block.text.splitlines() for block in blocks(READMES[0]) if block.language == "text")

        assert [line for line in shown if line not in tables(count(), PLAN).splitlines()] == []


class TestDecisions:
    def test_all_are_listed_by_number_and_title(self) -> None:
        listed = re.findall(r"^\| (\d+) \| \[(.+)\]\((.+)\) \|$", read(DOCS / "decisions" / "README.md"), re.MULTILINE)

        titles = [headings(page)[0][1].split(". ", 1) for page in DECISIONS]
        expected = [(number, title, page.name) for (number, title), page in zip(titles, DECISIONS, strict=True)]
        assert listed == expected

    @pytest.mark.parametrize("page", DECISIONS, ids=name_of)
    def test_each_has_its_number_its_status_and_its_parts(self, page: Path) -> None:
        (_, title), *parts = headings(page)

        assert int(title.split(".")[0]) == int(page.name[:4]) == DECISIONS.index(page) + 1
        assert re.search(r"^Status: (accepted|replaced by)", read(page), re.MULTILINE)
        assert [text for _, text in parts] == ["Context", "Decision", "Consequences"]


class TestGeneratedPages:
    def test_none_is_left_of_something_that_is_gone(self) -> None:
        folders = (DOCS / "api", DOCS / "events")
        found = {file.relative_to(DOCS).as_posix() for folder in folders for file in folder.iterdir()}

        assert found == {name for name in PAGES if name.startswith(("api/", "events/"))}

    def test_every_state_machine_is_drawn(self) -> None:
        assert {machine.name for machine in states.machines()} >= {
            "class", "enrolment", "session", "certificate", "claim",
        }  # fmt: skip

    def test_every_fact_belongs_to_one_group_and_its_subject_is_one_of_its_fields(self) -> None:
        grouped = [cls for group in groups() for cls in group.facts]

        assert sorted(cls.type for cls in grouped) == sorted(cls.type for cls in hearers())
        assert all(group.id in group.facts[0].__struct_fields__ for group in groups())
        assert {cls.type for cls in grouped} <= set(types())


def test_every_variable_that_a_run_reads_is_in_the_runbook() -> None:
    runbook = read(DOCS / "runbook.md")
    source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "deploy/local").glob("*.py"))

    read_there = set(re.findall(r"environ(?:ment)?\.get\(\"([A-Z_]+)\"", source))

    assert {"SKILLS_LOCAL", "SKILLS_POSTGRES_URL"} <= read_there
    assert {name for name in read_there if f"`{name}`" not in runbook} == set()
