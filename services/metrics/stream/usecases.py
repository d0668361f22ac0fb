"""Totals as streams: each reader is told what has changed since the state that they know, however slow they are."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Hashable, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.totals.rules.cuts import Cut
from services.metrics.totals.usecases.answer_cache import AnswerCache
from services.metrics.totals.usecases.totals import totals
from shared.turns import Busy

CHANNELS_MAX: Final = 128
"""Cuts that are streamed at once, to any number of readers."""
OF_ONE_NETWORK_MAX: Final = 32
"""Of these, those that readers of one network have opened: whoever makes up cuts leaves room for others."""
STATES_MAX: Final = 240
"""States that a reader may be behind: a minute of changes without a pause. Further back all cells are sent again."""
KEPT_SECONDS: Final = 120.0
"""Time for which a channel waits for readers whose connection broke."""

Row = Mapping[str, Any]
CellKey = tuple[object, ...]


Admit = Callable[[Callable[[], Coroutine[Any, Any, None]]], Awaitable[None]]
"""Does something once there is a place for it."""


class Message(NamedTuple):
    """What leads a reader to the state `id`, as JSON."""

    id: str
    data: str


@dataclass
class Channel:
    """The present state of a cut, and which cells were touched after each of the states before.

    A state is named by what its cells are, so it has the same name in every process and after a restart.
    """

    by: tuple[str, ...]
    opened_by: Hashable = None
    """The network of the reader for whom it was opened."""
    state: str = ""
    view: Mapping[str, Any] | None = None
    rows: Mapping[CellKey, Row] = field(default_factory=dict)
    before: deque[tuple[str, frozenset[CellKey]]] = field(default_factory=lambda: deque(maxlen=STATES_MAX))
    """Earlier states, each with the keys of the cells in which the next one differs from it."""
    readers: int = 0
    left_at: float = 0.0
    _messages: dict[str | None, Message] = field(default_factory=dict)

    def show(self, view: Mapping[str, Any]) -> None:
        """Go on to the state of `view`."""
        if view is self.view:
            return
        rows = {tuple(row[dimension] for dimension in self.by): row for row in view["rows"]}
        content = orjson.dumps([self.by, view["rows"], view["total"]], default=str)
        state = blake2b(content, digest_size=12).hexdigest()
        if self.view is not None and state != self.state:
            touched = {key for key in self.rows.keys() | rows.keys() if self.rows.get(key) != rows.get(key)}
            self.before.append((self.state, frozenset(touched)))
        self.view, self.state, self.rows = view, state, rows
        self._messages.clear()

    def message(self, known: str | None) -> Message:
        """What leads a reader who knows the state `known` to the present one; made once for all who know the same."""
        if known not in self._messages:
            touched = self._touched_since(known)
            known = None if touched is None else known
            if known not in self._messages:
                self._messages[known] = self._encoded(touched)
        return self._messages[known]

    def _touched_since(self, known: str | None) -> Iterable[CellKey] | None:
        """The cells that may differ from the state `known`; None if it is not remembered."""
        touched: set[CellKey] = set()
        if known == self.state:
            return touched
        for state, keys in reversed(self.before):
            touched |= keys
            if state == known:
                return touched
        return None

    def _encoded(self, touched: Iterable[CellKey] | None) -> Message:
        assert self.view is not None, "a channel has shown something before it is read"
        is_snapshot = touched is None
        keys = self.rows.keys() if touched is None else touched
        data = {
            "as_of": self.view["as_of"],
            "snapshot": is_snapshot,
            "cells": [self.rows[key] for key in keys if key in self.rows],
            "gone": [dict(zip(self.by, key, strict=True)) for key in keys if key not in self.rows],
            "total": self.view["total"],
        }
        return Message(self.state, orjson.dumps(data, default=str).decode())


class Streams:
    """The channels that are read. There is no queue: a reader who is ready is led from what they know to the present.

    So a slow reader misses states in between and costs no memory, and one who is too far behind gets all cells again.
    """

    def __init__(self, answers: AnswerCache) -> None:
        self._answers = answers
        self._channels: dict[Cut, Channel] = {}
        self._opening: dict[Cut, asyncio.Task[None]] = {}

    @property
    def readers(self) -> int:
        return sum(each.readers for each in self._channels.values())

    @property
    def channels(self) -> int:
        return len(self._channels)

    async def require(self, cut: Cut, admit: Admit, *, network: Hashable = None) -> None:
        """Open the channel of `cut` for a reader of `network`, by way of `admit`, unless it is open: of many who come
        at once one is admitted.

        Raises what there is to refuse before a stream begins: Busy, UnknownPlan, UnknownProgramme, UnknownRegion,
        UnknownDepartment.
        """
        channel = self._channels.get(cut)
        if channel is not None and channel.view is not None:
            return
        opening = self._opening.get(cut)
        if opening is None:
            opening = self._opening[cut] = asyncio.create_task(self._open(cut, admit, network))
            opening.add_done_callback(lambda done: self._opened(cut, done))
        await asyncio.shield(opening)

    async def _open(self, cut: Cut, admit: Admit, network: Hashable) -> None:
        channel = self._channel(cut, network)
        try:
            await admit(lambda: self._show(channel, cut))
        finally:
            if channel.view is None and not channel.readers:
                self._channels.pop(cut, None)

    def _opened(self, cut: Cut, opening: asyncio.Task[None]) -> None:
        del self._opening[cut]
        if not opening.cancelled():
            opening.exception()  # those who waited have it; if they left, nobody needs it

    async def messages(
        self, cut: Cut, *, known: str | None = None, network: Hashable = None
    ) -> AsyncGenerator[Message]:
        """First what leads from the state `known` to the present one, or all cells; then every change.

        A reader who knows the present state is told at once that nothing has changed.
        """
        with self._reading(cut, network) as channel:
            refreshes, is_told = -1, False
            while True:
                refreshes = await self._answers.refreshed(since=refreshes)
                await self._show(channel, cut)
                if is_told and known == channel.state:
                    continue
                message = channel.message(known)
                known, is_told = message.id, True
                yield message

    @contextmanager
    def _reading(self, cut: Cut, network: Hashable) -> Generator[Channel]:
        channel = self._channel(cut, network)
        channel.readers += 1
        try:
            with self._answers.holding(_key(cut)):
                yield channel
        finally:
            channel.readers -= 1
            channel.left_at = time.monotonic()

    async def _show(self, channel: Channel, cut: Cut) -> None:
        async def make(connection: AsyncConnection) -> dict[str, object]:
            return await totals(connection, self._answers.cells, cut, today=self._answers.today())

        channel.show(await self._answers.value(_key(cut), make))

    def _channel(self, cut: Cut, network: Hashable) -> Channel:
        """Raises Busy if too many other cuts are read, or were opened by this network."""
        channel = self._channels.get(cut)
        if channel is None:
            self._make_room(network)
            by = tuple(each.value for each in cut.by)
            channel = self._channels[cut] = Channel(by, network, left_at=time.monotonic())
        return channel

    def _make_room(self, network: Hashable) -> None:
        kept_since = time.monotonic() - KEPT_SECONDS
        unread = [(each.left_at, cut) for cut, each in self._channels.items() if not each.readers]
        for left_at, cut in sorted(unread, key=itemgetter(0)):
            is_in_the_way = self._channels[cut].opened_by == network and self._opened_by(network) >= OF_ONE_NETWORK_MAX
            if left_at < kept_since or is_in_the_way or len(self._channels) >= CHANNELS_MAX:
                del self._channels[cut]
        if len(self._channels) >= CHANNELS_MAX or self._opened_by(network) >= OF_ONE_NETWORK_MAX:
            raise Busy(lane="streams", retry_after_s=int(KEPT_SECONDS))

    def _opened_by(self, network: Hashable) -> int:
        return sum(each.opened_by == network for each in self._channels.values())


def _key(cut: Cut) -> Hashable:
    """The same as that of the answer of GET /v1/totals."""
    return "totals", cut
