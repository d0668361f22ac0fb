"""What waits for an officer: clean classes approved together, another looked at and returned, a flag settled."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from deploy.sandbox import POSTED_ON
from deploy.sandbox.client import Caller
from tests.browser.driving import Running, Visitor, looked_at, sign_in
from tests.browser.officers import PLACE, PROVINCE, filed, patrolled, school_clerk
from tests.registry.school import trainee

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]


def flagged(system: Running) -> None:
    """A class of which more hours were entered than marks show."""
    clerk, class_ = school_clerk(system), f"/v1/classes/{filed(system, 'F-1')['id']}"
    system.post("registry", f"{class_}/approval", by=Caller("county_officer", "li", region=PLACE))
    answer = system.post("registry", f"{class_}/enrolments", {"rows": [trainee(7_200)]}, by=clerk)
    system.post("registry", f"{class_}/start", by=clerk)
    edit = {"day": POSTED_ON.isoformat(), "hours": 8, "reason": "设备故障，以签到表为准"}
    system.post("registry", f"/v1/enrolments/{answer['rows'][0]['id']}/attendance-edits", edit, by=clerk)


def status(system: Running, class_id: str) -> str:
    return str(system.get("registry", f"/v1/classes/{class_id}", by=PROVINCE)["status"])


def test_what_waits_is_answered_together_or_one_by_one(system: Running, visitor: Visitor) -> None:
    one, other, third = (filed(system, name) for name in ("O-1", "O-2", "O-3"))
    page = visitor.open(f"{system.addresses['registry']}/sign-in")
    sign_in(page, "市、县", "中原区")
    page.goto(system.addresses["registry"])
    expect(page.locator("[data-waiting]")).to_have_count(3)

    page.get_by_role("button", name="O-3", exact=True).click()
    looked_at(page, "officer")
    page.set_viewport_size({"width": 1440, "height": 900})
    form = page.get_by_role("form", name="退回")
    form.get_by_label("需要更正什么").fill("名额与场地不符")
    form.get_by_role("button", name="退回班级 O-3").click()
    expect(page.locator("[data-waiting]")).to_have_count(2)
    page.get_by_role("button", name="选中材料齐全的 2 个").click()
    page.get_by_role("button", name="批准选中的 2 个").dblclick()

    expect(page.get_by_text("已批准 2 个班级。")).to_be_visible()
    expect(page.get_by_text("没有待审批的班级。")).to_be_visible()
    assert [status(system, each["id"]) for each in (one, other, third)] == ["approved", "approved", "returned"]


def test_a_flag_is_settled_with_a_reason(system: Running, visitor: Visitor) -> None:
    flagged(system)
    waiting = system.get("registry", "/v1/flags", by=PROVINCE, status="open", size="500")["rows"]
    assert waiting
    page = visitor.open(f"{system.addresses['registry']}/sign-in")
    sign_in(page, "省级")
    page.goto(system.addresses["registry"])
    expect(page.locator("[data-flag]")).to_have_count(len(waiting))

    flag = page.locator("[data-flag]").first
    chosen = flag.get_attribute("data-flag")
    flag.get_by_role("button").click()
    form = page.get_by_role("form", name="处理预警")
    form.get_by_label("核查结论").select_option("dismiss")
    form.get_by_label("理由").fill("现场核实，情况正常")
    form.get_by_role("button", name="保存处理结果").click()

    looked_at(page, "flags")
    expect(page.locator(f"[data-flag='{chosen}']")).to_have_count(0)
    settled = system.get("registry", f"/v1/flags/{chosen}", by=PROVINCE)
    assert (settled["status"], settled["settling_reason"]) == ("dismissed", "现场核实，情况正常")


def test_a_wrong_document_and_a_finding_are_settled_by_officers(system: Running, visitor: Visitor) -> None:
    class_, finding = patrolled(system, "O-9", 7_400)
    right = trainee(7_401)
    page = visitor.open(f"{system.addresses['registry']}/sign-in")
    sign_in(page, "市、县", "中原区")
    page.goto(f"{system.addresses['registry']}/?view=persons")
    page.get_by_role("heading", name="更正一名学员的证件").click()
    form = page.get_by_role("form", name="更正一名学员的证件")
    form.get_by_label("班级").select_option(class_["id"])
    form.get_by_label("学员").select_option(index=1)
    form.get_by_label("正确的证件号码").fill(str(right["document_number"]))
    form.get_by_label("证件上的姓名").fill(str(right["name"]))
    form.get_by_label("理由").fill("核对原件，登记有误")
    form.get_by_role("button", name="提出更正").dblclick()
    expect(page.get_by_text("已提出，等待另一名工作人员复核。")).to_be_visible()
    expect(page.get_by_text("由您提出，须由他人复核。")).to_be_visible()
    looked_at(page, "persons")
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_role("link", name="巡查问题").click()
    page.locator("[data-finding=rectified] th button").last.click()  # the newest
    form = page.get_by_role("form", name="复查")
    form.get_by_label("复查结论").select_option("yes")
    form.get_by_label("复查情况").fill("现场查看，已清理")
    looked_at(page, "findings")
    page.set_viewport_size({"width": 1440, "height": 900})
    form.get_by_role("button", name="登记复查结果").click()
    expect(page.get_by_text("复查结果已登记。")).to_be_visible()
    assert system.get("registry", finding, by=PROVINCE)["status"] == "closed"
    page.get_by_role("link", name="开班前核查").click()
    expect(page.get_by_role("heading", name="待核查的培训地点")).to_be_visible()

    page.goto(f"{system.addresses['registry']}/sign-in")
    sign_in(page, "市、县", "郑州市")
    page.goto(f"{system.addresses['registry']}/?view=persons")
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.get_by_text("已确认并生效。")).to_be_visible()
    expect(page.get_by_text("没有待复核的更正。")).to_be_visible()
