"""Signing in, being known by the pages of all services, and what happens when a session ends in the middle of work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.sync_api import expect

from deploy.sandbox.client import Caller
from shared.sessions import COOKIE
from tests.browser.driving import Running, Visitor, overflow, picture, sign_in, violations

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

PROVINCE: Final = Caller("province", "one", region="410000")
HEADINGS: Final = "班级编号,学员编号,证件号码,姓名"


def test_a_person_is_chosen_known_to_all_services_and_signs_out(system: Running, visitor: Visitor) -> None:
    page = visitor.open(f"{system.addresses['registry']}/sign-in")
    expect(page.get_by_role("heading", name="样例环境：选择身份")).to_be_visible()
    assert violations(page) == []
    picture(page, "sign-in-1440-light")

    sign_in(page, "审核")

    assert page.evaluate("document.cookie") == ""
    page.goto(f"{system.addresses['subsidy']}/sign-in")
    expect(page.locator("[data-figure=signed-in]")).to_contain_text("审核")
    claims = page.evaluate("fetch('v1/claims?size=5').then((answer) => answer.status)")
    assert claims == 200
    assert violations(page) == []
    page.get_by_role("button", name="深色").click()
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert overflow(page) <= 0
    page.get_by_role("button", name="退出登录").click()
    expect(page.locator("[data-figure=signed-in]")).to_have_count(0)
    assert page.evaluate("fetch('v1/claims').then((answer) => answer.status)") == 401
    visitor.complaints.clear()  # the browser logs the 401


def test_a_session_that_ends_in_the_middle_says_so_and_loses_nothing(
    system: Running, visitor: Visitor, tmp_path: Path
) -> None:
    registry = system.addresses["registry"]
    page = visitor.open(f"{registry}/sign-in")
    sign_in(page, "培训机构")
    page.goto(f"{registry}/?view=rosters")
    roster = tmp_path / "名册.csv"
    roster.write_text(f"{HEADINGS}\nX001,T1,419999200608319442,何示例\n", encoding="utf-8")
    chosen = page.get_by_label("选择名册文件")
    chosen.set_input_files(roster)
    page.context.add_cookies([{"name": COOKIE, "value": "ended", "url": registry}])

    page.get_by_role("button", name=re.compile("试算")).click()

    expect(page.get_by_role("alert").first).to_contain_text("登录已过期")
    assert violations(page) == []
    assert chosen.evaluate("input => input.files[0].name") == "名册.csv"
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="重新登录").click()
    sign_in(opened.value, "培训机构")
    opened.value.close()
    page.get_by_role("button", name=re.compile("试算")).click()
    expect(page.locator("[data-figure=summary]")).to_contain_text("1 行需要更正")
    visitor.complaints.clear()  # the browser logs the 401


def test_a_page_of_elsewhere_does_nothing_in_the_name_of_who_is_signed_in(system: Running, visitor: Visitor) -> None:
    registry = system.addresses["registry"]
    page = visitor.open(f"{registry}/sign-in")
    sign_in(page, "省级")
    [cookie] = [each for each in page.context.cookies() if each["name"] == COOKIE]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")

    def refused(**headers: str) -> tuple[int, str]:
        sent = {"Cookie": f"{COOKIE}={cookie['value']}", "Content-Type": "application/json", **headers}
        answer = httpx.post(f"{registry}/v1/institutions", headers=sent, content=b"{}", timeout=20)
        return answer.status_code, answer.json()["code"]

    assert refused(**{"Sec-Fetch-Site": "cross-site"}) == (403, "request-of-another-page")
    assert refused(**{"Sec-Fetch-Site": "same-site"}) == (403, "request-of-another-page")
    assert refused(Origin=system.addresses["subsidy"]) == (403, "request-of-another-page")
    assert refused() == (403, "request-of-another-page")
    assert refused(**{"Sec-Fetch-Site": "same-origin"}) == (422, "malformed-request")
