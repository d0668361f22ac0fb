"""Pages: at / a clerk files a roster from a spreadsheet, at /report the public says what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import Request, Response

from shared.pages import page_of, page_router

routes = page_router()

PLAIN_PAGES: Final = Path(__file__).parent


@routes.get("/")
async def page(request: Request) -> Response:
    return page_of(request, "institution")


@routes.get("/report")
async def report_page(request: Request) -> Response:
    return page_of(request, "report")
