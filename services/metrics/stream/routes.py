"""GET /v1/stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from datetime import UTC, datetime
from functools import lru_cache, partial
from secrets import randbelow
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Header, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from services.metrics.stream.usecases import CHANNELS_MAX, Message, Streams
from services.metrics.totals.routes import AskedCut
from shared.edge.lanes import Limits
from shared.edge.rates import address_of
from shared.edge.routes import Handler
from shared.web import OpenRoute


class StreamRoute(OpenRoute):
    """A route that needs a place in a lane, and is counted, only for what is not streamed already.

    After a restart all readers come back at once, and a browser that is refused does not come back again.
    """

    def count(self, request: Request) -> None:
        """Counts nothing yet."""

    async def respond(self, request: Request, handle: Handler) -> Response:
        return await handle(request)

    async def admit(self, request: Request, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do `work` in the lane of the route. Raises TooManyRequests, Busy."""
        super().count(request)
        limits: Limits = request.app.state.limits
        await limits.handle(request, self.kind, work)


class EventStream(EventSourceResponse):
    """Events that end as a whole response when the service stops.

    The library breaks the response off then, which readers take for a fault, and the server logs one for each of them.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)
        if self.active:  # neither did the events end nor has the reader left
            await send({"type": "http.response.body", "body": b"", "more_body": False})


routes = APIRouter(prefix="/v1", tags=["totals"], route_class=StreamRoute)

ALIVE_SECONDS: Final = 15
RETRY_MS_MIN: Final = 1_000
RETRY_MS_MAX: Final = 5_000

_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events `cells`, each with an id: `as_of`; whether it is a `snapshot`, before which a table has "
        "to be emptied; the `cells` that changed; the dimensions of those that are `gone`; and the `total`. Events "
        "`alive` every 15 seconds, with the time `at`",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@routes.get("/stream", response_class=Response, responses=_EVENTS)
async def stream_totals(
    request: Request,
    cut: AskedCut,
    last_event_id: Annotated[
        str | None, Header(description="The id of the last event that was received; a browser sends it by itself")
    ] = None,
) -> EventStream:
    """Server-sent events: first a snapshot of all cells, then those that changed, within a second of the change.

    Who comes back with `Last-Event-ID` is told what has changed since, or, if that is not remembered, gets a snapshot.
    A reader who is slower than the changes gets several in one; one who takes nothing for 15 seconds is cut off. What
    is refused is refused before the stream begins.
    """
    streams: Streams = request.app.state.streams
    route: StreamRoute = request.scope["route"]
    network = address_of(request)
    await streams.require(cut, partial(route.admit, request), network=network)

    async def events() -> AsyncGenerator[bytes]:
        ending = f"retry: {_retry_ms()}\r\n\r\n".encode()
        async for message in streams.messages(cut, known=last_event_id, network=network):
            yield _lines(message) + ending
            ending = b"\r\n"

    return EventStream(events(), ping=ALIVE_SECONDS, ping_message_factory=_alive)


@lru_cache(maxsize=CHANNELS_MAX)
def _lines(message: Message) -> bytes:
    """The lines of an event but the empty one that ends it: made once for all readers of `message`."""
    return ServerSentEvent(data=message.data, event="cells", id=message.id).encode().removesuffix(b"\r\n")


def _retry_ms() -> int:
    """When to come back: another time for each, so that after a restart not all do in the same moment."""
    return RETRY_MS_MIN + randbelow(RETRY_MS_MAX - RETRY_MS_MIN)


def _alive() -> ServerSentEvent:
    return ServerSentEvent(data=orjson.dumps({"at": datetime.now(UTC)}).decode(), event="alive")
