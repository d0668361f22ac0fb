"""An officer looks at the record of a person: the reason comes first, and the number stands in no address."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from deploy.sandbox.client import Caller
from tests.browser.driving import Running, Visitor, looked_at, sign_in
from tests.browser.officers import PLACE, filed, school_clerk
from tests.registry.school import trainee

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]


def trained(system: Running, name: str, person: int) -> None:
    """A class in the officer's county that runs, with one trainee."""
    clerk, class_ = school_clerk(system), f"/v1/classes/{filed(system, name)['id']}"
    system.post("registry", f"{class_}/approval", by=Caller("county_officer", "li", region=PLACE))
    system.post("registry", f"{class_}/enrolments", {"rows": [trainee(person)]}, by=clerk)
    system.post("registry", f"{class_}/start", by=clerk)


def test_a_record_is_shown_to_who_said_why(system: Running, visitor: Visitor) -> None:
    trained(system, "R-3", 7_601)
    number = str(trainee(7_601)["document_number"])
    page = visitor.open(f"{system.addresses['registry']}/sign-in")
    sign_in(page, "市、县", "中原区")
    page.goto(f"{system.addresses['registry']}/?view=record")
    form = page.get_by_role("form", name="查询个人记录")

    form.get_by_label("证件号码").fill(number)
    form.get_by_role("button", name="查询").click()
    expect(page.locator("[data-figure=record]")).to_have_count(0)  # the reason is missing
    form.get_by_label("查询事由").fill("本人来电核实培训经历")
    form.get_by_role("button", name="查询").dblclick()

    record = page.locator("[data-figure=record]")
    expect(record.get_by_role("cell", name="在训")).to_be_visible()
    expect(record).to_contain_text("R-3")
    expect(record.get_by_text("本人来电核实培训经历")).to_have_count(1)
    expect(page.get_by_label("证件号码")).to_have_value("")
    assert number not in page.content()
    assert number not in page.url
    assert page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)").find(number) == -1
    looked_at(page, "record")
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_role("button", name="关闭记录").click()
    expect(record).to_have_count(0)


def test_a_person_of_another_place_is_nobody_here(system: Running, visitor: Visitor) -> None:
    page = visitor.open(f"{system.addresses['registry']}/sign-in")
    sign_in(page, "市、县", "中原区")
    page.goto(f"{system.addresses['registry']}/?view=record&lang=en")
    form = page.get_by_role("form", name="Look at a person's record")

    form.get_by_label("Number").fill(str(trainee(7_999)["document_number"]))
    form.get_by_label("Why you look").fill("本人来电核实")
    form.get_by_role("button", name="Look").click()

    expect(page.get_by_role("alert")).to_contain_text("Nobody with this document was trained in your region.")
    visitor.complaints.clear()  # the browser says that the answer was 422
