"""The page at / : a clerk files a roster from a spreadsheet, with the same API that institutions' systems use."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from shared.edge.routes import EdgeRoute

routes = APIRouter(include_in_schema=False, route_class=EdgeRoute)

_PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")

# Nothing of the page may come from elsewhere, and nothing may frame it: it handles a token and people's numbers.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:"
_HEADERS = {"Content-Security-Policy": f"{_POLICY}; frame-ancestors 'none'", "Referrer-Policy": "no-referrer"}


@routes.get("/", response_class=HTMLResponse)
async def page() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers=_HEADERS)
