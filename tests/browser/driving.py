"""The machine's browser, driven through pages of services that run as processes, and what every page is held to."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from fastapi import Response
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from deploy.local import ROOT
from deploy.local.processes import free_port
from deploy.local.services import PORTS, addresses
from deploy.sandbox.client import Caller, Client
from shared.kernel.callers import Caller as Person
from shared.kernel.callers import Role
from shared.openid.door import SECRET_FILE
from shared.sessions import COOKIE, Sessions
from tests.support.provider import CLIENT, SECRET
from tests.system.province import Callers

T = TypeVar("T")

PICTURES: Final = ROOT / ".local" / "pictures"
WAIT_MS: Final = 20_000
"""For whatever a page does on a machine that runs other tests too; how fast pages are is measured by itself."""
FILE_MS: Final = 60_000
"""A file is read by a process that may have to start first."""
BYTES_MAX: Final = 500_000
"""Of scripts and styles of a page, uncompressed."""
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REQUIRED: Final = os.environ.get("REQUIRE_BROWSER") == "1"


def chromium() -> str | None:
    """The program of the machine's browser."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def missing() -> str | None:
    """Why pages cannot be tried here, in one line; None if they can."""
    if chromium() is None:
        return "this machine has no Chromium; sh deploy/web/browser.sh installs it"
    if not (ROOT / "web" / "dist" / "assets").is_dir() or not AXE.exists():
        return "the pages are not built; make web builds them"
    return None


@dataclass
class Running:
    """Four services as processes, with the sample in them."""

    addresses: Mapping[str, str]
    keys: Path
    process: subprocess.Popen[str]
    issuer: str
    """The provider with which people sign in, for the services. A test that needs it starts it."""

    def ask(self, service: str, path: str, **query: str) -> Any:
        """The answer of an open route."""
        return httpx.get(self.addresses[service] + path, params=query, timeout=20).raise_for_status().json()

    def get(self, service: str, path: str, *, by: Caller, **query: str) -> Any:
        async def got() -> Any:
            async with Client(self.addresses, self.keys) as client:
                return await client.get(service, path, by=by, **query)

        return apart(got())

    def once(
        self, question: Callable[[], T], *, shows: Callable[[T], bool], within_seconds: float = WAIT_MS / 1000
    ) -> T:
        """The first answer that `shows` what has been written; facts reach other services a moment later."""
        until = time.monotonic() + within_seconds
        while not shows(answer := question()):
            assert time.monotonic() < until, answer
            time.sleep(0.5)
        return answer

    def post_file(self, service: str, path: str, content: bytes, media_type: str, *, by: Caller) -> Any:
        async def posted() -> httpx.Response:
            async with Callers(self.addresses, self.keys) as client:
                return await client.send(service, path, content, media_type, by=by)

        return apart(posted()).raise_for_status().json()

    def post(self, service: str, path: str, body: object = None, *, by: Caller) -> Any:
        async def posted() -> Any:
            async with Client(self.addresses, self.keys) as client:
                return await client.post(service, path, body, by=by, once=False)

        return apart(posted())


def apart(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, in a thread of its own: this one belongs to the loop of the browser's driver."""

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


@contextmanager
def running(directory: Path) -> Iterator[Running]:
    """The whole system with its sample, on ports and in a directory of its own."""
    moved = {f"{service.upper()}_PORT": str(free_port()) for service in PORTS}
    # Of another site than the services, as browsers see it: ports do not count, names do.
    issuer = f"http://localhost:{free_port()}"
    trusted = {"SKILLS_OPENID_ISSUER": issuer, "SKILLS_OPENID_CLIENT_ID": CLIENT}
    environment = {**os.environ, **moved, **trusted, "SKILLS_LOCAL": str(directory)}
    keys = directory / "keys"
    keys.mkdir(mode=0o700)
    (keys / SECRET_FILE).write_text(f"{SECRET}\n", encoding="utf-8")
    command = [sys.executable, "-m", "deploy.local.runner", "--samples"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if "Ctrl-C stops everything" in line:
                    break
            else:
                raise AssertionError("".join(said))
            yield Running(addresses(environment), keys, process, issuer)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.communicate()


expect.set_options(timeout=WAIT_MS)


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, role: str, name: str | None = None) -> str:
    """Choose a person of a role on the page to sign in, the first or the one that `name` is part of; their name."""
    people = page.get_by_role("region", name=role).get_by_role("button")
    person = people.filter(has_text=name).first if name else people.first
    found = person.inner_text()
    person.click()
    expect(page.locator("[data-figure=signed-in]")).to_be_visible()
    return found


def be(page: Page, system: Running, caller: Caller) -> None:
    """Sign in as somebody who is not among the people to choose from: with the cookie that any door begins."""
    sessions = Sessions(system.keys, lifetime=timedelta(minutes=30), longest=timedelta(hours=1), is_secure=False)
    response = Response()
    organisation = None if caller.organisation is None else UUID(caller.organisation)
    sessions.begin(response, Person(caller.person, Role(caller.role), organisation, caller.region))
    written = SimpleCookie(response.headers["set-cookie"])[COOKIE].value
    host = urlsplit(system.addresses["registry"]).hostname
    page.context.add_cookies(
        [{"name": COOKIE, "value": written, "domain": host, "path": "/", "httpOnly": True, "sameSite": "Strict"}]
    )


@dataclass
class Visitor:
    """Opens pages in a window of its own, and remembers what the browser complained of."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)

    def open(
        self, address: str, *, width: int = 1440, height: int = 900, dark: bool = False, locale: str = "zh-CN"
    ) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=locale,
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
        )
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def close(self) -> None:
        for context in self.browser.contexts:
            context.close()


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and good practice on the page as it is shown."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(rules) => axe.run(document, { runOnly: rules })", RULES)
    return [
        f"{each['id']}: {each['help']}: {node['target']} {node.get('failureSummary', '')}"
        for each in found["violations"]
        for node in each["nodes"][:3]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.scrollingElement.scrollWidth - innerWidth"))


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def printed(page: Page, name: str) -> None:
    """Keep the page as it is printed on A4."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.pdf(path=PICTURES / f"{name}.pdf", prefer_css_page_size=True, print_background=True)


def looked_at(page: Page, name: str) -> None:
    """Nothing of the page is out of reach for anybody, in the light, in the dark and on a phone."""
    assert violations(page) == []
    picture(page, f"{name}-1440-light")
    page.get_by_role("button", name="深色").click()
    assert violations(page) == []
    picture(page, f"{name}-1440-dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert overflow(page) <= 0
    picture(page, f"{name}-390-dark")
    page.set_viewport_size({"width": 3840, "height": 2160})
    assert overflow(page) <= 0
    page.set_viewport_size({"width": 1047, "height": 700})
    printed(page, name)
    page.get_by_role("button", name="浅色").click()
    size: Any = page.evaluate(
        "performance.getEntriesByType('resource').filter((each) => each.name.includes('/assets/'))"
        ".reduce((sum, each) => sum + each.decodedBodySize, 0)"
    )
    assert 0 < size < BYTES_MAX
