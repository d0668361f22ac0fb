"""From the province to a region, to a county, to the institutions at work there; each step has an address."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from deploy.sandbox.client import Caller
from tests.browser.driving import Running, Visitor, looked_at, sign_in

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

PROVINCE: Final = Caller("province", "one", region="410000")
ROWS: Final = ".regions tbody tr"


def busiest(system: Running) -> dict[str, Any]:
    """The county of 郑州市 with the most trainings."""
    rows = system.ask("metrics", "/v1/totals", by="county", region="410100")["rows"]
    return dict(max(rows, key=lambda row: row["trainings"]))


def done(page: Page) -> dict[str, str]:
    """The trainings of each row, by the name that it shows."""
    rows = page.locator(ROWS).all()
    return {row.get_by_role("rowheader").inner_text(): row.locator("td").nth(1).inner_text() for row in rows}


def test_a_county_opens_its_institutions_for_who_may_see_them(system: Running, visitor: Visitor) -> None:
    county = busiest(system)
    name = system.ask("metrics", "/v1/names")["regions"][county["county"]][0]
    rows = system.get(
        "metrics", "/v1/organisation-totals", by=PROVINCE, region=county["county"], size="500"
    )["rows"]  # fmt: skip
    named = {
        row["id"]: row["name"] for row in system.get("registry", "/v1/institutions", by=PROVINCE, size="500")["rows"]
    }
    trained = [row for row in rows if row["trainings"]]
    page = visitor.open(f"{system.addresses['metrics']}/")

    page.locator(".tiles").get_by_role("button", name="郑州市").click()
    page.locator(ROWS).get_by_role("button", name=name).click()
    expect(page.locator("[data-figure=done]")).to_have_text(f"{county['trainings']:,}")
    expect(page.get_by_role("navigation", name="所在位置")).to_have_text(f"全省郑州市{name}")
    expect(page.locator("[data-figure=paid_fen]")).to_have_text(f"{county['paid_fen'] / 100:,.2f} 元")
    expect(page.get_by_text("各机构的数据须登录后查看。")).to_be_visible()
    looked_at(page, "county-public")
    page.set_viewport_size({"width": 1440, "height": 900})

    page.locator(".regions").get_by_role("link", name="前往登录").click()
    sign_in(page, "省级")
    page.get_by_role("link", name="前往工作页面").click()
    page.go_back()
    page.goto(f"{system.addresses['metrics']}/?region=410100&county={county['county']}")
    expect(page.locator(ROWS)).to_have_count(len(rows))
    shown = done(page)
    assert trained
    assert sum(row["trainings"] for row in rows) == county["trainings"]
    for row in trained:
        assert shown[named[row["id"]]] == f"{row['trainings']:,}"
    looked_at(page, "county")
    page.set_viewport_size({"width": 1440, "height": 900})

    with page.expect_download() as downloaded:
        page.get_by_role("button", name="下载表格").click()
    table = list(csv.reader(io.StringIO(Path(downloaded.value.path()).read_text(encoding="utf-8-sig"))))
    assert {row[1]: row[2] for row in table[1:]} == {name: text.replace(",", "") for name, text in shown.items()}

    page.go_back()
    page.goto(f"{system.addresses['metrics']}/?region=410100&county={county['county']}&lang=en")
    expect(page.get_by_role("heading", name="Institutions and assessment bodies")).to_be_visible()
    page.get_by_role("navigation", name="Where this is").get_by_role("link").nth(1).click()
    expect(page.get_by_role("heading", name="Counties")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Institutions and assessment bodies")).to_be_visible()


def test_an_officer_of_another_place_is_told_so(system: Running, visitor: Visitor) -> None:
    page = visitor.open(f"{system.addresses['metrics']}/sign-in")
    sign_in(page, "市、县", "中原区")

    page.goto(f"{system.addresses['metrics']}/?region=410200&county=410202")
    expect(page.get_by_role("alert")).to_be_visible()
    assert "/v1/" not in page.locator("main").inner_text()
    visitor.complaints.clear()  # the browser says that the answer was 403
