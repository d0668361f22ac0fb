"""A session of an assessment centre from its filing to certificates, on the page alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from deploy.sandbox import POSTED_ON
from deploy.sandbox.client import Caller
from tests.browser.driving import FILE_MS, Running, Visitor, looked_at, sign_in, violations
from tests.browser.test_institution import fill
from tests.registry.school import trainee

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

PROVINCE: Final = Caller("province", "one", region="410000")
TODAY: Final = POSTED_ON.isoformat()
FIRST: Final = 7_300
"""The first number of the people invented here, so that nobody else has them."""
SCOPE: Final = "4-10-01-02 L4"


def person(number: int) -> dict[str, str]:
    invented = trainee(FIRST + number)
    return {"name": str(invented["name"]), "document_number": str(invented["document_number"])}


def register(page: Page, number: int, kind: str) -> None:
    form = page.get_by_role("form", name="登记考评员")
    fill(form, kind=kind, local_id=f"P-{number}", first_on="2025-01-01", **person(number))
    if kind == "examiner":
        fill(form, scope=SCOPE, certificate=f"KP-{number}", qualified_on="2025-01-01")
    form.get_by_role("button", name="登记").click()
    expect(page.locator(f"[data-examiner=P-{number}]")).to_be_visible()


def sheet(*numbers: int, wrong: int) -> str:
    """As copied from a spreadsheet: headings, people, and one whose number is wrong."""
    people = [(f"K-{each}", person(each)) for each in numbers]
    lines = ["考生编号\t姓名\t证件号码\t从业年限"]
    lines += [f"{id_}\t{each['name']}\t{each['document_number']}\t12" for id_, each in people]
    return "\n".join([*lines, f"K-{wrong}\t{person(wrong)['name']}\t41999920060831944\t12"])


def results(file: Path) -> Path:
    rows = ["考生编号,理论成绩,技能成绩", "K-11,80,85.5", "K-12,72,90", "K-13,50,40", "K-14,缺考,缺考"]
    file.write_text("\n".join(rows), encoding="utf-8")
    return file


def session(system: Running, name: str) -> Any:
    rows = system.get("assessment", "/v1/sessions", by=PROVINCE, size="500")["rows"]
    (found,) = [row for row in rows if row["local_id"] == name]
    return found


def test_a_session_goes_from_filing_to_certificates(system: Running, visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open(f"{system.addresses['assessment']}/sign-in")
    sign_in(page, "评价机构", "经办人：郑州市")
    page.goto(f"{system.addresses['assessment']}/?view=examiners")
    page.get_by_role("heading", name="登记考评员或督导员").click()
    for number, kind in ((1, "examiner"), (2, "examiner"), (3, "supervisor")):
        register(page, number, kind)
    looked_at(page, "examiners")
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_role("link", name="报备考试").click()
    form = page.get_by_role("form", name="报备考试")
    fill(form, local_id="B-1", scope=SCOPE, programme="S02-1", held_on=TODAY, region="410102", place="示范路 1 号")
    for room, (part, begins, ends) in enumerate((("theory", "09:00", "10:30"), ("skills", "14:00", "17:00"))):
        page.get_by_role("button", name="增加一个考场").click()
        names = ("part", "room", "from", "to", "seats")
        values = (part, f"10{room}", begins, ends, "20")
        fill(form, **{f"{name}-{room}": value for name, value in zip(names, values, strict=True)})
        form.locator("fieldset").filter(has_text=f"第 {room + 1} 个考场").get_by_label(f"P-{room + 1}").check()
    form.get_by_label("P-3").check()
    page.reload()
    expect(form.locator("[name=room-1]")).to_have_value("101")
    expect(form.locator("fieldset").filter(has_text="第 2 个考场").get_by_label("P-2")).to_be_checked()
    assert violations(page) == []
    form.get_by_role("button", name="报备考试").dblclick()
    expect(page.get_by_text("考试已报备，请报送考生。")).to_be_visible()
    filed = session(system, "B-1")
    assert [(len(each["examiners"]), each["seats"]) for each in filed["sittings"]] == [(1, 20), (1, 20)]

    form = page.get_by_role("form", name="从表格报送考生")
    form.get_by_label("考生名单").fill(sheet(11, 12, 13, wrong=14))
    form.get_by_label("先试算").check()
    form.get_by_role("button", name="报送考生").click()
    expect(page.locator("[data-figure=told]")).to_contain_text("3 人可以登记，尚未登记。")
    expect(page.locator("[data-figure=told]")).to_contain_text("第 4 人 K-14：")
    assert page.locator("[data-candidate]").count() == 0
    form.get_by_label("先试算").uncheck()
    form.get_by_role("button", name="报送考生").click()
    expect(page.locator("[data-candidate]")).to_have_count(3)
    page.get_by_role("heading", name="登记一名考生").click()
    hand = page.get_by_role("form", name="登记一名考生")
    fill(hand, local_id="K-14", years_of_work="12", **person(14))
    hand.get_by_role("button", name="登记").click()
    expect(page.locator("[data-candidate]")).to_have_count(4)
    looked_at(page, "candidates")
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_role("link", name="成绩", exact=True).click()
    huge = tmp_path / "huge.xlsx"
    with huge.open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    page.get_by_label("选择成绩文件").set_input_files(huge)
    page.get_by_role("button", name="报送并登记").click()
    expect(page.get_by_role("alert")).to_contain_text("文件太大")
    page.get_by_label("选择成绩文件").set_input_files(results(tmp_path / "成绩.csv"))
    page.get_by_role("button", name="试算（不登记）").click()
    expect(page.locator("[data-figure=summary]")).to_have_text("4 人可以登记，尚未登记。", timeout=FILE_MS)
    page.get_by_role("button", name="报送并登记").click()
    expect(page.locator("[data-figure=summary]")).to_have_text("4 人已登记。", timeout=FILE_MS)
    expect(page.get_by_text("由未登记成绩的同事办理")).to_be_visible()
    looked_at(page, "results")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="结束考试并颁发证书").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert session(system, "B-1")["status"] == "filed", "whoever posted results does not conclude the session"
    visitor.complaints.clear()  # the browser logs the 409

    address = page.url
    page.goto(f"{system.addresses['assessment']}/sign-in")
    sign_in(page, "评价机构", "负责人：郑州市")
    page.goto(address)
    page.get_by_role("button", name="结束考试并颁发证书").dblclick()
    expect(page.get_by_text("考试已结束，证书已颁发。")).to_be_visible()
    page.get_by_role("link", name="证书", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(2)
    issued = system.get("assessment", "/v1/certificates", by=PROVINCE, session_id=filed["id"])["rows"]
    for each in issued:
        expect(page.locator("tbody")).to_contain_text(each["number"])
    looked_at(page, "session")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="证书号段").click()
    expect(page.locator("[data-figure=left]").first).to_be_visible()
