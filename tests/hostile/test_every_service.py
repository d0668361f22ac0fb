"""Everything that has no end, at once, against each service: all of it ends, and everybody else is answered meanwhile.

The registry, which takes rows and files as well, is attacked with each of these alone in the other files.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from itertools import product
from typing import Any, Final, NamedTuple

import pytest

from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.hostile.conftest import SMALL_ROUTE, Answer, Attacked, answer_of, nobody_else_notices
from tests.hostile.test_bodies import head
from tests.hostile.test_heads import ENDLESS, HEAD, endless, pour

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.parametrize(
        "another",
        [
            pytest.param(name, marks=pytest.mark.xdist_group(f"hostile {name}"))
            for name in ("subsidy", "assessment", "metrics")
        ],
        indirect=True,
    ),
]


class Taking(NamedTuple):
    """A route that takes a body, and who may send one."""

    path: str
    role: Role


TAKING: Final = {
    "subsidy": [Taking("/v1/claims", Role.INSTITUTION)],
    "assessment": [
        Taking("/v1/sessions", Role.ASSESSMENT_BODY),
        Taking(f"/v1/sessions/{new_id()}/results", Role.ASSESSMENT_BODY),
    ],
    "metrics": [Taking("/v1/figures", Role.PROVINCE)],
}
LARGE: Final = json.dumps({"name": "a" * 14_000_000}).encode()
SLOW: Final = 20
HALVES: Final = 50


def test_what_has_no_end_is_ended_and_holds_up_nobody(another: Attacked) -> None:
    with nobody_else_notices(another), ExitStack() as stack:
        halves = [stack.enter_context(another.connection()) for _ in range(HALVES)]
        for number, connection in enumerate(halves):
            connection.sendall(HEAD[: 1 + number % (len(HEAD) - 1)])
        slow = [stack.enter_context(another.connection()) for _ in range(SLOW) for _ in TAKING[another.name]]
        for number, connection in enumerate(slow):
            taking = TAKING[another.name][number % len(TAKING[another.name])]
            who = another.of(taking.role, person=f"clerk {number}")
            connection.sendall(head(taking.path, who, length=60_000))
        before, poured = another.processor_seconds, []

        def attack(begun_with: bytes, piece: bytes) -> None:
            with another.connection() as connection:
                poured.append(pour(connection, endless(piece, begun_with=begun_with), seconds=10))

        at_once(attack, ENDLESS.values())
        for connection in slow:
            connection.sendall(b"a")
        used = another.processor_seconds - before

        assert {answer_of(each).code for each in halves} == {"head-too-slow"}
        assert {answer_of(each).code for each in slow} <= {"body-too-slow"}

    assert max(poured) < 30_000_000
    assert used < 3 * len(ENDLESS)


def test_bodies_that_are_too_large_or_too_deep_are_refused_at_once(another: Attacked) -> None:
    answers: list[Answer] = []

    def send(taking: Taking, number: int) -> None:
        who = another.of(taking.role, person=f"clerk {number}")
        deep = b"[" * 60_000 if number % 3 == 0 else LARGE
        announced = len(deep) if number % 2 else None
        with another.connection() as connection, contextlib.suppress(ConnectionError):
            connection.sendall(head(taking.path, who, length=announced))
            connection.sendall(deep if announced else b"%x\r\n" % len(deep) + deep + b"\r\n0\r\n\r\n")
            answers.append(answer_of(connection))

    with nobody_else_notices(another):
        at_once(send, product(TAKING[another.name], range(12)))
        with another.connection() as connection:
            connection.sendall(head(SMALL_ROUTE[another.name], another.officer(), length=7, method="GET") + b'{"a":1}')
            unwanted = answer_of(connection)

    assert (unwanted.status, unwanted.code) == (413, "body-not-taken")
    assert {answer.code for answer in answers} <= {"too-large", "malformed-request", "bodies-full"}
    found = Counter(answer.code for answer in answers)
    assert all(found[code] for code in ("too-large", "malformed-request"))


def test_more_requests_at_once_than_there_are_places_are_answered_or_told_when_to_come_again(another: Attacked) -> None:
    answers: list[Answer] = []
    began = time.monotonic()

    def ask(number: int) -> None:
        fields = "".join(f"{name}: {value}\r\n" for name, value in another.officer(f"officer {number % 7}").items())
        path = SMALL_ROUTE[another.name] if number % 4 else "/health/ready"
        with another.connection() as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n{fields}\r\n".encode())
            answers.append(answer_of(connection))

    at_once(ask, zip(range(300)))

    assert time.monotonic() - began < 20
    assert {answer.status for answer in answers} <= {200, 429, 503}
    assert all(int(answer.fields["retry-after"]) >= 1 for answer in answers if answer.status != 200)
    assert another.ask() == another.ask("/health/ready") == 200


def at_once(work: Callable[..., None], each: Iterable[tuple[Any, ...]]) -> None:
    """Do `work` with each of these arguments, each in a thread of its own."""
    threads = [threading.Thread(target=work, args=arguments) for arguments in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
