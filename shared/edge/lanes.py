"""Lanes: what requests of one kind may take at once, so that those of another kind are answered meanwhile.

What takes or gives rows or files is bulk; everything else is interactive. A route's declaration says which it is, or
the word `bulk` above its function. `lookup` marks a route whose answer tells whether a number or a name is known.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from shared.edge.rates import Left, Meter, Rate, address_of, tell
from shared.kernel.callers import Caller
from shared.kernel.refusals import TooManyRequests
from shared.own_loop import OwnLoop
from shared.settings import ServiceSettings
from shared.turns import Turns

MODE: Final = "mode"
DRY_RUN: Final = "validate"
"""The parameter of a dry run, and its value."""
SMALL_BODY_BYTES: Final = 4096
"""A body of rows up to this size, such as a mark of a device, is as light as any other request: it is interactive."""

T = TypeVar("T")
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Lane(StrEnum):
    INTERACTIVE = "interactive"
    BULK = "bulk"


class Kind(StrEnum):
    """What has a rate of its own: the lanes, and what has lower ones."""

    INTERACTIVE = "interactive"
    BULK = "bulk"
    LOOKUPS = "lookups"
    DRY_RUN_ROWS = "dry-run-rows"
    """Of a dry run each row counts: it asks about a number of its own."""
    PUBLIC = "public"
    SIGN_INS = "sign-ins"
    """Each is passed on to a provider, which has limits of its own."""


def bulk(endpoint: Endpoint) -> Endpoint:
    """Mark a route as bulk although its declaration does not show it."""
    endpoint.__lane__ = Lane.BULK  # type: ignore[attr-defined]
    return endpoint


def lookup(endpoint: Endpoint) -> Endpoint:
    """Mark a route whose answer tells whether a number, a name or a receipt is known: its rate is low."""
    endpoint.__is_lookup__ = True  # type: ignore[attr-defined]
    return endpoint


@dataclass(frozen=True)
class RouteKind:
    """What a route's declaration says about its lane and its rate."""

    lane: Lane
    takes_rows: bool
    has_dry_runs: bool
    is_lookup: bool
    needs_caller: bool

    def lane_of(self, request: Request) -> Lane:
        """The lane of a request: rows in a small body are interactive."""
        return Lane.INTERACTIVE if self.takes_rows and _is_small(request) else self.lane

    def kind_of(self, request: Request) -> Kind:
        """What the request is counted as."""
        if self.is_lookup:
            return Kind.LOOKUPS
        if self.has_dry_runs and is_dry_run(request):
            return Kind.DRY_RUN_ROWS
        return Kind(self.lane_of(request)) if self.needs_caller else Kind.PUBLIC

    @property
    def kinds(self) -> list[Kind]:
        """What a request may be counted as, for the description."""
        if self.is_lookup:
            return [Kind.LOOKUPS]
        if not self.needs_caller:
            return [Kind.PUBLIC]
        lanes = [Kind.INTERACTIVE, Kind.BULK] if self.takes_rows else [Kind(self.lane)]
        return [*lanes, Kind.DRY_RUN_ROWS] if self.has_dry_runs else lanes


def kind_of(route: APIRoute, *, needs_caller: bool) -> RouteKind:
    """What the declaration of `route` says."""
    takes = (route.openapi_extra or {}).get("requestBody", {}).get("content", {})
    gives: Mapping[str, Any] = dict(route.responses.get(200, {})).get("content", {})
    lane = Lane.BULK if takes or any(map(_is_file, gives.values())) else Lane.INTERACTIVE
    return RouteKind(
        lane=getattr(route.endpoint, "__lane__", lane),
        takes_rows=any(not _is_file(each) for each in takes.values()),
        has_dry_runs=any(each.alias == MODE for each in get_flat_params(route.dependant)),
        is_lookup=getattr(route.endpoint, "__is_lookup__", False),
        needs_caller=needs_caller,
    )


def _is_file(content: Mapping[str, Any]) -> bool:
    return bool(content.get("schema", {}).get("format") == "binary")


