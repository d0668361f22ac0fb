"""Cold loads of the dashboard with the sample behind it: until its first figures stand, beside a bare answer."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

from playwright.sync_api import Browser, Page

from tests.browser.driving import Visitor, launched, missing, running

LOADS: Final = 20
BARE: Final = "v1/plans"
"""One short answer of the same service, which the browser shows as text."""


async def main() -> None:
    if reason := missing():
        print(f"pages: not measured: {reason}")
        return
    await asyncio.to_thread(_measured)


def _measured() -> None:
    with tempfile.TemporaryDirectory() as directory, running(Path(directory)) as system, launched() as browser:
        board = f"{system.addresses['metrics']}/"
        figures, bare = [], []
        for _ in range(LOADS):
            figures.append(_loaded(browser, board, _first_figures))
            bare.append(_loaded(browser, board + BARE, _shown))
    print(
        f"dashboard, cold, until its first figures stand: {median(figures):.0f} ms (best {min(figures):.0f}, worst "
        f"{max(figures):.0f}; ceiling 1,000); a bare answer in the same browser: {median(bare):.0f} ms"
    )


def _loaded(browser: Browser, address: str, milliseconds: Callable[[Page], float]) -> float:
    visitor = Visitor(browser)
    try:
        return milliseconds(visitor.open(address))
    finally:
        visitor.close()


def _first_figures(page: Page) -> float:
    page.locator(".regions tbody tr").first.wait_for()
    return float(page.evaluate("performance.getEntriesByName('first-figures')[0].startTime"))


def _shown(page: Page) -> float:
    return float(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
