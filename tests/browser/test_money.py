"""Claims from a reviewer's list to the bank and back: clean ones together, one by one, a batch, its return."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from deploy.local.people import PAID
from deploy.sandbox.client import Caller
from tests.browser.driving import FILE_MS, Running, Visitor, looked_at, sign_in, violations
from tests.browser.test_institution import fill

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

PROVINCE: Final = Caller("province", "one", region="410000")
WIDE: Final[ViewportSize] = {"width": 1440, "height": 900}


def waiting(system: Running) -> list[Any]:
    rows = system.get("subsidy", "/v1/my-work", by=Caller("reviewer", "looker", region=PAID), size="500")["rows"]
    return list(rows)


def enter(page: Page, system: Running, role: str, name: str, at: str = "") -> None:
    page.goto(f"{system.addresses['subsidy']}/sign-in")
    sign_in(page, role, name)
    page.goto(f"{system.addresses['subsidy']}/{at}")


def returned(sent: Path, file: Path) -> Path:
    """What the bank says of its file: everything was paid."""
    with sent.open(encoding="utf-8-sig") as content:
        rows = list(csv.DictReader(content))
    with file.open("w", encoding="utf-8", newline="") as content:
        written = csv.writer(content)
        written.writerow(["批次号", "付款序号", "收款账号", "金额（元）", "处理结果", "入账日期", "流水号"])
        for row in rows:
            same = [row[name] for name in ("批次号", "付款序号", "收款账号", "金额（元）")]
            written.writerow([*same, "成功", "2025-11-20", f"B{row['付款序号']}"])
    return file


def test_claims_are_reviewed_twice_and_paid(system: Running, visitor: Visitor, tmp_path: Path) -> None:
    (claim,) = waiting(system)
    name = claim["local_id"]
    page, other = visitor.open(system.addresses["subsidy"]), visitor.open(system.addresses["subsidy"])
    enter(page, system, "审核", "初审")
    enter(other, system, "审核", "初审")
    expect(page.locator(f"[data-waiting={name}]")).to_contain_text(claim["institution_name"])
    expect(page.locator(f"[data-waiting={name}]")).to_contain_text(f"{claim['amount_fen'] / 100:,.2f} 元")
    for window in (page, other):
        window.get_by_role("button", name=name, exact=True).click()
    looked_at(page, "review")
    page.set_viewport_size(WIDE)
    page.get_by_role("button", name=f"通过申领 {name}").dblclick()
    expect(page.get_by_text("已通过本环节。")).to_be_visible()
    expect(page.get_by_text("没有待审核的申领。")).to_be_visible()
    other.get_by_role("button", name=f"通过申领 {name}").click()
    expect(other.get_by_role("heading", name=f"申领 {name} 未能处理")).to_be_visible()
    expect(other.get_by_text("没有待审核的申领。")).to_be_visible()
    assert violations(other) == []
    visitor.complaints.clear()  # the browser logs the refusal

    enter(page, system, "审核", "复审")
    expect(page.locator(f"[data-waiting={name}]")).to_contain_text("复审中")
    if claim["clean"]:
        page.get_by_role("button", name="选中无异常的 1 笔").click()
        page.get_by_role("button", name="通过选中的 1 笔").dblclick()
    else:
        page.get_by_role("button", name=name, exact=True).click()
        page.get_by_role("button", name=f"通过申领 {name}").click()
    expect(page.get_by_text("没有待审核的申领。")).to_be_visible()
    assert system.get("subsidy", f"/v1/claims/{claim['id']}", by=PROVINCE)["status"] == "approved"

    enter(page, system, "财务", "制单", "?view=accounts")
    page.get_by_role("heading", name="登记收款账户").click()
    form = page.get_by_role("form", name="登记收款账户")
    fill(form, institution_id=claim["institution_id"], holder=claim["institution_name"], bank="样例银行营业部")
    fill(form, bank_code="103491000017", number="1605010104001234567", reason="开户许可证")
    form.get_by_role("button", name="登记").click()
    expect(page.get_by_text("已登记，等待复核。")).to_be_visible()
    looked_at(page, "accounts")
    enter(page, system, "财务", "复核", "?view=proposals")
    looked_at(page, "proposals")
    page.set_viewport_size(WIDE)
    page.get_by_role("button", name="确认：收款账户").click()
    expect(page.get_by_text("已确认并生效。")).to_be_visible()

    enter(page, system, "财务", "制单")
    expect(page.locator("[data-figure=payable]")).to_contain_text("1 笔")
    looked_at(page, "payable")
    page.set_viewport_size(WIDE)
    form = page.get_by_role("form", name="编制批次")
    fill(form, layout="sandbox", reason="11 月第一批")
    form.get_by_role("button", name="编成一个批次").dblclick()
    expect(page.locator("[data-batch]")).to_have_count(1)
    expect(page.locator("[data-figure=payable]")).to_contain_text("0 笔")
    enter(page, system, "财务", "复核", "?view=proposals")
    page.get_by_role("button", name="确认：放行拨付批次").click()
    expect(page.get_by_text("已确认并生效。")).to_be_visible()
    page.get_by_role("link", name="拨付批次").click()
    page.get_by_role("link", name="11 月第一批").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载银行文件").click()
    sent = tmp_path / "sent.csv"
    download.value.save_as(sent)
    address = page.url
    enter(page, system, "财务", "制单", address.partition("/?")[2].join(["?", ""]))
    wrong = tmp_path / "名册.csv"
    wrong.write_text("学员编号,姓名\n1,某人", encoding="utf-8")
    page.get_by_label("选择回盘文件").set_input_files(wrong)
    page.get_by_role("button", name="入账").click()
    expect(page.locator("[data-figure=summary]")).to_contain_text("文件被退回", timeout=FILE_MS)
    page.get_by_label("选择回盘文件").set_input_files(returned(sent, tmp_path / "回盘.csv"))
    page.get_by_role("button", name="入账").click()
    expect(page.locator("[data-figure=summary]")).to_have_text("1 笔已登记。", timeout=FILE_MS)
    # The rows are booked one after the other.
    expect(page.locator("#batch-title")).to_contain_text("已结清", timeout=FILE_MS)
    expect(page.locator("[data-row]").first).to_contain_text("已付")
    looked_at(page, "batch")
    page.set_viewport_size(WIDE)
    for view, title in (("预算", "budgets"), ("应追回", "owed"), ("对账单", "statements")):
        page.get_by_role("link", name=view, exact=True).click()
        expect(page.locator("h2").last).to_be_visible()
        assert violations(page) == [], title
    fill(page.get_by_role("form", name="生成对账单"), month="2025-10-15")
    page.get_by_role("button", name="生成").click()
    expect(page.get_by_text("份对账单。")).to_be_visible()
    looked_at(page, "statements")
