"""One running system and one browser for all tests of the pages.

They end with these tests: as long as the browser's driver runs, its event loop is in the way of those of other tests.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.driving import REQUIRED, Running, Visitor, launched, missing, running


@pytest.fixture(scope="package")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if reason := missing():
        if REQUIRED:
            pytest.fail(f"The pages must be tried here and cannot: {reason}")
        pytest.skip(f"The pages were not tried: {reason}")
    with running(tmp_path_factory.mktemp("pages")) as found:
        yield found


@pytest.fixture(scope="package")
def browser(system: Running) -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """A visitor at whose windows the browser must have nothing to complain of."""
    found = Visitor(browser)
    yield found
    found.close()
    assert found.complaints == []
