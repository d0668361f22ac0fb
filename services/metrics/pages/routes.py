"""The page at / : the totals and the progress, drawn by the browser from the same API that dashboards use."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from shared.edge.routes import EdgeRoute

routes = APIRouter(include_in_schema=False, route_class=EdgeRoute)

_PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")


@routes.get("/", response_class=HTMLResponse)
async def page() -> str:
    return _PAGE
