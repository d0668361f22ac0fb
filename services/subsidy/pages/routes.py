"""Pages: at / is the workplace of institutions with their claims and quotes."""

from __future__ import annotations

from fastapi import Request, Response

from shared.pages import page_of, page_router

routes = page_router()


@routes.get("/")
async def page(request: Request) -> Response:
    return page_of(request, "subsidy")
