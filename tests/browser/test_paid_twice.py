"""What the bank paid twice: recorded, recovered and given up, each by two persons of finance; the payee looks on."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from deploy.sandbox.client import Caller
from tests.browser.driving import Running, Visitor, be, looked_at
from tests.browser.test_institution import fill

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

PROVINCE: Final = Caller("province", "one", region="410000")
WIDE: Final[ViewportSize] = {"width": 1440, "height": 900}
REFERENCE: Final = "LY20251120-7"
PROPOSE: Final = "提出，由另一人复核"


def claim_named(system: Running, name: str) -> Any:
    rows = system.get("subsidy", "/v1/claims", by=PROVINCE, size="500")["rows"]
    return next(each for each in rows if each["local_id"] == name)


def enter(page: Page, system: Running, caller: Caller, at: str) -> None:
    be(page, system, caller)
    page.goto(f"{system.addresses['subsidy']}/{at}")


def expect_figures(page: Page, reference: str, *figures: str) -> None:
    """Of a row: what was paid, what came back, what was given up, what is outstanding, and the state."""
    expect(page.locator(f"tr[data-double-payment='{reference}'] td:nth-of-type(n+5)")).to_have_text(list(figures))


def record(page: Page, system: Running, claim: Any, reference: str, *, by: Caller, confirmed_by: Caller) -> None:
    enter(page, system, by, f"?view=claims&claim={claim['id']}")
    page.get_by_text("登记银行重复付款", exact=True).click()
    form = page.get_by_role("form", name="登记银行重复付款")
    fill(form, paid_on="2025-11-20", yuan="54000", reference=reference, reason="银行重复划款")
    form.get_by_role("button", name=PROPOSE).dblclick()
    expect(page.locator("[data-proposal=double-payment]")).to_contain_text(f"2025-11-20 付款 · 流水号 {reference}")
    looked_at(page, "paid-twice-record")
    page.set_viewport_size(WIDE)
    enter(page, system, confirmed_by, "?view=proposals")
    page.get_by_role("button", name="确认：登记重复付款").dblclick()
    expect(page.get_by_text("已确认并生效。")).to_be_visible()


def opened(page: Page, reference: str) -> Locator:
    """The form of a row that opens."""
    page.get_by_role("button", name=reference, exact=True).click()
    return page.get_by_role("form", name="办理重复付款")


def settle(page: Page, system: Running, kind: str, *, by: Caller, confirmed_by: Caller, **content: str) -> None:
    """A step proposed by one person in the row that opens, and confirmed there by another."""
    at = "?view=double-payments"
    enter(page, system, by, at)
    form = opened(page, REFERENCE)
    form.get_by_label("办理事项").select_option(content["step"])
    fill(form, **content)
    form.get_by_role("button", name=PROPOSE).dblclick()
    expect(page.get_by_text("由您提出，须由他人复核。")).to_be_visible()
    enter(page, system, confirmed_by, at)
    opened(page, REFERENCE)
    page.get_by_role("button", name=f"确认：{kind}").dblclick()
    expect(page.get_by_text("已确认并生效。")).to_be_visible()


def test_what_the_bank_paid_twice_comes_back_to_the_fen(system: Running, visitor: Visitor) -> None:
    # Two claims of one school in one district: the first was paid 54,000 yuan, the second is approved.
    claim, later = claim_named(system, "K071"), claim_named(system, "K035")
    assert (claim["amount_fen"], later["institution_id"]) == (5_400_000, claim["institution_id"])
    one, two = (Caller("finance", person, region=claim["region"]) for person in ("twice-one", "twice-two"))
    page = visitor.open(system.addresses["subsidy"])

    record(page, system, claim, REFERENCE, by=one, confirmed_by=two)
    page.get_by_role("link", name="重复付款", exact=True).click()
    expect(page.locator(f"tr[data-double-payment='{REFERENCE}']")).to_contain_text("K071")
    expect_figures(page, REFERENCE, "54,000.00 元", "0.00 元", "0.00 元", "54,000.00 元", "待追回")

    settle(
        page, system, "追回重复付款", by=one, confirmed_by=two, step="recovery", yuan="12000.34", reason="学校已退回"
    )
    settle(
        page, system, "追回重复付款", by=one, confirmed_by=two,
        step="recovery", yuan="1234.56", against=later["id"], reason="从下一笔付款中抵扣",
    )  # fmt: skip
    expect(page.locator("[data-recovery='1200034']")).to_contain_text("12,000.34 元 已退回")
    expect(page.locator("[data-recovery='123456']")).to_contain_text("1,234.56 元 从申领 K035 的付款中抵扣")
    # 12,000.34 + 1,234.56 = 13,234.90; 54,000.00 - 13,234.90 = 40,765.10
    expect_figures(page, REFERENCE, "54,000.00 元", "13,234.90 元", "0.00 元", "40,765.10 元", "待追回")
    looked_at(page, "paid-twice")
    page.set_viewport_size(WIDE)

    settle(
        page, system, "核销重复付款", by=one, confirmed_by=two,
        step="write-off", yuan="40765.10", reason="学校已注销，无法追回",
    )  # fmt: skip
    expect_figures(page, REFERENCE, "54,000.00 元", "13,234.90 元", "40,765.10 元", "0.00 元", "已结清")
    page.get_by_role("link", name="待追回", exact=True).click()
    expect(page.get_by_text("没有重复付款。")).to_be_visible()

    clerk = Caller("institution", "clerk", organisation=claim["institution_id"])
    enter(page, system, clerk, f"?view=claims&claim={claim['id']}")
    shown = page.locator(f"[data-double-payment='{REFERENCE}']")
    expect(shown).to_contain_text("已追回 13,234.90 元，已核销 40,765.10 元，尚未追回 0.00 元")
    expect(page.get_by_text("登记银行重复付款", exact=True)).to_have_count(0)

    # Both were mistakes: the write-off, and that 12,000.34 yuan came back. 1,234.56 stay kept; 52,765.44 are owed.
    three = Caller("finance", "twice-three", region=claim["region"])
    settle(page, system, "撤销核销重复付款", by=one, confirmed_by=three, step="write-off-reversal", reason="学校未注销")
    expect_figures(page, REFERENCE, "54,000.00 元", "13,234.90 元", "0.00 元", "40,765.10 元", "待追回")
    enter(page, system, one, "?view=double-payments")
    form = opened(page, REFERENCE)
    fill(form, step="recovery-reversal", reason="并未退回")
    form.get_by_label("哪一笔追回").select_option(index=1)
    form.get_by_role("button", name=PROPOSE).click()
    expect(page.get_by_text("由您提出，须由他人复核。")).to_be_visible()
    enter(page, system, three, "?view=proposals")
    page.get_by_role("button", name="确认：撤销追回重复付款").click()
    expect(page.get_by_text("已确认并生效。")).to_be_visible()
    page.goto(f"{system.addresses['subsidy']}/?view=double-payments")
    expect_figures(page, REFERENCE, "54,000.00 元", "1,234.56 元", "0.00 元", "52,765.44 元", "待追回")
    opened(page, REFERENCE)
    expect(page.locator("[data-recovery='1200034']")).to_contain_text("12,000.34 元 已恢复为应追回")


def test_a_record_by_mistake_is_taken_back_by_a_third_person(system: Running, visitor: Visitor) -> None:
    claim, reference = claim_named(system, "K071"), "LY20251120-8"
    one, two, three = (Caller("finance", f"mistaken-{each}", region=claim["region"]) for each in range(3))
    page = visitor.open(system.addresses["subsidy"])
    record(page, system, claim, reference, by=one, confirmed_by=two)

    enter(page, system, one, "?view=double-payments")
    form = opened(page, reference)
    fill(form, step="cancellation", reason="银行流水看错")
    form.get_by_role("button", name=PROPOSE).click()
    expect(page.locator("[data-proposal=double-payment-cancellation]")).to_have_count(1)
    enter(page, system, three, "?view=proposals")
    page.get_by_role("button", name="确认：撤销重复付款登记").click()
    expect(page.get_by_text("已确认并生效。")).to_be_visible()

    page.goto(f"{system.addresses['subsidy']}/?view=double-payments&status=cancelled")
    expect(page.locator(f"tr[data-double-payment='{reference}']")).to_contain_text("已撤销登记")
    expect_figures(page, reference, "54,000.00 元", "0.00 元", "0.00 元", "0.00 元", "已撤销登记")
