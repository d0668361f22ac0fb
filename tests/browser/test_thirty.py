"""A clerk's first roster: thirty people, eight of them with the mistakes that rosters usually have."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from deploy.sandbox import POSTED_ON
from deploy.sandbox.client import Caller
from tests.browser.driving import Running, Visitor, looked_at
from tests.browser.test_institution import PLACE, clerk, fill, own_class
from tests.registry.school import trainee
from tests.shared.spreadsheets.workbooks import workbook
from tests.support.people import identity_number

__all__ = ["clerk"]

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

HEADINGS: Final = ("学员编号", "姓名", "证件号码", "手机号", "就业状态", "同意日期")
FIRST: Final = 8_600
"""The first number of the trainees invented here; no other test of the pages has them."""
PEOPLE: Final = 30
MISTAKES: Final[dict[int, tuple[str, Callable[[str], str]]]] = {
    2: ("证件号码", lambda number: number[:-1]),
    5: ("证件号码", lambda number: number[:-1] + ("1" if number[-1] != "1" else "2")),
    8: ("姓名", lambda name: f"{name}(2)"),
    11: ("姓名", lambda name: f"{name[0]}?"),
    14: ("手机号", lambda phone: f"{phone}0"),
    17: ("就业状态", lambda _: "临时"),
    20: ("同意日期", lambda _: "去年九月"),
    23: ("证件号码", lambda _: identity_number(date(2015, 1, 1), 5)),
}
"""By the person's place in the list: the column and what stands in it instead."""


def cells(place: int) -> list[str]:
    """What is right of a person, under HEADINGS."""
    person = trainee(FIRST + place)
    return [str(person[name]) for name in ("local_id", "name", "document_number", "phone")] + ["在职", "2025-09-01"]


def with_mistakes() -> list[list[str]]:
    rows = [cells(place) for place in range(PEOPLE)]
    for place, (column, spoilt) in MISTAKES.items():
        at = HEADINGS.index(column)
        rows[place][at] = spoilt(rows[place][at])
    return rows


def saved(file: Path, rows: list[list[Any]]) -> Path:
    file.write_bytes(workbook(*rows, headings=HEADINGS))
    return file


def filed(page: Page, system: Running) -> str:
    """The id of a class that was filed on the page, and that its county approved."""
    day = POSTED_ON.isoformat()
    page.get_by_role("link", name="报备新班").first.click()
    form = page.get_by_role("form", name="报备新班")
    fill(form, local_id="W-30", programme="S02-1", region=PLACE, occupation="4-10-01-05", award="completion", hours="8")
    fill(form, starts_on=day, ends_on=day, seats="40")
    form.get_by_role("button", name="提交报备").click()
    expect(page.get_by_text("已报备，等待县级审批。")).to_be_visible()
    found = str(own_class(system, "W-30")["id"])
    system.post("registry", f"/v1/classes/{found}/approval", by=Caller("county_officer", "li", region=PLACE))
    return found


def test_eight_mistakes_in_thirty_rows_are_named_and_corrected_in_the_file_that_comes_back(
    system: Running, clerk: Page, visitor: Visitor, tmp_path: Path
) -> None:
    page, class_id = clerk, filed(clerk, system)
    page.goto(f"{system.addresses['registry']}/?class={class_id}&part=roster")
    page.get_by_role("button", name="用文件报送名册").click()
    page.get_by_label("选择名册文件").set_input_files(saved(tmp_path / "名册.xlsx", with_mistakes()))
    page.get_by_role("button", name="报送并登记").click()

    good = PEOPLE - len(MISTAKES)
    expect(page.locator("[data-figure=summary]")).to_have_text(
        re.compile(f"{good} 人已登记。{len(MISTAKES)} 行需要更正。")
    )
    # Each mistake with its column, and the person by their row and masked name.
    told = "\n".join(page.locator("[data-reason]").all_inner_texts())
    for place, (column, _) in MISTAKES.items():
        assert column in told, column
        assert f"第 {place + 2} 行" in told, place
    assert "_" not in told, "no name that programs use reaches a clerk"
    assert str(trainee(FIRST + 2)["document_number"]) not in page.content()
    looked_at(page, "thirty-people")
    page.set_viewport_size({"width": 1440, "height": 900})
    with page.expect_download() as download:
        page.get_by_role("button", name="下载退回的行").click()
    returned = CalamineWorkbook.from_path(str(download.value.path())).get_sheet_by_index(0).to_python()
    headings, _in_english, *rows = [[str(cell) for cell in row] for row in returned]
    own = headings.index("学员编号")
    assert sorted(row[own] for row in rows) == sorted(cells(place)[0] for place in MISTAKES)

    right = [cells(int(row[own].removeprefix("T")) - FIRST) for row in rows]
    page.get_by_label("选择名册文件").set_input_files(saved(tmp_path / "更正.xlsx", right))
    page.get_by_role("button", name="报送并登记").click()

    expect(page.locator("[data-figure=summary]")).to_have_text(re.compile(f"{len(MISTAKES)} 人已登记。"))
    assert own_class(system, "W-30")["seated"] == PEOPLE
