"""Log lines: one JSON object each, one per request and per batch, never with personal data."""

from __future__ import annotations

import logging
import sys
import time

import orjson
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import instruments
from shared.kernel.ids import new_id

log = structlog.get_logger()

_STREAM = b"text/event-stream"
_CLIENT_LEFT = 499
"""Logged as the status of a request whose client hung up before it was answered, as by nginx."""


def set_up(service: str, level: str) -> None:
    """Write log lines of `level` and above to standard error as JSON, each with the service's name."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=lambda event, **_: orjson.dumps(event, default=str)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    # The Kafka client writes several lines a second while a broker is down; the workers' own lines report it once.
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(LibraryLines())
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


class LibraryLines(logging.Formatter):
    """Lines of libraries in the same form. Of an exception only the class: its text may quote a request or a row."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"level": record.levelname.lower(), "logger": record.name, "event": record.getMessage().strip()}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return orjson.dumps(line).decode()


class RequestLines:
    """ASGI middleware: gives each request an id and writes one line when it is answered, with the route's template."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = str(new_id())
        status, is_stream = 0, False
        started = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status = message["status"]
                is_stream = any(value.startswith(_STREAM) for _, value in message.get("headers", ()))
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                route = getattr(scope.get("route"), "path", None)
                status, seconds = status or _CLIENT_LEFT, time.perf_counter() - started
                instruments.answered(scope["method"], route, status, seconds=None if is_stream else seconds)
                log.info(
                    "request.answered",
                    method=scope["method"],
                    route=route,
                    status=status,
                    ms=round(seconds * 1000, 1),
                )
