"""The project's Markdown as tests see it: pages, their headings, links and blocks of code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]

_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_OURS: Final = r"(?<![\w/.-])(?:services|shared|deploy|tests)"
_PATH: Final = re.compile(_OURS + r"/[\w./<>-]*[\w>]")
_MODULE: Final = re.compile(_OURS + r"(?:\.\w+)+(?!\w|\.\w|\.[<*])")


class Block(NamedTuple):
    """A fenced block of code."""

    language: str
    text: str


def pages() -> list[Path]:
    """Every Markdown file of the project."""
    folders = (ROOT / name for name in ("docs", "deploy", "services", "shared", "tests"))
    return sorted([*ROOT.glob("*.md"), *(page for folder in folders for page in folder.rglob("*.md"))])


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return _FENCE.sub("", read(page))


def blocks(page: Path) -> list[Block]:
    return [Block(language, text) for language, text in _FENCE.findall(read(page))]


def headings(page: Path) -> list[tuple[int, str]]:
    """Level and text of each heading."""
    return [(len(marks), text) for marks, text in re.findall(r"^(#+) (.+)$", prose(page), re.MULTILINE)]


def anchors(page: Path) -> set[str]:
    """What a link may name after the #, as code hosts make it out of headings."""
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for _, text in headings(page)}


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The file and the anchor (or nothing) of each link that stays inside the project."""
    for target in _LINK.findall(re.sub(r"`[^`]*`", "", prose(page))):
        if "://" not in target:
            file, _, anchor = target.partition("#")
            yield (page.parent / file).resolve() if file else page, anchor


def paths(page: Path) -> set[str]:
    """The paths into the source tree that the page names, in prose or code. `<name>` stands for any name."""
    return set(_PATH.findall(read(page)))


def module_names(page: Path) -> set[str]:
    """The dotted names of our modules, and of what they define, that the page names; `services.py` is a file's."""
    return {name for name in _MODULE.findall(read(page)) if not name.endswith(".py")}
