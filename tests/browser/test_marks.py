"""Marks that are appealed against or were published by mistake, and candidates with all columns of their file."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from deploy.sandbox import POSTED_ON
from deploy.sandbox.client import Caller
from shared.kernel.identity import DocumentKind
from shared.persons import Persons
from tests.browser.driving import Running, Visitor, be, looked_at
from tests.browser.test_institution import fill
from tests.registry.school import trainee

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

PROVINCE: Final = Caller("province", "one", region="410000")
WIDE: Final[ViewportSize] = {"width": 1440, "height": 900}
FIRST: Final = 7_700
"""The first number of the people invented here, so that nobody else has them."""


def person(number: int) -> dict[str, str]:
    invented = trainee(FIRST + number)
    return {"name": str(invented["name"]), "document_number": str(invented["document_number"])}


def holder(system: Running, number: int) -> Caller:
    """The person, as they look at their own records."""
    number_ = person(number)["document_number"]
    key, _ = Persons.load(system.keys).recognise(DocumentKind.RESIDENT_ID, number_, today=POSTED_ON)
    return Caller("holder", str(key))


def body(system: Running) -> str:
    rows = system.get("assessment", "/v1/bodies", by=PROVINCE, size="100")["rows"]
    return str(next(row["id"] for row in rows if row["region"] == "410100"))


def at_centre(system: Running, person: str) -> Caller:
    return Caller("assessment_body", person, organisation=body(system))


def filed(system: Running, name: str) -> Any:
    terms = {
        "local_id": name, "programme": "S02-1", "region": "410102", "occupation": "4-10-01-02", "award": "L4",
        "held_on": POSTED_ON.isoformat(),
    }  # fmt: skip
    return system.post("assessment", "/v1/sessions", terms, by=at_centre(system, "filing"))


def examined(system: Running, name: str, *numbers: int) -> Any:
    """A session of which everybody has failed in theory."""
    session, marker = filed(system, name), at_centre(system, "marking")
    path = f"/v1/sessions/{session['id']}"
    rows = [{"local_id": f"M-{each}", "years_of_work": 12, **person(each)} for each in numbers]
    system.post("assessment", f"{path}/candidates", {"rows": rows}, by=marker)
    marks = [{"local_id": f"M-{each}", "theory": 40, "skills": 80} for each in numbers]
    answer = system.post("assessment", f"{path}/results", {"rows": marks}, by=marker)
    assert answer["refused"] == 0, answer
    return session


def enter(page: Page, system: Running, caller: Caller, at: str) -> None:
    be(page, system, caller)
    page.goto(f"{system.addresses['assessment']}/{at}")


def candidate(system: Running, session: Any, name: str) -> Any:
    rows = system.get("assessment", f"/v1/sessions/{session['id']}/candidates", by=PROVINCE)["rows"]
    return next(row for row in rows if row["local_id"] == name)


def test_an_appeal_is_accepted_and_the_other_marks_take_a_second_person(system: Running, visitor: Visitor) -> None:
    session = examined(system, "A-1", 1, 2)
    system.post("assessment", f"/v1/sessions/{session['id']}/conclusion", by=at_centre(system, "head-of-it"))
    marked = candidate(system, session, "M-1")
    ground = {"ground": "理论卷第二大题漏评"}
    system.post("assessment", f"/v1/candidates/{marked['id']}/appeals", ground, by=holder(system, 1))
    page = visitor.open(system.addresses["assessment"])

    enter(page, system, at_centre(system, "answering"), "?view=appeals")
    row = page.locator("[data-appeal=open]").filter(has_text="A-1")
    row.get_by_role("button").click()
    expect(page.get_by_text("理论卷第二大题漏评")).to_be_visible()
    form = page.get_by_role("form", name="答复申诉")
    fill(form, verdict="accept", theory="66.5", reason="第二大题补评 26.5 分")
    looked_at(page, "marks-appeal")
    page.set_viewport_size(WIDE)
    form.get_by_role("button", name="答复").dblclick()
    expect(page.get_by_text("已采纳，成绩更正等待另一人复核。")).to_be_visible()
    expect(page.locator("[data-correction=M-1]")).to_contain_text("理论 40，技能 80 → 理论 66.5，技能 80")
    expect(page.get_by_text("由您提出，须由他人复核。")).to_be_visible()
    assert candidate(system, session, "M-1")["passed"] is False

    enter(page, system, Caller("county_officer", "second", region="410102"), "?view=appeals")
    looked_at(page, "marks-correction")
    page.set_viewport_size(WIDE)
    page.locator("[data-correction=M-1]").get_by_role("button", name="确认", exact=True).dblclick()
    expect(page.get_by_text("已更正。")).to_be_visible()
    expect(page.locator("[data-correction]")).to_have_count(0)
    assert candidate(system, session, "M-1")["passed"] is True

    page.locator("[data-appeal=accepted]").filter(has_text="A-1").get_by_role("button").click()
    again = page.get_by_role("form", name="要求重新答复")
    fill(again, reason="答复未说明评分依据")
    again.get_by_role("button", name="要求重新答复").click()
    expect(page.get_by_text("已退回重新答复。")).to_be_visible()
    expect(page.locator("[data-appeal=open]").filter(has_text="A-1")).to_have_count(1)


def test_results_that_were_published_by_mistake_are_taken_back(system: Running, visitor: Visitor) -> None:
    session = examined(system, "A-2", 3)
    system.post("assessment", f"/v1/sessions/{session['id']}/publication", by=at_centre(system, "head-of-it"))
    page = visitor.open(system.addresses["assessment"])

    enter(page, system, Caller("county_officer", "watching", region="410102"), "?view=public")
    page.locator("[data-public=A-2]").get_by_role("button").click()
    form = page.get_by_role("form", name="撤回公示")
    fill(form, reason="成绩录入有误")
    looked_at(page, "publications")
    page.set_viewport_size(WIDE)
    form.get_by_role("button", name="撤回考试 A-2 的公示").dblclick()

    expect(page.get_by_text("公示已撤回")).to_be_visible()
    expect(page.locator("[data-public=A-2]")).to_have_count(0)
    after = system.get("assessment", f"/v1/sessions/{session['id']}", by=PROVINCE)
    assert after["status"] == "sealed"


def test_a_session_that_was_cancelled_by_mistake_is_filed_again(system: Running, visitor: Visitor) -> None:
    session = filed(system, "A-3")
    system.post("assessment", f"/v1/sessions/{session['id']}/cancellation", by=at_centre(system, "filing"))
    page = visitor.open(system.addresses["assessment"])

    enter(page, system, at_centre(system, "filing"), f"?session={session['id']}")
    page.get_by_text("恢复考试", exact=True).first.click()
    form = page.get_by_role("form", name="恢复考试")
    fill(form, reason="误操作")
    form.get_by_role("button", name="恢复考试").dblclick()

    expect(page.locator("#session-title .badge")).to_have_text("已报备")
    assert system.get("assessment", f"/v1/sessions/{session['id']}", by=PROVINCE)["status"] == "filed"


def test_a_sheet_may_have_all_columns_of_the_file_in_any_order(system: Running, visitor: Visitor) -> None:
    session = filed(system, "A-4")
    page = visitor.open(system.addresses["assessment"])
    enter(page, system, at_centre(system, "filing"), f"?session={session['id']}&part=candidates")
    headings = (
        "考试编号", "姓名", "考生编号", "证件类型", "身份证号", "从业年限", "已有证书等级", "已有证书编号", "证书日期",
        "学历或职称", "取得日期",
    )  # fmt: skip
    one, two = person(11), person(12)
    certified = ("L4", "Y000041000001195000001", "2019年5月1日")
    rows = [
        (
            "A-4", one["name"], "M-11", "身份证", one["document_number"], "6", "初级工", certified[1], certified[2],
            "", "",
        ),
        (
            "A-4", two["name"], "M-12", "居民身份证", two["document_number"], "12", "", "", "", "大专及以上毕业证",
            "2015/7/1",
        ),
    ]  # fmt: skip
    text = "\n".join("\t".join(cells) for cells in (headings, *rows))
    form = page.get_by_role("form", name="从表格报送考生")

    form.get_by_label("考生名单").fill(text.replace("A-4\t", "A-1\t"))
    form.get_by_role("button", name="报送考生").click()
    expect(page.get_by_role("alert")).to_contain_text("表格中有其他考试（A-1）的考生")
    assert page.locator("[data-candidate]").count() == 0
    form.get_by_label("考生名单").fill(text.replace("大专及以上毕业证", "夜校结业证"))
    form.get_by_role("button", name="报送考生").click()
    expect(page.get_by_role("alert")).to_contain_text("第 2 人的“夜校结业证”无法识别。可填：中等职业学校毕业证、")
    form.get_by_label("考生名单").fill(text)
    form.get_by_label("先试算").check()
    form.get_by_role("button", name="报送考生").click()
    expect(page.locator("[data-figure=told]")).to_contain_text("2 人可以登记，尚未登记。")
    looked_at(page, "sheet")
    page.set_viewport_size(WIDE)
    form.get_by_label("先试算").uncheck()
    form.get_by_role("button", name="报送考生").dblclick()
    expect(page.locator("[data-figure=told]")).to_contain_text("2 人已登记。")
    expect(page.locator("[data-candidate]")).to_have_count(2)
