"""What a connection may cost before there is a request: the size, number and time of heads, and connections themselves.

uvicorn leaves this to a proxy. Its parser collects a head for as long as it comes, joining its pieces again and again,
so that an endless one costs ever more time and memory. Here it is counted as it arrives. There is no timer per request:
one look a second at all connections of the process closes those that are late.
"""

from __future__ import annotations

import asyncio
import math
import resource
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import httptools
import orjson
import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared.entries import entry
from shared.kernel.ids import new_id
from shared.kernel.refusals import Refusal

if TYPE_CHECKING:
    from shared.settings import ServiceSettings

log = structlog.get_logger()

LOOK_SECONDS: Final = 1.0
"""How often late connections are looked for."""
FRAMES_BYTES_MAX: Final = 64 * 1024
"""Bytes of chunk sizes, chunk extensions and trailers that a body may have beyond its own length."""
LEFTOVER_BYTES_MAX: Final = 16 * 1024 * 1024
LEFTOVER_SECONDS_MAX: Final = 5.0
"""Bytes and seconds for which the rest of a body is read that nobody wants any more, so that its sender, who may look
for the answer only after the last byte, is not cut off from it."""
DESCRIPTORS_BESIDE: Final = 200
"""File descriptors for everything but connections of clients: the database, the log, files, other processes."""
_BESIDE_ADDRESS: Final = 32
"""Bytes of a request line beside its address, at most."""
PIPELINED_MAX: Final = 16
"""Requests that may wait in one connection behind the one that is answered."""


class BadRequest(Refusal):
    slug = "bad-request"
    title_en = "This is not a valid HTTP/1.1 request."
    title_zh = "请求不符合 HTTP/1.1 协议。"
    cure_en = "Check the request line, the headers, and the length of the body."
    cure_zh = "请检查请求行、请求头和请求体长度。"


class UpgradeUnsupported(Refusal):
    slug = "upgrade-unsupported"
    title_en = "This service has no WebSockets."
    title_zh = "本服务不支持 WebSocket。"
    cure_en = "Send plain HTTP/1.1 requests; a route that streams uses server-sent events."
    cure_zh = "请使用普通的 HTTP/1.1 请求；需要持续推送的接口使用服务器推送事件（SSE）。"


class HeadTooSlow(Refusal):
    """Facts: `seconds_max`."""

    slug = "head-too-slow"
    title_en = "The head of the request did not arrive within {seconds_max} seconds."
    title_zh = "请求头未在 {seconds_max} 秒内发送完毕。"
    cure_en = "Open a new connection and send the request again."
    cure_zh = "请重新建立连接后再次发送请求。"


class AddressTooLong(Refusal):
    """Facts: `bytes_max`."""

    slug = "address-too-long"
    title_en = "The address of the request is longer than {bytes_max} bytes."
    title_zh = "请求地址超过 {bytes_max} 字节的上限。"
    cure_en = "Use fewer and shorter query parameters."
    cure_zh = "请减少或缩短查询参数。"


class HeadTooLarge(Refusal):
    """Facts: `bytes_max`, `headers_max`."""

    slug = "head-too-large"
    title_en = "The head of the request has more than {bytes_max} bytes or {headers_max} headers."
    title_zh = "请求头超过 {bytes_max} 字节或 {headers_max} 项的上限。"
    cure_en = "Leave out headers that this service does not need, such as cookies."
    cure_zh = "请去掉本服务不需要的请求头，如 Cookie。"


class TooManyConnections(Refusal):
    """Facts: `retry_after_s`."""

    slug = "too-many-connections"
    title_en = "Too many connections are open from your network address, or to this service."
    title_zh = "来自该网络地址或连接本服务的连接过多。"
    cure_en = (
        "Send requests one after the other over few connections, and open a new one after {retry_after_s} seconds."
    )
    cure_zh = "请在少量连接上依次发送请求，并在 {retry_after_s} 秒后再建立新连接。"


