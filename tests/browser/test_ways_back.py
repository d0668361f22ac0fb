"""Ways back of subsidies, each by its two persons: a recall, what is given up and taken back, appeals, and leave."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from deploy.sandbox import POSTED_ON
from deploy.sandbox.client import Caller
from tests.browser.driving import Running, Visitor, be, looked_at
from tests.browser.test_institution import fill

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

PROVINCE: Final = Caller("province", "one", region="410000")
WIDE: Final[ViewportSize] = {"width": 1440, "height": 900}


def claims(system: Running, status: str) -> list[Any]:
    rows = system.get("subsidy", "/v1/claims", by=PROVINCE, status=status, size="500")["rows"]
    return [system.get("subsidy", f"/v1/claims/{row['id']}", by=PROVINCE) for row in rows]


def paid(system: Running) -> Any:
    """A claim with a line that was paid and a line that pays nothing."""
    return next(
        each
        for each in claims(system, "paid")
        if any(line["refusal"] for line in each["lines"])
        and any(line["amount_fen"] and not line["recovered_fen"] for line in each["lines"])
    )


def line_of(claim: Any, *, is_refused: bool) -> Any:
    return next(
        each
        for each in claim["lines"]
        if (each["refusal"] is not None) is is_refused and not each["recovered_fen"] and not each["written_off_fen"]
    )


def enter(page: Page, system: Running, caller: Caller, at: str) -> None:
    be(page, system, caller)
    page.goto(f"{system.addresses['subsidy']}/{at}")


def test_an_approval_is_taken_back_until_the_money_has_left(system: Running, visitor: Visitor) -> None:
    claim = claims(system, "approved")[0]
    page = visitor.open(system.addresses["subsidy"])
    enter(page, system, Caller("reviewer", "recaller", region=claim["region"]), f"?view=claims&claim={claim['id']}")

    page.get_by_text("撤回批准", exact=True).click()
    form = page.get_by_role("form", name="撤回批准")
    form.get_by_label("理由").fill("名册有误，须更正")
    page.reload()
    page.get_by_text("撤回批准", exact=True).click()
    expect(form.get_by_label("理由")).to_have_value("名册有误，须更正")
    looked_at(page, "recall")
    page.set_viewport_size(WIDE)
    form.get_by_role("button", name="撤回批准并退回").dblclick()

    expect(page.locator(".badge").first).to_have_text("已退回")
    expect(form).to_have_count(0)
    after = system.get("subsidy", f"/v1/claims/{claim['id']}", by=PROVINCE)
    assert (after["status"], after["history"][-1]["reason"]) == ("returned", "名册有误，须更正")
    assert [step["verb"] for step in after["history"]].count("return") == 1


def test_money_is_given_up_and_due_again_by_two_persons(system: Running, visitor: Visitor) -> None:
    claim = paid(system)
    line = line_of(claim, is_refused=False)["line"]
    one, two = (Caller("finance", person, region=claim["region"]) for person in ("back-one", "back-two"))
    at = f"?view=claims&claim={claim['id']}"
    page = visitor.open(system.addresses["subsidy"])

    def written_off() -> int:
        found = system.get("subsidy", f"/v1/claims/{claim['id']}", by=PROVINCE)["lines"]
        return int(next(each for each in found if each["line"] == line)["written_off_fen"])

    enter(page, system, one, at)
    form = page.get_by_role("form", name="提出追回或核销")
    fill(form, step="write-off", which=str(line), yuan="0.5", reason="机构已注销，无法追回")
    form.get_by_role("button", name="提出，由另一人复核").dblclick()
    expect(page.locator("[data-proposal=write-off]")).to_contain_text(f"第 {line} 行 0.50 元")
    expect(page.get_by_text("由您提出，须由他人复核。")).to_be_visible()
    looked_at(page, "money-back")
    page.set_viewport_size(WIDE)
    assert written_off() == 0

    enter(page, system, two, at)
    page.get_by_role("button", name="确认：核销").dblclick()
    expect(page.locator(f"[data-line='{line}']")).to_contain_text("已核销 0.50 元")
    expect(page.locator("[data-proposal]")).to_have_count(0)
    assert written_off() == 50

    fill(form, step="write-off-reversal", which="all", reason="款项已到账")
    form.get_by_role("button", name="提出，由另一人复核").click()
    expect(page.locator("[data-proposal=write-off-reversal]")).to_have_count(1)
    enter(page, system, one, "?view=proposals")
    row = page.locator("[data-proposal=write-off-reversal]")
    row.get_by_text("不同意", exact=True).click()
    row.get_by_label("理由").fill("银行流水不符")
    row.get_by_role("button", name="不同意：撤销核销").click()
    expect(page.get_by_text("未予同意，没有变动。")).to_be_visible()
    assert written_off() == 50


def test_an_institution_appeals_and_reads_the_answer_of_the_region_above(system: Running, visitor: Visitor) -> None:
    claim = paid(system)
    line = line_of(claim, is_refused=True)["line"]
    clerk = Caller("institution", "appealing", organisation=claim["institution_id"])
    at = f"?view=claims&claim={claim['id']}"
    page = visitor.open(system.addresses["subsidy"])

    enter(page, system, clerk, at)
    form = page.get_by_role("form", name="提出申诉")
    fill(form, subject=f"line {line}", reason="该学员的证书已补录")
    form.get_by_role("button", name="提出申诉").dblclick()
    expect(page.locator("[data-appeal=open]")).to_have_count(1)
    expect(page.locator("[data-appeal=open]")).to_contain_text("前答复")
    expect(form.get_by_label("申诉理由")).to_have_value("")
    looked_at(page, "appeal")
    page.set_viewport_size(WIDE)

    enter(page, system, Caller("reviewer", "same", region=claim["region"]), "?view=appeals")
    page.locator("[data-appeal=open] th button").click()
    expect(page.get_by_text("由上级地区答复。")).to_be_visible()
    enter(page, system, Caller("province", "above", region="410000"), "?view=appeals")
    page.locator("[data-appeal=open] th button").click()
    answer = page.get_by_role("form", name="答复申诉")
    fill(answer, verdict="deny", answer="证书日期晚于申领期限，维持原决定")
    looked_at(page, "appeals")
    page.set_viewport_size(WIDE)
    answer.get_by_role("button", name="答复").dblclick()
    expect(page.get_by_text("已答复。")).to_be_visible()

    enter(page, system, clerk, "?view=appeals")
    page.locator("[data-appeal=denied] th button").click()
    expect(page.get_by_text("证书日期晚于申领期限，维持原决定")).to_be_visible()
    (appeal,) = system.get("subsidy", "/v1/appeals", by=clerk)["rows"]
    assert (appeal["status"], appeal["decided_by"]) == ("denied", "above")


def test_a_colleague_stands_in_during_leave(system: Running, visitor: Visitor) -> None:
    reviewer = Caller("reviewer", "away", region="410173")
    page = visitor.open(system.addresses["subsidy"])
    enter(page, system, reviewer, "?view=delegations")

    form = page.get_by_role("form", name="登记代办")
    day = POSTED_ON.isoformat()
    fill(form, to_person="zhou", first_on=day, last_on="2025-12-31", reason="年休假")
    page.reload()
    expect(form.get_by_label("原因")).to_have_value("年休假")
    form.get_by_role("button", name="登记代办").dblclick()
    expect(page.locator("[data-delegation=open]")).to_have_count(1)
    expect(page.locator("[data-delegation=open]")).to_contain_text("zhou")
    expect(form.get_by_label("原因")).to_have_value("")
    looked_at(page, "delegations")
    page.set_viewport_size(WIDE)

    page.get_by_role("button", name="结束 zhou 的代办").click()
    expect(page.locator("[data-delegation=ended]")).to_have_count(1)
    (found,) = system.get("subsidy", "/v1/delegations", by=reviewer)["rows"]
    assert (found["from_person"], found["ended_by"]) == ("away", "away")
