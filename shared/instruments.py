"""What each process counts and times for Prometheus: names and labels, and the calls that keep them.

Labels have few values that the code itself knows: templates of routes, codes, names of consumers and topics. No label
holds anything that a request sent, so no number, name, phone, id or part of a path gets into a series.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from shared.kernel.refusals import Refusal

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "other"
"""Stands for methods and paths that are none of ours: clients may send any."""

_REQUESTS: Final = Counter("skills_requests", "Requests by route and status", ["method", "route", "status"])
_REQUEST_SECONDS: Final = Histogram(
    "skills_request_seconds",
    "Time until a request was answered; streams are not timed",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_REFUSALS: Final = Counter("skills_refusals", "Refusals of requests and of rows, by code", ["code"])
_CHECK_HITS: Final = Counter("skills_check_hits", "What a check stopped or flagged, by its code", ["check"])
_BATCH_SECONDS: Final = Histogram(
    "skills_batch_seconds",
    "Time in which a batch of facts was applied",
    ["consumer"],
    buckets=(0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60),
)
_APPLIED: Final = Counter("skills_applied_facts", "Facts that were applied", ["consumer"])
_PARKED: Final = Counter("skills_parked_facts", "Facts that became dead letters", ["consumer"])
_RELAYED: Final = Counter("skills_relayed_facts", "Facts moved from the outbox to the log")
_LAG: Final = Gauge("skills_consumer_lag_facts", "Facts in the log that are not applied yet", ["consumer", "topic"])
_LOOKED: Final = Gauge("skills_consumer_looked_timestamp_seconds", "When a worker last looked at its lag", ["consumer"])


def answered(method: str, route: str | None, status: int, *, seconds: float | None) -> None:
    """A request was answered; `route` is a template, None if there is none. Without `seconds` it was a stream."""
    method, route = method if method in METHODS else OTHER, route or OTHER
    _REQUESTS.labels(method, route, str(status)).inc()
    if seconds is not None:
        _REQUEST_SECONDS.labels(method, route).observe(seconds)


def refused(refusal: Refusal) -> None:
    """A request or a row was refused."""
    _REFUSALS.labels(refusal.slug).inc()
    if refusal.check:
        _CHECK_HITS.labels(refusal.check).inc()


def hit(check: str) -> None:
    """A check stopped a line, or raised a flag."""
    _CHECK_HITS.labels(check).inc()


def applied(consumer: str, *, facts: int, parked: int, seconds: float) -> None:
    """A batch was applied."""
    _BATCH_SECONDS.labels(consumer).observe(seconds)
    _APPLIED.labels(consumer).inc(facts)
    _PARKED.labels(consumer).inc(parked)


def relayed(facts: int) -> None:
    """Facts went from the outbox to the log."""
    _RELAYED.inc(facts)


def lagging(consumer: str, behind: Mapping[str, int], *, at: float) -> None:
    """How many facts of each topic the consumer has not applied at `at`, in seconds since 1970."""
    for topic, facts in behind.items():
        _LAG.labels(consumer, topic).set(facts)
    _LOOKED.labels(consumer).set(at)


def of_refusals(refusals: Collection[Refusal]) -> None:
    """Rows were refused."""
    for each in refusals:
        refused(each)
