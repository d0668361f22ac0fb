"""/docs and /redoc: the service's API description as pages that also work on isolated networks."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse

from shared.kernel.refusals import NotFound

_FILES: Final = frozenset({"swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js", "favicon.png"})
_CACHE: Final = {"Cache-Control": "public, max-age=86400"}


def _directory() -> Path:
    # The package is used for its files only: scripts and styles of Swagger UI and ReDoc, locked with their hashes.
    # Its own code, which would be the base of every application, is not imported.
    spec = find_spec("fastapi_offline")
    assert spec is not None, "a dependency of ours"
    assert spec.submodule_search_locations is not None, "it is a package"
    return Path(spec.submodule_search_locations[0]) / "static"


def install(app: FastAPI) -> None:
    """Serve the description at /openapi.json and the pages that render it."""
    directory = _directory()

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(app.openapi())

    @app.get("/docs/files/{name}", include_in_schema=False)
    async def file(name: str) -> FileResponse:
        if name not in _FILES:
            raise NotFound(what="file")
        return FileResponse(directory / name, headers=_CACHE)

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "")
        return get_swagger_ui_html(
            openapi_url=f"{root}/openapi.json",
            title=f"{app.title} - Swagger UI",
            swagger_js_url=f"{root}/docs/files/swagger-ui-bundle.js",
            swagger_css_url=f"{root}/docs/files/swagger-ui.css",
            swagger_favicon_url=f"{root}/docs/files/favicon.png",
        )

    @app.get("/redoc", include_in_schema=False)
    async def redoc(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "")
        return get_redoc_html(
            openapi_url=f"{root}/openapi.json",
            title=f"{app.title} - ReDoc",
            redoc_js_url=f"{root}/docs/files/redoc.standalone.js",
            redoc_favicon_url=f"{root}/docs/files/favicon.png",
            with_google_fonts=False,
        )
