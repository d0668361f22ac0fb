"""Pages for browsers: as they were built from web/, or plain ones with tables where they were not, under one policy."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from shared.edge.routes import EdgeRoute
from shared.kernel.refusals import NotFound

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing comes from elsewhere, no script or style stands in a page or is made of text, and nothing frames a page."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_UNBUILT: Final = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>页面暂不可用</title>
<h1>页面暂不可用</h1>
<p>本机没有构建此页面，请与管理员联系。 This page was not built on this machine; tell its administrator.</p></html>
"""
_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


class PageRoute(EdgeRoute):
    """A route of a page. The query in a page's address is for its own script: which period, which region."""

    takes_any_query: ClassVar[bool] = True


class Pages:
    """The pages of a service and their files, read once.

    The names of built files change with their content, so browsers keep them for ever.
    """

    def __init__(self, built: Path, plain: Iterable[Path]) -> None:
        """`built` is the folder that the build writes; `plain` are folders of pages that need none."""
        self._built = {path.stem: path.read_bytes() for path in built.glob("*.html")}
        self._files = {path.name: path.read_bytes() for path in built.glob("assets/*.*")}
        folders = list(plain)
        self._plain = {path.stem: path.read_bytes() for folder in folders for path in folder.glob("*.html")}
        kinds = ("*.js", "*.css")
        self._plain_files = {p.name: p.read_bytes() for folder in folders for kind in kinds for p in folder.glob(kind)}

    def document(self, name: str) -> Response:
        """The page `name`, as it was built or plain; if there is neither, a page that says so."""
        content = self._built.get(name, self._plain.get(name))
        if content is None:
            return HTMLResponse(_UNBUILT, 503, headers=HEADERS)
        return HTMLResponse(content, headers=HEADERS)

    def is_built(self, name: str) -> bool:
        return name in self._built

    def asset(self, name: str) -> Response:
        """A file that a page asks for. Raises NotFound."""
        media_type, _ = mimetypes.guess_type(name)
        if name in self._files:
            return Response(self._files[name], media_type=media_type, headers=HEADERS | _FOR_EVER)
        if name in self._plain_files:
            return Response(self._plain_files[name], media_type=media_type, headers=HEADERS)
        raise NotFound(what="file")


def page_router() -> APIRouter:
    """A router for pages, which the API's description does not show."""
    return APIRouter(include_in_schema=False, route_class=PageRoute)


def page_of(request: Request, name: str) -> Response:
    """The page `name` of the service that was asked."""
    pages: Pages = request.app.state.pages
    return pages.document(name)


def install(app: FastAPI, pages: Pages) -> None:
    """Serve the files of `pages` at /assets/."""
    app.state.pages = pages

    @app.get("/assets/{name}", include_in_schema=False)
    async def asset(name: str) -> Response:
        return pages.asset(name)
