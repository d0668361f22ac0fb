"""Pages of services: built ones if there are any, else plain ones, and the policy that holds for both."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from deploy.local import ROOT
from shared.edge.bodies import BodyLimits, OpenRequests
from shared.kernel.refusals import NotFound
from shared.pages import POLICY, Pages, install, page_of, page_router
from shared.settings import ServiceSettings

PLAIN = sorted((ROOT / "services").glob("*/*/**/*.html"))
"""The pages that need no build."""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder like the one that the build writes."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "board.html").write_text("built", encoding="utf-8")
    (tmp_path / "assets" / "board-1a2b.js").write_text("1", encoding="utf-8")
    return tmp_path


class TestPages:
    def test_a_built_page_comes_before_a_plain_one(self, built: Path, tmp_path: Path) -> None:
        plain = tmp_path / "plain"
        plain.mkdir()
        (plain / "board.html").write_text("plain", encoding="utf-8")

        assert Pages(built, [plain]).document("board").body == b"built"
        assert Pages(tmp_path / "nothing", [plain]).document("board").body == b"plain"

    def test_browsers_keep_built_files_for_ever_and_ask_again_for_pages(self, built: Path) -> None:
        pages = Pages(built, [])

        assert "immutable" in pages.asset("board-1a2b.js").headers["Cache-Control"]
        assert pages.document("board").headers["Cache-Control"] == "no-cache"

    @pytest.mark.parametrize("name", ["board.html", "../board.html", "other.js", ""])
    def test_no_other_file_is_served(self, built: Path, name: str) -> None:
        with pytest.raises(NotFound):
            Pages(built, [PLAIN[0].parent]).asset(name)

    def test_a_page_that_was_not_built_says_so(self, tmp_path: Path) -> None:
        answer = Pages(tmp_path, []).document("board")

        assert (answer.status_code, "没有构建此页面" in bytes(answer.body).decode()) == (503, True)


async def test_the_query_in_the_address_of_a_page_is_its_own(built: Path) -> None:
    app, routes = FastAPI(), page_router()

    @routes.get("/")
    async def page(request: Request) -> Response:
        return page_of(request, "board")

    install(app, Pages(built, []))
    app.include_router(routes)
    app.state.open_requests = OpenRequests(BodyLimits.of(ServiceSettings()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        answer = await http.get("/?period=week&region=410100")

    assert (answer.status_code, answer.text) == (200, "built")
    assert answer.headers["Content-Security-Policy"] == POLICY


class TestPolicy:
    def test_no_script_and_no_style_may_stand_in_a_page_or_come_from_elsewhere(self) -> None:
        assert "unsafe" not in POLICY
        assert not re.search(r"https?:|\*", POLICY)
        assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(POLICY.split("; "))

    @pytest.mark.parametrize("page", PLAIN, ids=lambda page: page.name)
    def test_plain_pages_keep_to_it(self, page: Path) -> None:
        text = page.read_text(encoding="utf-8")

        needed = re.findall(r"(?:src|<link[^>]*href)=\"(?!data:)([^\"]+)", text)

        assert not re.search(r"<style|style=|<script>|\son\w+=", text)
        assert [name for name in needed if not (page.parent / name.removeprefix("assets/")).is_file()] == []

    @pytest.mark.parametrize("page", PLAIN, ids=lambda page: page.name)
    def test_plain_pages_say_that_they_are(self, page: Path) -> None:
        assert "简版页面" in page.read_text(encoding="utf-8")
