"""Rates: what one caller may make in a window, and what the answer tells of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from shared.edge.rates import Meter, Rate, address_of
from shared.kernel.refusals import TooManyRequests


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def meter(requests: int, seconds: int, watch: Callable[[], float], *, callers_max: int = 100) -> Meter:
    return Meter(Rate("bulk", requests, seconds), now=watch, callers_max=callers_max)


def count_all(of: Meter, caller: str, times: int) -> int:
    """How many of `times` requests at once are taken."""
    taken = 0
    for _ in range(times):
        try:
            of.count(caller)
        except TooManyRequests:
            continue
        taken += 1
    return taken


def test_a_caller_may_make_all_requests_of_a_window_at_once_and_no_more() -> None:
    of = meter(60, 60, Watch())

    assert count_all(of, "a", 100) == 60
    assert count_all(of, "b", 100) == 60, "another caller has as many"


def test_who_was_refused_waits_for_the_share_of_one_request() -> None:
    watch = Watch()
    of = meter(30, 60, watch)
    count_all(of, "a", 30)
    with pytest.raises(TooManyRequests) as refusal:
        of.count("a")
    assert refusal.value.facts == {"retry_after_s": 2}

    watch.seconds += 2

    assert count_all(of, "a", 5) == 1


@given(requests=st.integers(1, 50), seconds=st.integers(1, 100), share=st.floats(0, 0.999))
def test_who_was_refused_is_never_told_to_come_back_at_once(requests: int, seconds: int, share: float) -> None:
    watch = Watch()
    of = meter(requests, seconds, watch)
    count_all(of, "a", requests)
    watch.seconds += share * seconds / requests

    with pytest.raises(TooManyRequests) as refusal:
        of.count("a")

    watch.seconds += float(str(refusal.value.facts["retry_after_s"]))
    assert watch.seconds >= seconds / requests
    assert count_all(of, "a", 1) == 1


def test_what_is_left_is_told_with_the_time_until_all_is_there_again() -> None:
    of = meter(60, 60, Watch())

    assert of.count("a") == (59, 1)
    assert of.count("a") == (58, 2)
    assert of.rate.policy == '"bulk";q=60;w=60'


@given(
    requests=st.integers(1, 50),
    seconds=st.integers(1, 100),
    waits=st.lists(st.floats(0, 30, allow_nan=False), max_size=60),
)
def test_in_any_window_at_most_twice_the_rate_is_taken(requests: int, seconds: int, waits: list[float]) -> None:
    watch = Watch()
    of = meter(requests, seconds, watch)
    taken: list[float] = []
    for wait in waits:
        watch.seconds += wait
        taken += [watch.seconds] * count_all(of, "a", 3)

    for begin in taken:
        assert sum(begin <= at < begin + seconds for at in taken) <= 2 * requests + 1


@given(
    requests=st.integers(1, 20),
    seconds=st.integers(1, 60),
)
def test_who_keeps_to_the_rate_is_never_refused(requests: int, seconds: int) -> None:
    watch = Watch()
    of = meter(requests, seconds, watch)

    for _ in range(5 * requests):
        of.count("a")
        watch.seconds += seconds / requests


def test_the_number_of_callers_that_are_remembered_is_bounded() -> None:
    watch = Watch()
    of = meter(1, 60, watch, callers_max=100)
    for caller in range(1000):
        of.count(str(caller))

    assert len(of._whole_at) <= 100
    assert count_all(of, "999", 1) == 0, "the newest are remembered"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_of_ipv6_counts_with_its_network(host: str, address: str) -> None:
    assert address_of(Request({"type": "http", "client": (host, 1)})) == address


def test_what_a_request_turns_out_to_ask_counts_even_beyond_what_is_left() -> None:
    watch = Watch()
    of = meter(60, 60, watch)
    of.count("a")

    assert of.add("a", 99) == (0, 100)
    with pytest.raises(TooManyRequests) as refusal:
        of.count("a")
    assert refusal.value.facts == {"retry_after_s": 41}
    watch.seconds += 41
    assert of.count("a") == (0, 60)