STATUS: Final[dict[type[Refusal], int]] = {
    BadRequest: 400,
    UpgradeUnsupported: 400,
    HeadTooSlow: 408,
    AddressTooLong: 414,
    TooManyConnections: 429,
    HeadTooLarge: 431,
}


class Refused(Exception):
    """Raised inside the parser, which then stops."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.slug)
        self.refusal = refusal


class ConnectionLimits(NamedTuple):
    """What one process allows its connections."""

    head_bytes_max: int
    headers_max: int
    head_seconds_max: float
    idle_seconds_max: float
    connections_max: int
    address_connections_max: int

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """As `settings` say, and as the system allows: a process without file descriptors accepts nobody."""
        limits = cls(*(getattr(settings, name) for name in cls._fields))
        return limits._replace(connections_max=_descriptors_for(limits.connections_max))


def _descriptors_for(connections: int) -> int:
    """How many of `connections` this process and those it starts can have, after the soft limit has been raised."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + DESCRIPTORS_BESIDE
    if soft < wanted:
        soft = min(wanted, hard) if hard != resource.RLIM_INFINITY else wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(connections, max(soft - DESCRIPTORS_BESIDE, 1))


class Watch:
    """All connections of one process: closes the late ones, and counts those of each network address."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._open: dict[BoundedProtocol, str] = {}
        self._of_address: Counter[str] = Counter()
        self._next: asyncio.TimerHandle | None = None

    def add(self, connection: BoundedProtocol, address: str) -> bool:
        """Whether `connection` may stay; room is made by closing the one that has been idle for longest."""
        if self._of_address[address] >= self.limits.address_connections_max:
            return False
        if len(self._open) >= self.limits.connections_max:
            waiting = [each for each in self._open if each.is_waiting]
            if not waiting:
                return False
            longest = min(waiting, key=lambda each: each.since)
            self.remove(longest)
            longest.abort()
        self._open[connection] = address
        self._of_address[address] += 1
        if self._next is None:
            self._next = connection.loop.call_later(LOOK_SECONDS, self._look, connection.loop)
        return True

    def remove(self, connection: BoundedProtocol) -> None:
        """Forget `connection`."""
        address = self._open.pop(connection, None)
        if address is not None:
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for each in list(self._open):
            each.look(now)
        self._next = loop.call_later(LOOK_SECONDS, self._look, loop) if self._open else None


class BoundedHttp:
    """Makes the protocol of each connection: what uvicorn takes for `http`. May be sent to another process."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits

    def __call__(self, *arguments: Any, **named: Any) -> BoundedProtocol:
        return BoundedProtocol(*arguments, watch=self._watch, **named)

    @cached_property
    def _watch(self) -> Watch:
        return Watch(self._limits)


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with limits. A connection is in a head, or in a body, or refused and only read to its end."""

    def __init__(self, *arguments: Any, watch: Watch, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.url, self.headers = b"", []
        self.since = self.loop.time()
        """When what the connection waits for began: a head, a client that reads, or the end of leftovers."""
        self._watch = watch
        self._limits = watch.limits
        self._in_head = True
        self._head_bytes = 0
        self._body_bytes = 0
        self._arrived_bytes = 0
        self._is_refused = False

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is asked: no head has come to its end, or all requests are answered."""
        return self._is_refused or (self._in_head and self._is_answered)

    @property
    def _is_answered(self) -> bool:
        return self.cycle is None or (self.cycle.response_complete and not self.pipeline)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if not self._watch.add(self, self.client[0] if self.client else ""):
            self._refuse(TooManyConnections(retry_after_s=1))
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.remove(self)
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close at once."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._in_head and not self._head_bytes:
            self.since = self.loop.time()
        while data and not self._is_refused:
            # No more than a head may have is given to the parser before it is known to have ended.
            room = self._limits.head_bytes_max - self._head_bytes if self._in_head else len(data)
            self._feed(data[:room])
            data = data[room:]
        if self._is_refused:
            self._count_leftovers(len(data))

    def _feed(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        self._arrived_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # "h2c", which clients offer and a server may ignore (RFC 9110 §7.8)
        except httptools.HttpParserError as error:
            said = error.__context__
            self._refuse(said.refusal if isinstance(said, Refused) else BadRequest())
        else:
            self._check_counts()

    def _check_counts(self) -> None:
        if self._in_head:
            if self._head_bytes >= self._limits.head_bytes_max:
                self._refuse(self._too_large())
        elif self._arrived_bytes > 2 * self._body_bytes + FRAMES_BYTES_MAX:
            self._refuse(BadRequest())
        elif self._is_answered:
            self._count_leftovers(0)

    def _too_large(self) -> Refusal:
        # All that has come, but for the method and the version, is the address.
        if not self.headers and len(self.url) + _BESIDE_ADDRESS > self._head_bytes:
            return AddressTooLong(bytes_max=self._limits.head_bytes_max)
        return HeadTooLarge(bytes_max=self._limits.head_bytes_max, headers_max=self._limits.headers_max)

    def _count_leftovers(self, further: int) -> None:
        self._arrived_bytes += further
        if self._arrived_bytes > LEFTOVER_BYTES_MAX:
            self.abort()

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= PIPELINED_MAX:
            raise Refused(BadRequest())
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if len(self.headers) > self._limits.headers_max:
            raise Refused(self._too_large())
        if self.parser.should_upgrade() and self._get_upgrade() == b"websocket":
            raise Refused(UpgradeUnsupported())
        super().on_headers_complete()
        if self.expect_100_continue:
            # A client that is refused before it was told to go on may send its body or not: nobody can tell.
            self.cycle.keep_alive = False
        self._in_head = False
        self._arrived_bytes = self._body_bytes = 0
        self.headers = []  # trailers are no headers

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head, self._head_bytes = True, 0
        self.since = self.loop.time()

    def on_response_complete(self) -> None:
        self.since = self.loop.time()
        self._arrived_bytes = 0
        super().on_response_complete()

    def pause_writing(self) -> None:
        self.since = self.loop.time()
        super().pause_writing()

    def look(self, now: float) -> None:
        """Close the connection if it is late."""
        if now - self.since <= self._patience:
            return
        if self._is_refused or self.flow.write_paused or self.transport.is_closing():
            self.abort()
        elif self._in_head and self._head_bytes:
            self._refuse(HeadTooSlow(seconds_max=self._limits.head_seconds_max))
        else:
            # What has been answered is still sent, for as long again.
            self.since = now
            self.transport.close()

    @property
    def _patience(self) -> float:
        """The seconds for which the connection may stay as it is."""
        if self.flow.write_paused:
            return self._limits.idle_seconds_max
        if not self._is_answered and not (self._is_refused and self.cycle.disconnected):
            return math.inf  # a request is handled; its route has its own limits for the body
        if self._is_refused or not self._in_head:
            return LEFTOVER_SECONDS_MAX
        return self._limits.head_seconds_max if self._head_bytes else self._limits.idle_seconds_max

    def _refuse(self, refusal: Refusal) -> None:
        """Answer with `refusal`, and read on only for as long as the client may need to see the answer."""
        self._is_refused = True
        self.since = self.loop.time()
        self._arrived_bytes = 0
        log.info("connection.refused", code=refusal.slug)
        if self.pipeline:
            self.abort()
        elif self._is_answered:
            self._send(refusal)
        elif not self.cycle.more_body:
            self.cycle.keep_alive = False  # the answer that is due is the last one
        elif self.cycle.response_started:
            self.abort()
        else:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._send(refusal)

    def _send(self, refusal: Refusal) -> None:
        status = STATUS[type(refusal)]
        body = orjson.dumps({"type": f"/problems/{refusal.slug}", "status": status, **entry(refusal)})
        fields = {"content-type": "application/problem+json", "content-length": len(body), "connection": "close"}
        fields["x-request-id"] = new_id()
        if "retry_after_s" in refusal.facts:
            fields["retry-after"] = refusal.facts["retry_after_s"]
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.transport.write(STATUS_LINE[status] + lines.encode() + b"\r\n" + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
