"""The page at / : the dashboard, drawn by the browser from the same API that others use."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import Request, Response

from shared.pages import page_of, page_router

routes = page_router()

PLAIN_PAGES: Final = Path(__file__).parent


@routes.get("/")
async def page(request: Request) -> Response:
    return page_of(request, "dashboard")
