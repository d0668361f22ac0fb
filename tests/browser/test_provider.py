"""Signing in with a provider of OpenID Connect, in the browser: there, back with a session, and every way to fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import Running, Visitor, overflow, picture, violations
from tests.support.provider import client, provider

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

ACCOUNTS: Final = {
    "qian": {"role": "reviewer", "region": "410173"},
    "wang": {"role": "province", "region": "410000"},
    "stranger": {"role": "visitor"},
}
BUTTON: Final = "使用统一身份认证登录"
FONTS: Final = "https://fonts.googleapis.com/**"
"""The provider's own page asks for a font that it does without."""


@pytest.fixture(scope="module", autouse=True)
def at_the_provider(system: Running) -> Iterator[None]:
    with provider(ACCOUNTS, [client(*system.addresses.values())], issuer=system.issuer):
        yield


def led_there(page: Page) -> None:
    """From the page to sign in to that of the provider."""
    page.route(FONTS, lambda route: route.fulfill(body=""))
    page.get_by_role("link", name=BUTTON).click()
    expect(page.get_by_role("button", name="Sign-in")).to_be_visible()


def sign_in_as(page: Page, account: str) -> None:
    led_there(page)
    page.get_by_placeholder("Enter any login").fill(account)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()


def status_of(page: Page, path: str) -> int:
    """What the service answers to the page."""
    return int(page.evaluate("(path) => fetch(path).then((answer) => answer.status)", path))


def test_a_person_signs_in_works_and_signs_out(system: Running, visitor: Visitor) -> None:
    subsidy = system.addresses["subsidy"]
    page = visitor.open(f"{subsidy}/?view=claims")
    page.get_by_role("link", name="前往登录").click()
    expect(page.get_by_role("heading", name="使用账号登录")).to_be_visible()
    assert violations(page) == []

    sign_in_as(page, "qian")

    page.wait_for_url(f"{subsidy}/?view=claims")
    expect(page.get_by_role("link", name="换人或退出")).to_be_visible()
    assert (page.evaluate("document.cookie"), status_of(page, "v1/claims?size=5")) == ("", 200)
    page.goto(f"{system.addresses['registry']}/sign-in")
    expect(page.locator("[data-figure=signed-in]")).to_have_text("审核 · qian")
    assert violations(page) == []
    picture(page, "provider-1440-light")
    page.get_by_role("button", name="深色").click()
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert overflow(page) <= 0
    picture(page, "provider-390-dark")
    page.route(FONTS, lambda route: route.fulfill(body=""))
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page.get_by_text("已退出登录。")).to_be_visible()
    expect(page.locator("[data-figure=signed-in]")).to_have_count(0)
    expect(page).to_have_url(f"{system.addresses['registry']}/sign-in")
    assert violations(page) == []
    page.goto(f"{subsidy}/sign-in")
    assert status_of(page, "v1/claims") == 401
    visitor.complaints.clear()  # the browser logs the 401


def test_the_session_counts_for_the_first_thing_that_the_browser_asks_for(system: Running, visitor: Visitor) -> None:
    subsidy = system.addresses["subsidy"]
    page = visitor.open(f"{subsidy}/sign-in?to=/v1/claims%3Fsize=5")

    with page.expect_response(lambda answer: answer.url.startswith(f"{subsidy}/v1/claims")) as first:
        sign_in_as(page, "qian")

    assert (first.value.status, "rows" in first.value.json()) == (200, True)


def test_the_same_person_is_the_same_to_four_eyes_however_they_came(system: Running, visitor: Visitor) -> None:
    page = visitor.open(f"{system.addresses['registry']}/sign-in")

    sign_in_as(page, "wang")

    expect(page.locator("[data-figure=signed-in]")).to_have_text("省级 · wang")
    expect(page.get_by_role("button", name="省级管理人员（甲）")).to_have_attribute("aria-pressed", "true")


def test_who_cancels_is_told_so_and_can_try_again(system: Running, visitor: Visitor) -> None:
    page = visitor.open(f"{system.addresses['assessment']}/sign-in")
    led_there(page)

    page.get_by_role("link", name="Cancel").click()

    expect(page.get_by_role("alert")).to_contain_text("登录已取消")
    assert page.url.removeprefix(system.addresses["assessment"]) == "/sign-in"
    assert violations(page) == []
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("alert")).to_contain_text("The sign-in was cancelled")
    page.get_by_role("button", name="中文").click()
    sign_in_as(page, "qian")
    expect(page.locator("[data-figure=signed-in]")).to_have_text("审核 · qian")


def test_an_account_without_a_role_is_told_whom_to_ask(system: Running, visitor: Visitor) -> None:
    page = visitor.open(f"{system.addresses['registry']}/sign-in")

    sign_in_as(page, "stranger")

    expect(page.get_by_role("alert")).to_contain_text("请联系账号管理人员")
    expect(page.locator("[data-figure=signed-in]")).to_have_count(0)
    expect(page.get_by_role("link", name=BUTTON)).to_be_visible()
