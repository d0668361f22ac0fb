"""Pages: at / is the workplace of institutions, at /report the public says what went wrong."""

from __future__ import annotations

from fastapi import Request, Response

from shared.pages import page_of, page_router

routes = page_router()


@routes.get("/")
async def page(request: Request) -> Response:
    return page_of(request, "registry")


@routes.get("/report")
async def report_page(request: Request) -> Response:
    return page_of(request, "report")
