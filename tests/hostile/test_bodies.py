"""Bodies that are slow, endless, larger than their route needs, or not of the length that they say."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from contextlib import ExitStack

import pytest

from tests.hostile.conftest import Attacked, answer_of, is_closed, nobody_else_notices

pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("hostile")]

ROWS = "/v1/attendance-marks"
FILES = "/v1/roster-files"
ONE_OBJECT = "/v1/classes"
NO_BODY = "/v1/regions"
JSON = "application/json"
CSV = "text/csv"


def head(
    path: str,
    headers: dict[str, str],
    *,
    length: int | None,
    media_type: str = JSON,
    method: str = "POST",
    more: str = "",
) -> bytes:
    """The head of a request; without a length, its body comes in chunks."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"{method} {path} HTTP/1.1\r\nHost: service\r\n{fields}Content-Type: {media_type}\r\n{size}\r\n{more}\r\n"
    ).encode()


@pytest.mark.parametrize(("path", "media_type"), [(FILES, CSV), (ROWS, JSON), (ONE_OBJECT, JSON)])
def test_uploads_at_a_byte_a_second_hold_nothing_and_are_ended(registry: Attacked, path: str, media_type: str) -> None:
    with nobody_else_notices(registry), ExitStack() as stack:
        slow = [stack.enter_context(registry.connection()) for _ in range(20)]
        for number, connection in enumerate(slow):
            # Clerks of institutions of their own, as they would be on bad lines.
            connection.sendall(
                head(path, registry.institution(person=f"clerk {number}"), length=60_000, media_type=media_type)
            )
        began = time.monotonic()
        while time.monotonic() - began < 8:
            for connection in slow:
                connection.sendall(b"a")
            time.sleep(1)
        assert registry.ask("/health/ready") == 200

        answers = [answer_of(connection) for connection in slow]

    assert {(answer.status, answer.code) for answer in answers} == {(408, "body-too-slow")}
    assert {answer.fields["connection"] for answer in answers} == {"close"}
    assert time.monotonic() - began < 15


