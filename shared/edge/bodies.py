"""Reading a body: how large it may be, how slow, and how much of all bodies one process and one caller may hold.

A body is read before its request is given anything else, so a slow one holds nothing but its own bytes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple, Self, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from shared.kernel.refusals import Refusal, TooManyRequests

if TYPE_CHECKING:
    from shared.settings import ServiceSettings

SMALL_BYTES: Final = 64 * 1024
"""Bodies of up to this size do not count to what is held: there are never more of them than connections."""
LONG_BYTES: Final = 256 * 1024
"""From this size on a body is parsed beside the event loop."""
PARSED_AT_ONCE: Final = 2
"""Long bodies that are parsed at the same time: what they become is many times as large as they are."""
RETRY_AFTER_S: Final = 2

Parsed = TypeVar("Parsed")


class TooLarge(Refusal):
    """Facts: `bytes_max`."""

    slug = "too-large"
    title_en = "The request body is larger than {bytes_max} bytes."
    title_zh = "请求体超过 {bytes_max} 字节的上限。"
    cure_en = "Send it in smaller parts."
    cure_zh = "请拆分后分批提交。"


class BodyNotTaken(Refusal):
    slug = "body-not-taken"
    title_en = "This operation takes no request body."
    title_zh = "该接口不接收请求体。"
    cure_en = "Send the request without a body."
    cure_zh = "请去掉请求体后重新发送。"
    reference = "GET /docs"


class BodyTooSlow(Refusal):
    """Facts: `seconds_max`, `rate_min` in bytes a second, of which one was not kept."""

    slug = "body-too-slow"
    title_en = "The body came too slowly: send {rate_min} bytes a second, and all of it within {seconds_max} seconds."
    title_zh = "请求体发送过慢：每秒不得少于 {rate_min} 字节，并须在 {seconds_max} 秒内发送完毕。"
    cure_en = "Send the request again; if your connection is slow, send fewer rows at once."
    cure_zh = "请重新发送；网络较慢时请减少每次提交的内容。"


class TooManyOpenRequests(TooManyRequests):
    """Facts: `requests_max`, `retry_after_s`."""

    slug = "too-many-open-requests"
    title_en = "You already have {requests_max} requests open, or large bodies that fill your share of this service."
    title_zh = "您已有 {requests_max} 个请求尚未完成，或正在提交的大文件已占满您的份额。"
    cure_en = "Wait for answers before you send more; repeat this request after {retry_after_s} seconds."
    cure_zh = "请等待已发送请求的应答，并在 {retry_after_s} 秒后重试。"


class BodiesFull(Refusal):
    """Facts: `retry_after_s`."""

    slug = "bodies-full"
    title_en = "Too many large bodies are being sent to this service at the moment; nothing was stored."
    title_zh = "当前同时提交的大文件过多，本次请求未保存任何内容。"
    cure_en = "Repeat the request after {retry_after_s} seconds."
    cure_zh = "请在 {retry_after_s} 秒后重试。"


class BodyLimits(NamedTuple):
    """What one process allows bodies and callers."""

    body_seconds_max: float
    body_grace_seconds: float
    body_rate_min: int
    bodies_bytes_max: int
    caller_requests_max: int

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        return cls(*(getattr(settings, name) for name in cls._fields))


class OpenRequests:
    """The requests that one process has open, and the bytes of their bodies, for each caller."""

    def __init__(self, limits: BodyLimits) -> None:
        self.limits = limits
        self._requests: Counter[Hashable] = Counter()
        self._bytes: Counter[Hashable] = Counter()
        self._bytes_of_all = 0
        self._parsing = asyncio.Semaphore(PARSED_AT_ONCE)

    @contextmanager
    def of(self, caller: Hashable) -> Generator[OpenRequest]:
        """A request of `caller`, open while the context lasts. Raises TooManyOpenRequests."""
        if self._requests[caller] >= self.limits.caller_requests_max:
            raise self._too_many()
        self._requests[caller] += 1
        request = OpenRequest(self, caller)
        try:
            yield request
        finally:
            _subtract(self._requests, caller, 1)
            if request.held:
                self._bytes_of_all -= request.held
                _subtract(self._bytes, caller, request.held)

    def hold(self, caller: Hashable, size: int) -> None:
        """Count `size` more bytes of `caller`. Raises TooManyOpenRequests, BodiesFull."""
        if self._bytes_of_all + size > self.limits.bodies_bytes_max:
            raise BodiesFull(retry_after_s=RETRY_AFTER_S)
        if self._bytes[caller] + size > self.limits.bodies_bytes_max // 2:
            raise self._too_many()
        self._bytes_of_all += size
        self._bytes[caller] += size

    def _too_many(self) -> TooManyOpenRequests:
        return TooManyOpenRequests(requests_max=self.limits.caller_requests_max, retry_after_s=RETRY_AFTER_S)

    async def parsed(self, parse: Callable[[bytes], Parsed], body: bytes) -> Parsed:
        """What `parse` makes of `body`. Long bodies are parsed in a thread, a few at a time."""
        if len(body) <= LONG_BYTES:
            return parse(body)
        async with self._parsing:
            return await asyncio.to_thread(parse, body)


class OpenRequest:
    """A request whose body is read: `held` are the bytes that count to what its process holds."""

    def __init__(self, all_: OpenRequests, caller: Hashable) -> None:
        self._all = all_
        self._caller = caller
        self.held = 0

    async def read(self, request: Request, *, bytes_max: int) -> bytes:
        """The body. Raises TooLarge, BodyTooSlow, TooManyOpenRequests, BodiesFull, ClientDisconnect."""
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > bytes_max:
            raise TooLarge(bytes_max=bytes_max)
        limits, loop = self._all.limits, asyncio.get_running_loop()
        began, pieces, received = loop.time(), [], 0
        try:
            async with asyncio.timeout(limits.body_grace_seconds) as deadline:
                while True:
                    message = await request.receive()
                    if message["type"] == "http.disconnect":
                        raise ClientDisconnect
                    piece = message.get("body", b"")
                    received += len(piece)
                    if received > bytes_max:
                        raise TooLarge(bytes_max=bytes_max)
                    if received > SMALL_BYTES:
                        self._hold(received)
                    pieces.append(piece)
                    if not message.get("more_body", False):
                        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
                    seconds = limits.body_grace_seconds + received / limits.body_rate_min
                    deadline.reschedule(began + min(seconds, limits.body_seconds_max))
        except TimeoutError:
            raise BodyTooSlow(seconds_max=limits.body_seconds_max, rate_min=limits.body_rate_min) from None

    def _hold(self, size: int) -> None:
        self._all.hold(self._caller, size - self.held)
        self.held = size


def _subtract(counts: Counter[Hashable], caller: Hashable, number: int) -> None:
    counts[caller] -= number
    if counts[caller] <= 0:
        del counts[caller]
