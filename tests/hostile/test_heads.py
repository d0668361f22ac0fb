"""Heads that have no end, heads that are half sent, and connections that ask for nothing."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.hostile.conftest import Attacked, answer_of, is_closed, nobody_else_notices

pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("hostile")]

HEAD = b"GET /v1/regions HTTP/1.1\r\nHost: service\r\n"
MEGABYTE = b"a" * 1_000_000


def pour(connection: socket.socket, pieces: Iterator[bytes], *, seconds: float) -> int:
    """The bytes that were taken until the service closed the connection, or the time was over."""
    connection.settimeout(seconds)
    poured, deadline = 0, time.monotonic() + seconds
    with contextlib.suppress(OSError):
        for piece in pieces:
            if time.monotonic() > deadline:
                break
            connection.sendall(piece)
            poured += len(piece)
    return poured


def endless(piece: bytes, *, begun_with: bytes = b"") -> Iterator[bytes]:
    yield begun_with
    while True:
        yield piece


ENDLESS = {
    "a value": (HEAD + b"X-Endless: ", MEGABYTE),
    "a name": (HEAD + b"X-", MEGABYTE),
    "many headers": (HEAD, b"".join(b"X-%d: 1\r\n" % number for number in range(100_000))),
    "an address": (b"GET /v1/regions?a=", MEGABYTE),
    "empty lines": (b"", b"\r\n" * 500_000),
    "a chunk": (HEAD.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n1;", MEGABYTE),
    "a trailer": (HEAD.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: ", MEGABYTE),
    "pipelined": (b"", HEAD + b"\r\n"),
}


@pytest.mark.parametrize(("begun_with", "piece"), ENDLESS.values(), ids=ENDLESS)
def test_what_has_no_end_is_ended_and_costs_next_to_nothing(
    registry: Attacked, begun_with: bytes, piece: bytes
) -> None:
    before = registry.processor_seconds

    with nobody_else_notices(registry), registry.connection() as connection:
        poured = pour(connection, endless(piece, begun_with=begun_with), seconds=20)

    assert poured < 30_000_000
    assert registry.processor_seconds - before < 3


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (HEAD + b"X-Long: " + b"a" * 65_536 + b"\r\n\r\n", 431, "head-too-large"),
        (HEAD + b"".join(b"X-%d: 1\r\n" % number for number in range(101)) + b"\r\n", 431, "head-too-large"),
        (b"GET /v1/regions?a=" + b"a" * 65_536 + b" HTTP/1.1\r\n\r\n", 414, "address-too-long"),
        (HEAD + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 400, "upgrade-unsupported"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad-request"),
        (HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "bad-request"),
        (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "bad-request"),
        (HEAD + b"no header\r\n\r\n", 400, "bad-request"),
    ],
)
def test_a_refused_head_is_answered_as_a_problem_and_closed(
    registry: Attacked, sent: bytes, status: int, code: str
) -> None:
    with registry.connection() as connection:
        connection.sendall(sent)
        answer = answer_of(connection)

        assert (answer.status, answer.code) == (status, code)
        assert answer.fields["connection"] == "close"
        assert answer.fields["x-request-id"]


def test_a_head_of_almost_64_kilobytes_is_read(registry: Attacked) -> None:
    with registry.connection() as connection:
        connection.sendall(HEAD + b"X-Long: " + b"a" * 65_000 + b"\r\n\r\n")

        assert answer_of(connection).status == 401


def test_an_offer_of_http_2_is_ignored_and_the_connection_stays(registry: Attacked) -> None:
    offer = HEAD + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"

    with registry.connection() as connection:
        for _ in range(2):
            connection.sendall(offer)
            assert answer_of(connection).status == 401


def test_requests_that_are_sent_at_once_are_answered_one_after_the_other(registry: Attacked) -> None:
    with registry.connection() as connection, connection.makefile("rb") as answers:
        connection.sendall(
            b"".join(b"GET /health/live?%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(10))
        )

        read = b""
        while read.count(b"HTTP/1.1 ") < 10:
            read += answers.read1(65_536)

    assert read.count(b"HTTP/1.1 422") == 10


def test_half_sent_heads_are_closed_after_some_seconds(registry: Attacked) -> None:
    at_first = registry.connections
    with nobody_else_notices(registry), ExitStack() as stack:
        opened = [stack.enter_context(registry.connection()) for _ in range(100)]
        for number, connection in enumerate(opened):
            # Some have sent nothing at all.
            connection.sendall(HEAD[: number % len(HEAD)])
        deadline = time.monotonic() + 25
        while registry.connections > at_first + 5:
            assert time.monotonic() < deadline, "half-sent heads stay open"
            time.sleep(0.2)

        assert answer_of(opened[30]).code == "head-too-slow"


def test_a_head_that_drips_is_closed_as_well(registry: Attacked) -> None:
    with nobody_else_notices(registry), registry.connection() as connection:
        began = time.monotonic()
        connection.sendall(HEAD)
        with contextlib.suppress(OSError):
            while time.monotonic() - began < 20:
                connection.sendall(b"X-Drip: 1\r\n")
                if is_closed(connection, seconds=0.2):
                    break

    assert 8 < time.monotonic() - began < 15


def test_a_client_that_takes_no_answer_is_left(registry: Attacked) -> None:
    with nobody_else_notices(registry), registry.connection() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        began = time.monotonic()
        asked = b"GET /docs/files/redoc.standalone.js HTTP/1.1\r\nHost: a\r\n\r\n"
        with contextlib.suppress(OSError):
            while time.monotonic() - began < 40:
                connection.sendall(asked)
                time.sleep(0.5)

    assert time.monotonic() - began < 30
