"""The workplace of an institution, from filing a class to its end, and what became of claims and certificates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, expect

from deploy.sandbox import POSTED_ON
from deploy.sandbox.client import Caller
from tests.browser.driving import Running, Visitor, looked_at, sign_in, violations
from tests.registry.school import trainee

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

PROVINCE: Final = Caller("province", "one", region="410000")
HEADINGS: Final = "学员编号,姓名,证件号码,手机号,就业状态,同意日期"
FIRST_TRAINEE: Final = 7_100
"""The first number of the trainees invented here, so that the sample has none of them."""
PLACE: Final = "410305"


@pytest.fixture
def clerk(system: Running, visitor: Visitor) -> Page:
    page = visitor.open(f"{system.addresses['registry']}/sign-in")
    sign_in(page, "培训机构", "洛阳市")
    page.goto(system.addresses["registry"])
    page.locator("tbody tr").first.wait_for()
    return page


def institution(system: Running) -> Caller:
    rows = system.get("registry", "/v1/institutions", by=PROVINCE, size="50")["rows"]
    (found,) = [row["id"] for row in rows if row["name"] == "洛阳市样例制造有限公司"]
    return Caller("institution", "clerk", organisation=found)


def own_class(system: Running, name: str) -> Any:
    rows = system.get("registry", "/v1/classes/next-steps", by=institution(system), size="500")["rows"]
    (found,) = [row for row in rows if row["local_id"] == name]
    return found


def fill(form: Locator, **fields: str) -> None:
    """Fill in fields by their names; lists by the value to choose."""
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("(field) => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def roster(file: Path, rows: Sequence[dict[str, Any]]) -> Path:
    lines = [
        ",".join((row["local_id"], row["name"], row["document_number"], row["phone"], "在职", "2025-09-01"))
        for row in rows
    ]
    file.write_text("\n".join([HEADINGS, *lines]), encoding="utf-8")
    return file


def test_a_class_goes_from_filing_to_its_end_on_the_page_alone(
    system: Running, clerk: Page, visitor: Visitor, tmp_path: Path
) -> None:
    page, day = clerk, POSTED_ON.isoformat()
    page.get_by_role("link", name="报备新班").first.click()
    form = page.get_by_role("form", name="报备新班")
    fill(form, local_id="W-1", programme="S02-1", region=PLACE, occupation="4-10-01-05", award="completion", hours="8")
    page.reload()
    expect(form.locator("[name=local_id]")).to_have_value("W-1")
    expect(form.locator("[name=programme]")).to_have_value("S02-1")
    fill(form, starts_on=day, ends_on="2025-01-01", seats="40")
    form.get_by_role("button", name="提交报备").click()
    expect(form.get_by_role("alert")).to_contain_text("结束日期")
    assert "_" not in form.get_by_role("alert").inner_text(), "no name that programs use reaches a clerk"
    visitor.complaints.clear()  # the browser logs the 422
    fill(form, ends_on=day)
    form.get_by_role("button", name="提交报备").dblclick()

    expect(page.get_by_text("已报备，等待县级审批。")).to_be_visible()
    filed = own_class(system, "W-1")
    officer = Caller("county_officer", "li", region=PLACE)
    system.post("registry", f"/v1/classes/{filed['id']}/approval", by=officer)
    page.reload()
    expect(page.get_by_text("尚需：登记学员")).to_be_visible()

    good: list[dict[str, Any]] = [trainee(FIRST_TRAINEE + each) for each in range(3)]
    wrong = [{**trainee(FIRST_TRAINEE + each), "document_number": "41999920060831944"} for each in (3, 4)]
    page.get_by_role("link", name="学员与结果").click()
    page.get_by_role("button", name="用文件报送名册").click()
    expect(page.get_by_label("学员属于")).to_have_value(filed["id"])
    page.get_by_label("选择名册文件").set_input_files(roster(tmp_path / "第一批.csv", [*good, *wrong]))
    page.get_by_role("button", name="试算（不登记）").click()
    expect(page.get_by_role("heading", name="试算结果（未登记）")).to_be_visible()
    expect(page.locator("[data-figure=summary]")).to_have_text(re.compile("3 人可以登记，尚未登记。2 行需要更正。"))
    reason = page.locator("[data-reason]")
    expect(reason).to_have_count(1)
    expect(reason).to_contain_text("证件号码")
    expect(reason).to_contain_text("第 5 行 学*")
    assert own_class(system, "W-1")["seated"] == 0
    assert violations(page) == []

    page.get_by_label("选择名册文件").set_input_files(roster(tmp_path / "更正.csv", good))
    expect(page.locator("[data-figure=summary]")).to_have_count(0)
    page.get_by_role("button", name="报送并登记").click()
    expect(page.locator("[data-figure=summary]")).to_have_text(re.compile("3 人已登记。"))
    row = page.get_by_role("row").filter(has_text="更正.csv")
    expect(row).to_contain_text("处理完毕")
    page.get_by_role("row").filter(has_text="第一批.csv").get_by_role("link").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载退回的行").click()
    assert download.value.suggested_filename == "第一批-退回的行.xlsx"
    looked_at(page, "roster-file")

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{system.addresses['registry']}/?class={filed['id']}&part=roster")
    page.get_by_role("heading", name="登记一名学员").click()
    hand, extra = page.get_by_role("form", name="登记一名学员"), trainee(FIRST_TRAINEE + 9)
    fields = {name: str(extra[name]) for name in ("local_id", "name", "document_number", "phone")}
    fill(hand, **fields, employment="employed", consented_on="2025-09-01")
    hand.get_by_label("先试算").check()
    hand.get_by_role("button", name="登记").click()
    expect(page.get_by_text("可以登记，尚未登记。")).to_be_visible()
    assert own_class(system, "W-1")["seated"] == 3
    hand.get_by_label("先试算").uncheck()
    hand.get_by_role("button", name="登记").click()
    expect(page.locator(f"[data-trainee={extra['local_id']}]")).to_be_visible()
    page.get_by_role("button", name=f"退学：学员 {extra['local_id']}").click()
    page.get_by_role("dialog").get_by_label("原因").fill("本人放弃培训")
    assert violations(page) == []
    page.get_by_role("dialog").get_by_role("button", name="登记退学").click()
    expect(page.locator(f"[data-trainee={extra['local_id']}]")).to_contain_text("退学")

    page.get_by_role("button", name="开班").click()
    expect(page.get_by_text("下一步：授课并记录考勤")).to_be_visible()
    page.get_by_role("link", name="考勤").click()
    page.get_by_role("button", name=good[0]["local_id"]).click()
    correction = page.get_by_role("form", name="更正一天")
    fill(correction, day=day, hours="8", reason="设备故障，以签到表为准")
    correction.get_by_role("button", name="保存更正").click()
    expect(page.get_by_role("row").filter(has_text=good[0]["local_id"])).to_contain_text("100.0%")
    looked_at(page, "attendance")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="学员与结果").click()
    # Whoever has no attendance cannot be said to have been there.
    for person, hours in zip(good, ("8", "0", "0"), strict=True):
        page.get_by_role("button", name=f"登记结果：学员 {person['local_id']}").click()
        page.get_by_role("dialog").get_by_label("学时").fill(hours)
        page.get_by_role("dialog").get_by_role("button", name="登记", exact=True).click()
        outcome = "结业" if hours == "8" else "未结业"
        expect(page.locator(f"[data-trainee={person['local_id']}]")).to_contain_text(outcome)
    page.get_by_role("button", name="结班").click()
    expect(page.locator("#class-title")).to_contain_text("已结班")
    looked_at(page, "class")


def test_an_institution_sees_what_it_has_and_what_waits(system: Running, clerk: Page) -> None:
    rows = system.get("registry", "/v1/classes/next-steps", by=institution(system), size="500")["rows"]

    expect(clerk.locator("tbody tr")).to_have_count(len(rows))
    for row in rows:
        expect(clerk.locator(f"tr[data-class='{row['local_id']}']")).to_contain_text(
            f"{row['seated']} / {row['seats']}"
        )
    looked_at(clerk, "classes")
    clerk.get_by_role("button", name="English").click()
    expect(clerk.get_by_role("heading", name="My classes")).to_be_visible()
    assert violations(clerk) == []


def test_a_service_that_is_away_is_waited_for(system: Running, clerk: Page, visitor: Visitor) -> None:
    clerk.route("**/v1/classes/next-steps*", lambda route: route.fulfill(status=503, json={"code": "busy"}))
    clerk.reload()
    expect(clerk.get_by_text("正在自动重试")).to_be_visible()

    clerk.unroute_all()

    expect(clerk.locator("tbody tr").first).to_be_visible()
    visitor.complaints.clear()  # the browser logs the 503


def test_each_line_of_a_claim_says_what_came_of_it_and_why(system: Running, clerk: Page) -> None:
    claims = system.get("subsidy", "/v1/claims", by=institution(system), size="500")["rows"]
    clerk.get_by_role("link", name="补贴").click()

    expect(clerk.locator("tbody tr")).to_have_count(len(claims))
    paid = next(claim for claim in claims if claim["status"] == "paid")
    whole = system.get("subsidy", f"/v1/claims/{paid['id']}", by=institution(system))
    clerk.locator(f"tr[data-claim='{paid['local_id']}'] a").click()
    expect(clerk.locator("[data-figure=amount]")).to_have_text(f"{paid['amount_fen'] / 100:,.2f} 元")
    expect(clerk.get_by_text(f"{paid['paid_on']} 已拨付")).to_be_visible()
    for line in whole["lines"]:
        words = line["refusal_zh"] or "符合条件"
        expect(clerk.locator(f"[data-line='{line['line']}']")).to_contain_text(words)
    clerk.get_by_role("button", name="查看第 1 行的逐项检查").click()
    expect(clerk.locator("[data-line='1'] li").first).to_be_visible()
    looked_at(clerk, "claim")
    clerk.set_viewport_size({"width": 1440, "height": 900})
    clerk.get_by_role("link", name="测算").click()
    clerk.get_by_role("form", name="测算").get_by_label("班级").select_option(paid["class_id"])
    clerk.get_by_role("form", name="测算").get_by_role("button", name="测算").click()
    expect(clerk.locator("[data-figure=quote]")).to_be_visible()
    looked_at(clerk, "quote")


def test_certificates_of_the_trainees_are_listed(system: Running, clerk: Page) -> None:
    certificates = system.get("assessment", "/v1/certificates", by=institution(system), size="500")["rows"]

    clerk.get_by_role("link", name="评价与证书", exact=True).click()

    expect(clerk.locator("tbody tr")).to_have_count(len(certificates))
    expect(clerk.locator("tbody")).to_contain_text(certificates[0]["number"])
    looked_at(clerk, "certificates")


def test_whoever_is_not_an_institution_is_told_where_they_are(system: Running, visitor: Visitor) -> None:
    page = visitor.open(system.addresses["registry"])
    expect(page.get_by_text("请先登录。")).to_be_visible()
    page.get_by_role("link", name="前往登录").click()
    sign_in(page, "财务")

    page.goto(system.addresses["registry"])

    expect(page.get_by_text("本页供其他岗位使用")).to_be_visible()
    assert violations(page) == []
