"""Places for work that is done a few at a time, given in turn: caller after caller, each caller's in order."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager
from typing import Final

from shared.kernel.refusals import Refusal

_WEIGHT: Final = 0.1
"""How much the latest work counts in the time that work of this kind usually takes."""
_USUAL_SECONDS_AT_FIRST: Final = 0.2
"""Until enough has been done: many who come at once after a start are also sent back at different times."""
_RETRY_AFTER_MAX: Final = 30


class Busy(Refusal):
    """Too much of one kind waits already, or has waited for too long. Facts: `lane`, `retry_after_s`."""

    slug = "busy"
    title_en = "The service is busy with other requests of this kind; nothing was stored."
    title_zh = "系统繁忙，同类请求过多，本次请求未保存任何内容。"
    cure_en = "Repeat the request after {retry_after_s} seconds."
    cure_zh = "请在 {retry_after_s} 秒后重试。"


class Turns:
    """Gives `places` places. Who finds none waits, for `wait_seconds` at most, in a room for `waiting_max`.

    Callers take turns, so whoever asks for eighty at once waits for their own, and another one's first comes next. In
    a full room the newest of the caller with the most gives way, so nobody can keep the others out of it either.
    Used by one event loop.
    """

    def __init__(self, name: str, *, places: int, waiting_max: int, wait_seconds: float) -> None:
        self.name = name
        self.places = places
        self._free = places
        self._waiting_max = waiting_max
        self._wait_seconds = wait_seconds
        self._rooms: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()
        self._usual_seconds = _USUAL_SECONDS_AT_FIRST
        self._promised_until = 0.0

    @property
    def in_use(self) -> int:
        return self.places - self._free

    @property
    def waiting(self) -> int:
        return sum(map(len, self._rooms.values()))

    @property
    def is_full(self) -> bool:
        """Whether the next one would have to wait, or would be refused."""
        return self._free == 0

    def look(self, caller: Hashable) -> None:
        """Whether `caller` would be let in now, before the request has cost anything. Raises Busy."""
        if not self._free and self.waiting >= self._waiting_max:
            self._whose_place_to_give(caller)

    @asynccontextmanager
    async def place(self, caller: Hashable, *, patient: bool = False) -> AsyncGenerator[None]:
        """A place for `caller` while the context lasts. Raises Busy, unless the caller is `patient`."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(caller, patient=patient)
        began = time.monotonic()
        try:
            yield
        finally:
            self._usual_seconds += _WEIGHT * (time.monotonic() - began - self._usual_seconds)
            self._pass_on()

    async def _wait(self, caller: Hashable, *, patient: bool) -> None:
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[None] = loop.create_future()
        too_late: asyncio.TimerHandle | None = None
        if not patient:
            self._make_room(caller)
            too_late = loop.call_later(self._wait_seconds, self._refuse, mine)
        self._rooms.setdefault(caller, deque()).append(mine)
        try:
            await mine
        except BaseException:
            if mine.done() and not mine.cancelled() and mine.exception() is None:
                # The place came together with the end of its request.
                self._pass_on()
            else:
                self._leave(caller, mine)
            raise
        finally:
            if too_late is not None:
                too_late.cancel()

    def _make_room(self, caller: Hashable) -> None:
        if self.waiting >= self._waiting_max:
            self._refuse(self._rooms[self._whose_place_to_give(caller)].pop())

    def _whose_place_to_give(self, caller: Hashable) -> Hashable:
        """The caller with the most in the full room. Raises Busy if `caller` would have as many."""
        most = max(self._rooms, key=lambda each: len(self._rooms[each]), default=caller)
        own = len(self._rooms.get(caller, ()))
        if len(self._rooms.get(most, ())) <= own + 1:
            raise self._busy()
        return most

    def _refuse(self, waiting: asyncio.Future[None]) -> None:
        if not waiting.done():
            waiting.set_exception(self._busy())

    def _leave(self, caller: Hashable, waiting: asyncio.Future[None]) -> None:
        room = self._rooms.get(caller)
        if room is not None and waiting in room:
            room.remove(waiting)
            if not room:
                del self._rooms[caller]

    def _pass_on(self) -> None:
        """Give a place that is free again to the next caller's first, or keep it."""
        while self._rooms:
            caller, room = next(iter(self._rooms.items()))
            waiting = room.popleft()
            if room:
                self._rooms.move_to_end(caller)
            else:
                del self._rooms[caller]
            if not waiting.done():
                waiting.set_result(None)
                return
        self._free += 1

    def _busy(self) -> Busy:
        """With a time for each that was refused, after those who wait and those who were refused before.

        Otherwise all of them would come back in the same second, again and again.
        """
        now, turn = time.monotonic(), self._usual_seconds / self.places
        after_those_who_wait = now + turn * self.waiting
        self._promised_until = min(max(self._promised_until, after_those_who_wait) + turn, now + _RETRY_AFTER_MAX)
        return Busy(lane=self.name, retry_after_s=max(1, math.ceil(self._promised_until - now)))