def test_large_bodies_where_one_object_is_taken_are_not_even_read(registry: Attacked) -> None:
    body = json.dumps({"name": "a" * 14_000_000}).encode()
    statuses: list[int] = []

    def send(announced: int | None) -> None:
        with registry.connection() as connection, contextlib.suppress(ConnectionError):
            connection.sendall(head(ONE_OBJECT, registry.institution(), length=announced))
            connection.sendall(body if announced else b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
            statuses.append(answer_of(connection).status)

    with nobody_else_notices(registry):
        threads = [threading.Thread(target=send, args=(len(body) if number % 2 else None,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert statuses == [413] * 20


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"rows": [' + b"[]," * 1_300_000 + b"[]]}",
        b'{"rows": [{' + b",".join(b'"%d": {}' % number for number in range(300_000)) + b"}]}",
        b'{"rows": [' + b"{}," * 60_000 + b"{}]}",
    ],
    ids=["brackets", "lists", "members", "rows"],
)
def test_what_grows_when_it_is_parsed_is_refused(registry: Attacked, body: bytes) -> None:
    with nobody_else_notices(registry), ExitStack() as stack:
        opened = [stack.enter_context(registry.connection()) for _ in range(10)]
        for number, connection in enumerate(opened):
            connection.sendall(head(ROWS, registry.institution(person=f"clerk {number}"), length=len(body)) + body)

        answers = [answer_of(connection) for connection in opened]

    assert {answer.status for answer in answers} == {422}
    assert {answer.code for answer in answers} == {"malformed-request"}


def test_one_row_that_is_nested_too_deeply_spoils_only_itself(registry: Attacked) -> None:
    body = b'{"rows": [' + b"[" * 500 + b"]" * 500 + b', {"local_id": "twice", "local_id": "twice"}]}'
    with registry.connection() as connection:
        connection.sendall(head(ROWS, registry.institution(), length=len(body)) + body)
        answer = answer_of(connection)

    first, second = json.loads(answer.body)["rows"]
    assert [each["code"] for each in first["errors"]][:1] == ["recursion-depth-exceeded"]
    assert [each["code"] for each in second["errors"]][:1] == ["repeated-name"]


def test_files_as_large_as_they_may_be_are_taken_a_few_at_a_time(registry: Attacked) -> None:
    body = b"a" * (32 * 1024 * 1024 - 1)
    statuses: list[int] = []

    def send(number: int) -> None:
        with registry.connection() as connection, contextlib.suppress(ConnectionError):
            who = registry.institution(person=f"clerk {number}")
            connection.sendall(head(FILES, who, length=len(body) + 1, media_type=CSV) + body)
            time.sleep(2)
            connection.sendall(b"a")
            statuses.append(answer_of(connection).status)

    with nobody_else_notices(registry):
        threads = [threading.Thread(target=send, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    # A few are held at once, and then refused as those of an institution that is not registered.
    assert set(statuses) == {404, 503}


def test_a_body_that_nobody_takes_is_refused(registry: Attacked) -> None:
    with registry.connection() as connection:
        connection.sendall(head(NO_BODY, registry.officer(), length=7, method="GET") + b'{"a":1}')
        answer = answer_of(connection)

        assert (answer.status, answer.code) == (413, "body-not-taken")


def test_who_asks_before_sending_a_body_is_told_to_go_on_or_is_refused(registry: Attacked) -> None:
    asked = "Expect: 100-continue\r\n"
    with registry.connection() as connection:
        connection.sendall(head(ONE_OBJECT, registry.institution(), length=2, more=asked))
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert answer_of(connection).status in (403, 422)
    with registry.connection() as connection:
        connection.sendall(head(ONE_OBJECT, registry.institution(), length=10_000_000, more=asked))
        answer = answer_of(connection)

        assert (answer.status, answer.fields["connection"]) == (413, "close")
        assert is_closed(connection, seconds=5)


def test_lies_about_a_length_end_the_connection(registry: Attacked) -> None:
    with nobody_else_notices(registry):
        with registry.connection() as connection:
            connection.sendall(head(ONE_OBJECT, registry.institution(), length=2) + b"{}and more")
            assert answer_of(connection).status in (403, 422)
            assert is_closed(connection, seconds=10)
        with registry.connection() as connection:
            connection.sendall(head(ONE_OBJECT, registry.institution(), length=100) + b"{}")
            connection.shutdown(socket.SHUT_WR)
            assert is_closed(connection, seconds=15)


def test_the_rest_of_a_refused_body_is_not_read_for_ever(registry: Attacked) -> None:
    with nobody_else_notices(registry), registry.connection() as connection:
        connection.sendall(head(ONE_OBJECT, {}, length=10**12))
        assert answer_of(connection).status == 401
        poured, began = 0, time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - began < 20:
                connection.sendall(b"a" * 1_000_000)
                poured += 1_000_000

    assert poured < 30_000_000


def test_a_client_that_hangs_up_is_no_error(registry: Attacked) -> None:
    with registry.connection() as connection:
        connection.sendall(head(ONE_OBJECT, registry.institution(), length=100) + b"{")
    deadline = time.monotonic() + 10
    while '"status":499' not in registry.child.output():
        assert time.monotonic() < deadline, registry.child.tail()
        time.sleep(0.1)

    assert '"level":"error"' not in registry.child.output()


def test_one_caller_has_only_so_many_requests_open(registry: Attacked) -> None:
    who = registry.institution()
    with ExitStack() as stack:
        for _ in range(500):
            slow = stack.enter_context(registry.connection())
            slow.sendall(head(ROWS, who, length=100) + b"{")
        assert registry.ask() == 200  # by now all of them are open
        with nobody_else_notices(registry), registry.connection() as connection:
            connection.sendall(head(ROWS, who, length=2) + b"{}")
            answer = answer_of(connection)

    assert (answer.status, answer.code) == (429, "too-many-open-requests")
    assert int(answer.fields["retry-after"]) > 0