def is_dry_run(request: Request) -> bool:
    """Whether the request asks for a dry run, where its route has dry runs."""
    return request.query_params.get(MODE) == DRY_RUN


def _is_small(request: Request) -> bool:
    announced = request.headers.get("content-length", "")
    return announced.isdecimal() and int(announced) <= SMALL_BODY_BYTES


@dataclass(frozen=True)
class Limits:
    """The lanes and rates of one process."""

    lanes: Mapping[Lane, Turns]
    meters: Mapping[Kind, Meter]
    bulk_loop: OwnLoop
    """Where bulk requests are handled."""
    readers: Turns
    """Places of the processes that read spreadsheets."""

    @classmethod
    def of(cls, settings: ServiceSettings) -> Limits:
        """As `settings` say."""
        wait = settings.waiting_seconds_max
        return cls(
            {
                Lane.INTERACTIVE: Turns(
                    Lane.INTERACTIVE,
                    places=settings.interactive_connections,
                    waiting_max=settings.interactive_waiting_max,
                    wait_seconds=wait,
                ),
                Lane.BULK: Turns(
                    Lane.BULK,
                    places=settings.bulk_connections,
                    waiting_max=settings.bulk_waiting_max,
                    wait_seconds=wait,
                ),
            },
            {kind: Meter(rate) for kind, rate in rates(settings).items()},
            OwnLoop("bulk"),
            Turns(
                "files",
                places=settings.readers_max,
                waiting_max=settings.readers_waiting_max,
                wait_seconds=wait,
            ),
        )

    def count(self, request: Request, kind: RouteKind) -> None:
        """Count `request` against its rate, and let its answer tell what is left; see whether its lane has room.

        Raises TooManyRequests, Busy.
        """
        self.count_as(request, kind.kind_of(request))
        self.lanes[kind.lane_of(request)].look(who(request))

    def count_as(self, request: Request, kind: Kind) -> None:
        """Count `request` against the rate of `kind`, and let its answer tell what is left. Raises TooManyRequests."""
        meter = self.meters[kind]
        try:
            left = meter.count(who(request))
        except TooManyRequests:
            tell(request, meter.rate, Left(0, meter.rate.seconds))
            raise
        tell(request, meter.rate, left)

    def count_rows(self, request: Request, rows: int) -> None:
        """Count the rows of a dry run, which was counted as one before they were read; other requests have none."""
        if rows > 1 and is_dry_run(request):
            meter = self.meters[Kind.DRY_RUN_ROWS]
            tell(request, meter.rate, meter.add(who(request), rows - 1))

    async def handle(self, request: Request, kind: RouteKind, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `work` returns, done in the lane of `request` when it is its caller's turn. Raises Busy."""
        lane = kind.lane_of(request)
        async with self.lanes[lane].place(who(request)):
            return await (work() if lane is Lane.INTERACTIVE else self.bulk_loop.run(work))

    async def handle_patiently(self, request: Request, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `work` returns, done in the bulk lane however long that takes: the answer has begun."""
        async with self.lanes[Lane.BULK].place(who(request), patient=True):
            return await self.bulk_loop.run(work)


def rates(settings: ServiceSettings) -> Mapping[Kind, Rate]:
    """The rates that `settings` publish."""
    of_requests = {
        Kind.INTERACTIVE: settings.interactive_requests_a_minute,
        Kind.BULK: settings.bulk_requests_a_minute,
        Kind.LOOKUPS: settings.lookups_a_minute,
        Kind.PUBLIC: settings.public_requests_a_minute,
        Kind.SIGN_INS: settings.sign_ins_a_minute,
    }
    a_minute = {kind: Rate(kind, requests, 60) for kind, requests in of_requests.items()}
    return {**a_minute, Kind.DRY_RUN_ROWS: Rate(Kind.DRY_RUN_ROWS, settings.dry_run_rows_an_hour, 3600)}


def who(request: Request) -> Hashable:
    """Whom a request counts for: a person in a role of an organisation or region, or else a network address."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        return address_of(request)
    return caller.role, caller.organisation, caller.region, caller.person
