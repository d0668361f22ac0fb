"""A real provider of OpenID Connect as a process of its own (tests/support/provider.mjs), and how people use it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from deploy.local import ROOT
from deploy.local.processes import LOOPBACK, ending_with_parent, free_port
from deploy.web.__main__ import Unavailable, node
from shared.openid.door import ENDED, RETURN

SCRIPT: Final = Path(__file__).with_suffix(".mjs")
PACKAGE: Final = ROOT / "web" / "node_modules" / "oidc-provider"
CLIENT: Final = "pages"
SECRET: Final = "a secret: of 100 % & more"
"""With characters that have to be written otherwise in a header and in a form."""
WAIT_SECONDS: Final = 60
"""For the provider on a machine that runs other tests too: a new key alone may take it seconds."""
REQUIRED: Final = os.environ.get("REQUIRE_WEB") == "1"

Account = Mapping[str, str | list[str] | None]


@dataclass(frozen=True)
class ProviderUnderTest:
    """`issuer` is its address."""

    issuer: str

    def change_keys(self) -> None:
        """From now on it signs with a new key, and publishes no other."""
        httpx.post(f"{self.issuer}/test/keys", timeout=WAIT_SECONDS).raise_for_status()

    async def sign_in(self, browser: httpx.AsyncClient, address: str, account: str) -> httpx.URL:
        """Where a browser is led back to when `account` has signed in at `address`."""
        page = await browser.get(address, follow_redirects=True)
        form = {"prompt": "login", "login": account, "password": "any"}
        return await self._back(browser, await browser.post(page.url, data=form))

    async def cancel(self, browser: httpx.AsyncClient, address: str) -> httpx.URL:
        """Where a browser is led back to when the person thought better of it."""
        page = await browser.get(address, follow_redirects=True)
        return await self._back(browser, await browser.get(f"{page.url}/abort"))

    async def sign_out(self, browser: httpx.AsyncClient, address: str) -> httpx.URL:
        """Where a browser is led back to when the person has said at `address` that they sign out."""
        page = await browser.get(address)
        (secret,) = re.findall(r'name="xsrf" value="([^"]+)"', page.text)
        (action,) = re.findall(r'action="([^"]+)"', page.text)
        return await self._back(browser, await browser.post(action, data={"xsrf": secret, "logout": "yes"}))

    async def _back(self, browser: httpx.AsyncClient, answer: httpx.Response) -> httpx.URL:
        while answer.next_request is not None and str(answer.next_request.url).startswith(self.issuer):
            answer = await browser.get(answer.next_request.url)
        assert answer.next_request is not None, answer.text
        return answer.next_request.url


def client(*addresses: str, **more: Any) -> Mapping[str, Any]:
    """The services with pages at `addresses`, as the provider knows them."""
    return {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "redirect_uris": [f"{address}{RETURN}" for address in addresses],
        "post_logout_redirect_uris": [f"{address}{ENDED}" for address in addresses],
        **more,
    }


@contextmanager
def provider(
    accounts: Mapping[str, Account], clients: Sequence[Mapping[str, Any]], *, issuer: str | None = None
) -> Iterator[ProviderUnderTest]:
    """A provider at `issuer`, an address of this machine.

    The test is skipped where there is no Node.js, as those of the pages are, unless they must run.
    """
    try:
        program = node()
        reason = None if PACKAGE.is_dir() else "the packages of web/ are not installed; make web installs them"
    except Unavailable as error:
        reason = str(error)
    if reason is not None:
        (pytest.fail if REQUIRED else pytest.skip)(f"There is no provider to sign in with: {reason}")
    issuer = issuer or f"http://{LOOPBACK}:{free_port()}"
    told = json.dumps({"issuer": issuer, "accounts": accounts, "clients": clients})
    words = [*ending_with_parent(signal.SIGTERM), program, str(SCRIPT), told]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            assert "ready\n" in process.stdout
            yield ProviderUnderTest(issuer)
        finally:
            process.kill()
