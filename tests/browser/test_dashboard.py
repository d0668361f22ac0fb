"""The dashboard as people use it, its figures beside those of the routes."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from deploy.local import ROOT
from deploy.sandbox.client import Caller
from tests.browser.driving import BYTES_MAX, WAIT_MS, Running, Visitor, overflow, picture, printed, violations
from tests.browser.officers import patrolled
from tests.metrics.targets.province import HEADINGS
from tests.shared.spreadsheets.workbooks import csv_file

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

ONE: Final = Caller("province", "one", region="410000")
TWO: Final = Caller("province", "two", region="410000")
FIGURES: Final = ".regions tbody tr"
QUESTIONS_MAX: Final = 16
"""One for each panel, one for the day, and the stream."""
QUALITY_SECONDS: Final = 180.0
STALE_MS: Final = 20_000
A4_WIDTH: Final = 1047
"""Of A4 across, without its margins, in pixels of a page."""


@pytest.fixture(scope="module")
def board(system: Running) -> str:
    """The address of the dashboard, once every region has a target of its own."""
    regions = [row["region"] for row in system.ask("metrics", "/v1/totals", by="region")["rows"]]
    targets = {region: str(100 + 10 * place) for place, region in enumerate(sorted(regions))}
    rows = [("HN2025", "地区", region, "完成培训", "", "", target) for region, target in targets.items()]
    total = ("HN2025", "地区", "合计", "完成培训", "", "", str(sum(map(int, targets.values()))))
    content = csv_file(*rows, total, headings=HEADINGS).encode()
    system.post_file("metrics", "/v1/target-files", content, "text/csv", by=ONE)
    waiting = system.get("metrics", "/v1/proposals", by=TWO, subject="targets/HN2025-region", status="proposed")
    for proposal in waiting["rows"]:
        system.post("metrics", f"/v1/proposals/{proposal['id']}/confirmation", by=TWO)
    return f"{system.addresses['metrics']}/"


def shown(page: Page) -> Page:
    """The page once it has its figures."""
    page.locator(FIGURES).first.wait_for()
    return page


def figure(page: Page, name: str) -> int:
    """A figure of the page as a number; money in fen."""
    text = page.locator(f"[data-figure={name}]").inner_text()
    digits = re.sub(r"[^\d.-]", "", text)
    return round(float(digits) * 100) if name.endswith("_fen") else int(digits)


def cells(page: Page, row: str) -> list[str]:
    return [text.strip() for text in page.locator(f"{row} > *").all_inner_texts()]


class TestFigures:
    def test_are_those_of_the_routes(self, system: Running, visitor: Visitor, board: str) -> None:
        page = shown(visitor.open(board))
        total = system.ask("metrics", "/v1/totals", by="")["total"]
        pace = system.ask("metrics", "/v1/pace", along="region")
        allocated = system.ask("metrics", "/v1/allocations", year="2025")["allocated_fen"]

        assert figure(page, "done") == pace["total"]["done"] == total["trainings"]
        assert page.locator("[data-figure=percent]").inner_text() == f"{pace['total']['percent']}%"
        assert figure(page, "in_training") == total["in_training"]
        assert figure(page, "certificates") == total["certificates"]
        for name in ("approved_fen", "paid_fen", "recovered_fen"):
            assert figure(page, name) == total[name]
        assert figure(page, "waiting_fen") == total["approved_fen"] - total["paid_fen"]
        assert figure(page, "allocated_fen") == allocated

    def test_quality_and_supervision_are_those_of_the_routes(
        self, system: Running, visitor: Visitor, board: str
    ) -> None:
        patrolled(system, "D-1", 7_300)
        # Told by the registry once a minute, when no class waits to be counted.
        quality = system.once(
            lambda: system.ask("metrics", "/v1/quality", year="2025"),
            shows=lambda found: found["total"]["demand_match"]["percent"] is not None,
            within_seconds=QUALITY_SECONDS,
        )
        waiting = system.once(
            lambda: system.ask("metrics", "/v1/supervision"), shows=lambda found: found["total"]["findings_open"] > 0
        )
        page = shown(visitor.open(board))

        for name in ("flags_open", "flags_holding", "flags_late", "findings_open", "findings_late", "patrols"):
            assert figure(page, name) == waiting["total"][name]
        rate = quality["total"]["demand_match"]
        expect(page.locator("[data-rate=demand_match] b")).to_have_text(f"{rate['percent']}%")
        expect(page.locator("[data-rate=demand_match] dd")).to_contain_text(f"{rate['numerator']:,}")
        page.get_by_text("按地区", exact=True).last.click()
        first = waiting["rows"][0]
        row = page.locator(f".supervision tr[data-place='{first['place']}'] td")
        expect(row.first).to_have_text(str(first["flags_open"]))
        expect(row.last).to_have_text(str(first["patrols"]))

    def test_every_region_stands_in_the_table_by_its_share_and_the_three_behind_are_marked(
        self, system: Running, visitor: Visitor, board: str
    ) -> None:
        page = shown(visitor.open(board))
        rows = system.ask("metrics", "/v1/pace", along="region")["rows"]
        by_share = sorted(rows, key=lambda row: (-row["done"] / row["target"], row["key"]))

        assert [row.get_attribute("data-place") for row in page.locator(FIGURES).all()] == [
            row["key"] for row in by_share
        ]
        marked = {row.get_attribute("data-place") for row in page.locator(f"{FIGURES}[data-behind=true]").all()}
        assert marked == {row["key"] for row in by_share if row["behind_by"]} & {row["key"] for row in by_share[-3:]}
        assert len(marked) == 3
        assert page.locator(".tiles button[data-behind=true]").count() == 3
        assert page.locator(".tiles li").count() == 19
        first = by_share[0]
        assert cells(page, f"tr[data-place='{first['key']}']")[2:4] == [f"{first['done']}", f"{first['target']}"]

    def test_every_special_stands_with_its_target_and_its_parts_on_request(
        self, system: Running, visitor: Visitor, board: str
    ) -> None:
        page = shown(visitor.open(board))
        rows = {row["key"]: row for row in system.ask("metrics", "/v1/pace", along="programme")["rows"]}

        assert page.locator(".specials tbody tr").count() == 10
        for key in ("S01", "S10"):
            done, target, percent = cells(page, f"tr[data-programme={key}]")[1:4]
            assert int(done.replace(",", "")) == rows[key]["done"]
            assert int(target.replace(",", "")) == rows[key]["target"]
            assert percent == f"{rows[key]['percent']}%"
        page.get_by_role("button", name="显示子项").click()
        page.locator("tr[data-programme='S02-1']").wait_for()
        assert "parts=1" in page.url

    def test_awards_and_trend_add_up_to_the_total(self, system: Running, visitor: Visitor, board: str) -> None:
        page = shown(visitor.open(f"{board}?measure=certificates&step=week"))
        total = system.ask("metrics", "/v1/totals", by="")["total"]["certificates"]

        awards = page.locator(".awards tbody tr td:last-child").all_inner_texts()
        page.get_by_text("以表格显示").click()
        weeks = page.locator(".trend tbody td").all_inner_texts()

        assert sum(int(text.replace(",", "")) for text in awards) == total
        assert sum(int(text.replace(",", "")) for text in weeks) == total


class TestView:
    def test_is_in_the_address_so_that_it_can_be_sent_reloaded_and_left(
        self, system: Running, visitor: Visitor, board: str
    ) -> None:
        page = shown(visitor.open(board))

        page.get_by_role("button", name="自定").click()
        page.get_by_label("至").fill("2025-06-30")
        page.wait_for_url("**last=2025-06-30**")
        half = system.ask("metrics", "/v1/totals", by="", first_day="2025-01-01", last_day="2025-06-30")["total"]
        expect(page.locator("[data-figure=certificates]")).to_have_text(f"{half['certificates']:,}")
        page.reload()
        shown(page)
        expect(page.locator("[data-figure=certificates]")).to_have_text(f"{half['certificates']:,}")
        expect(page.get_by_label("至")).to_have_value("2025-06-30")
        page.go_back()
        page.go_back()
        year = system.ask("metrics", "/v1/totals", by="")["total"]
        expect(page.locator("[data-figure=certificates]")).to_have_text(f"{year['certificates']:,}")

    def test_a_region_opens_its_counties(self, system: Running, visitor: Visitor, board: str) -> None:
        page = shown(visitor.open(board))
        counties = system.ask("metrics", "/v1/totals", by="county", region="410100")["rows"]

        page.locator(".tiles").get_by_role("button", name="郑州市").click()
        expect(page.locator(FIGURES)).to_have_count(len(counties))
        shown_done = {
            row.get_attribute("data-place"): row.locator("td").nth(1).inner_text()
            for row in page.locator(FIGURES).all()
        }
        assert shown_done == {row["county"]: str(row["trainings"]) for row in counties}
        page.get_by_role("navigation", name="所在位置").get_by_role("link", name="全省").click()
        expect(page.locator(FIGURES)).to_have_count(19)

    def test_the_table_sorts_with_the_keyboard_alone_and_comes_as_a_file_as_it_is_seen(
        self, visitor: Visitor, board: str
    ) -> None:
        page = shown(visitor.open(board))
        heading = page.get_by_role("columnheader", name="新发证书")

        heading.get_by_role("button").focus()
        page.keyboard.press("Enter")
        expect(heading).to_have_attribute("aria-sort", "descending")
        certificates = [int(cells(page, f"{FIGURES}:nth-child({place})")[8]) for place in range(1, 20)]
        assert certificates == sorted(certificates, reverse=True)
        with page.expect_download() as downloaded:
            page.get_by_role("button", name="下载表格").click()
        rows = list(csv.reader(io.StringIO(Path(downloaded.value.path()).read_text(encoding="utf-8-sig"))))
        column = rows[0].index("新发证书（本）")
        assert [int(row[column]) for row in rows[1:]] == certificates

    def test_speaks_english_and_remembers_it(self, visitor: Visitor, board: str) -> None:
        page = shown(visitor.open(board))

        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Progress of training")
        assert page.locator("html").get_attribute("lang") == "en"
        assert "lang=en" in page.url
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Progress of training")


class TestFreshness:
    def test_what_changed_shows_within_seconds_and_for_a_minute(
        self, system: Running, visitor: Visitor, board: str
    ) -> None:
        page = shown(visitor.open(board))
        expect(page.locator(".changes")).to_contain_text("没有变化")
        claims = system.get("subsidy", "/v1/claims", by=Caller("province", "one", region="410000"), status="approved")
        claim = claims["rows"][0]
        before = figure(page, "paid_fen")

        finance = Caller("finance", "payer", region=claim["reporting_region"])
        payment = {"paid_on": "2025-11-20", "reference": "PAGE-1"}
        system.post("subsidy", f"/v1/claims/{claim['id']}/payment", payment, by=finance)

        expect(page.locator(".changes li").first).to_contain_text("拨付金额", timeout=2 * WAIT_MS)
        paid = before + claim["amount_fen"]
        expect(page.locator("[data-figure=paid_fen]")).to_have_text(f"{paid / 100:,.2f} 元")

    def test_a_lost_connection_greys_the_figures_and_says_since_when(self, visitor: Visitor, board: str) -> None:
        page = shown(visitor.open(board))

        page.context.set_offline(True)
        page.get_by_text("连接中断，数据截至").wait_for(timeout=STALE_MS)
        expect(page.locator(".board")).to_have_attribute("data-stale", "true")
        assert re.search(r"（\d+ 秒前）", page.get_by_role("alert").inner_text())
        page.context.set_offline(False)
        expect(page.locator(".board")).to_have_attribute("data-stale", "false")
        visitor.complaints.clear()  # the browser says that it was offline


class TestLook:
    @pytest.mark.parametrize(
        "query", ["", "?lang=en&step=day&measure=paid_fen", "?region=410100", "?wall=1", "?period=day&parts=1"]
    )
    def test_axe_finds_nothing_in_the_light_and_in_the_dark(self, visitor: Visitor, board: str, query: str) -> None:
        page = shown(visitor.open(board + query))

        assert violations(page) == []
        page.get_by_role("button", name=re.compile("深色|Dark")).click()
        assert violations(page) == []

    @pytest.mark.parametrize("width", [390, 1440, 3840])
    def test_fits_every_width(self, visitor: Visitor, board: str, width: int) -> None:
        for dark in (False, True):
            page = shown(visitor.open(board, width=width, height=max(844, width * 9 // 16), dark=dark))
            assert overflow(page) <= 0
            picture(page, f"dashboard-{width}-{'dark' if dark else 'light'}")

    def test_a_wall_shows_everything_at_once(self, visitor: Visitor, board: str) -> None:
        page = shown(visitor.open(f"{board}?wall=1", width=3840, height=2160))

        assert page.evaluate("document.scrollingElement.scrollHeight") <= 2160
        picture(page, "dashboard-wall")

    def test_prints_on_a4_without_cut_columns(self, visitor: Visitor, board: str) -> None:
        page = shown(visitor.open(board, width=A4_WIDTH))
        page.emulate_media(media="print")

        cut: Any = page.evaluate(
            "[...document.querySelectorAll('table')].filter((each) => each.checkVisibility())"
            ".filter((each) => each.getBoundingClientRect().right > innerWidth).map((each) => each.className)"
        )
        assert cut == []
        expect(page.get_by_role("button", name="郑州市").last).to_be_visible()
        printed(page, "dashboard")

    def test_the_first_figures_wait_for_few_questions_and_little_weight(self, visitor: Visitor, board: str) -> None:
        # How long they take on this machine is measured by `make bench PART=pages`.
        page = shown(visitor.open(board))
        asked = page.evaluate(
            "performance.getEntriesByType('resource').filter((each) => each.name.includes('/v1/')"
            " && each.startTime < performance.getEntriesByName('first-figures')[0].startTime).map((each) => each.name)"
        )
        files = page.evaluate(
            "performance.getEntriesByType('resource').filter((each) => each.name.includes('/assets/'))"
            ".reduce((sum, each) => sum + each.decodedBodySize, 0)"
        )
        assert 0 < len(set(asked)) <= QUESTIONS_MAX, asked
        assert 0 < files < BYTES_MAX
        assert (ROOT / "web" / "dist").is_dir()
