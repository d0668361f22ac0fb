"""Methods that hold for every path: HEAD wherever there is GET, and the methods of a path for who used another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEAD: Final = "HEAD"
_GET: Final = "GET"


class HeadLikeGet:
    """ASGI middleware: answers HEAD with the head that GET would have been answered with, and no body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != _HEAD:
            await self._app(scope, receive, send)
            return
        is_answered = False

        async def send_head(message: Message) -> None:
            nonlocal is_answered
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                is_answered = True

        async def receive_until_answered() -> Message:
            # What would be streamed for ever has nobody to be streamed to.
            return {"type": "http.disconnect"} if is_answered else await receive()

        asked = {**scope, "method": _GET}
        try:
            await self._app(asked, receive_until_answered, send_head)
        finally:
            scope["route"] = asked.get("route")  # for the line of the log


def routes_of(app: FastAPI) -> Iterator[APIRoute]:
    """All routes of `app`, also those of routers that it includes, in the order in which they are described."""
    for route in getattr(app.state, "described", app.routes):
        router = getattr(route, "original_router", None)
        for each in [route] if router is None else router.routes:
            assert isinstance(each, APIRoute), "nothing else is added to an application of ours"
            yield each


def methods_of(routes: Iterable[APIRoute], path: str) -> list[str]:
    """The methods that `path` has, for the field Allow."""
    found = {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}
    return sorted(found | ({_HEAD} if _GET in found else set()))
