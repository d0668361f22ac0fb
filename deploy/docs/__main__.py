"""python -m deploy.docs: regenerate the pages of docs/ that come from the code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from deploy.docs import apis, asyncapi, checks, events, layout, problems, refusals, rights, settings, states

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "states.md": states.page,
    "events.md": events.page,
    "events/asyncapi.json": asyncapi.asyncapi_page,
    "events/facts.schema.json": asyncapi.schema_page,
    "layout.md": layout.page,
    "problems.md": problems.page,
    "rights.md": rights.page,
    "checks.md": checks.page,
    "settings.md": settings.page,
    **refusals.pages(),
    **apis.pages(),
}
"""The function that returns each page's text, by the page's path under docs/."""


def main() -> None:
    """Write the pages that differ, and print their names."""
    for name, text_of in PAGES.items():
        path, text = DOCS / name, text_of()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")


if __name__ == "__main__":
    main()
