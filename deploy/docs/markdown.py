"""Markdown as the generated pages write it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

WIDTH_MAX = 120


def prose(text: str) -> str:
    """A paragraph, wrapped."""
    return textwrap.fill(text, WIDTH_MAX, break_long_words=False, break_on_hyphens=False) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells may hold any text of one line."""
    lines = [_line(headings), "|" + "---|" * len(headings), *(_line(row) for row in rows)]
    return "\n".join(lines) + "\n"


def picture(lines: Iterable[str]) -> str:
    """A Mermaid diagram."""
    return "\n".join(["```mermaid", *lines, "```"]) + "\n"


def sentence(text: str | None) -> str:
    """The first paragraph of a docstring on one line; nothing for none."""
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
