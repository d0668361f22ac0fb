"""Places that are given in turn: caller after caller, for a bounded time, in a bounded room."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

import pytest

from shared.turns import Busy, Turns


class Queue:
    """Work that notes whose turn it is, and lasts until it is told to end."""

    def __init__(self, **bounds: float) -> None:
        self.turns = Turns("bulk", **({"places": 1, "waiting_max": 100, "wait_seconds": 60} | bounds))  # type: ignore[arg-type]
        self.order: list[Hashable] = []
        self._ends = asyncio.Event()

    def ask(self, caller: Hashable, *, patient: bool = False) -> asyncio.Task[None]:
        return asyncio.create_task(self._work(caller, patient=patient))

    async def _work(self, caller: Hashable, *, patient: bool) -> None:
        async with self.turns.place(caller, patient=patient):
            self.order.append(caller)
            await self._ends.wait()

    async def ask_all(self, *callers: Hashable) -> list[asyncio.Task[None]]:
        """Ask for each of `callers`, in order; return when all have their place, wait, or were refused."""
        tasks = [self.ask(each) for each in callers]
        await settle()
        return tasks

    async def end(self) -> None:
        self._ends.set()
        await settle()


async def settle() -> None:
    for _ in range(500):
        await asyncio.sleep(0)


def refused(tasks: list[asyncio.Task[None]]) -> list[bool]:
    return [task.done() and isinstance(task.exception(), Busy) for task in tasks]


async def test_who_asks_for_eighty_at_once_does_not_hold_up_the_one_of_another() -> None:
    queue = Queue()
    await queue.ask_all(*["many"] * 80, "one", "another")

    await queue.end()

    assert queue.order[:4] == ["many", "many", "one", "another"]
    assert len(queue.order) == 82


async def test_no_more_work_at_once_than_there_are_places() -> None:
    queue = Queue(places=3)

    await queue.ask_all(*"abcde")

    assert (queue.order, queue.turns.in_use, queue.turns.waiting) == (["a", "b", "c"], 3, 2)


async def test_beyond_a_full_room_the_request_is_refused_with_a_time() -> None:
    queue = Queue(waiting_max=2)

    tasks = await queue.ask_all("a", "a", "a", "a")

    assert refused(tasks) == [False, False, False, True]
    error = tasks[3].exception()
    assert isinstance(error, Busy)
    assert error.facts == {"lane": "bulk", "retry_after_s": 1}


async def test_in_a_full_room_the_newest_of_who_has_most_gives_way_to_one_who_has_none() -> None:
    queue = Queue(waiting_max=2)

    tasks = await queue.ask_all("many", "many", "many", "one")

    assert refused(tasks) == [False, False, True, False]


async def test_whoever_waits_too_long_is_refused() -> None:
    queue = Queue(wait_seconds=0.01)
    _, waiting = await queue.ask_all("a", "b")

    with pytest.raises(Busy):
        await waiting

    assert queue.turns.waiting == 0


async def test_a_patient_one_waits_for_as_long_as_it_takes_and_in_a_full_room_too() -> None:
    queue = Queue(wait_seconds=0.01, waiting_max=0)
    await queue.ask_all("a")
    patient = queue.ask("b", patient=True)
    await asyncio.sleep(0.03)
    assert not patient.done()

    await queue.end()

    assert queue.order == ["a", "b"]


async def test_a_request_that_is_given_up_leaves_its_place_to_the_next() -> None:
    queue = Queue()
    first, second, third = await queue.ask_all("a", "b", "c")

    second.cancel()
    await settle()
    first.cancel()  # and its place comes to the third
    await settle()
    assert (queue.order, queue.turns.waiting) == (["a", "c"], 0)

    third.cancel()
    await settle()
    assert queue.turns.in_use == 0


async def test_a_place_that_comes_together_with_the_end_of_its_request_is_not_lost() -> None:
    queue = Queue()
    first, second, third = await queue.ask_all("a", "b", "c")

    first.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second.cancel()
    await settle()

    assert queue.order[-1] == "c"
    third.cancel()
    await settle()
    assert (queue.turns.in_use, queue.turns.waiting) == (0, 0)


async def test_the_time_after_which_to_come_back_grows_with_who_waits() -> None:
    queue = Queue(waiting_max=30)
    queue.turns._usual_seconds = 0.5

    tasks = await queue.ask_all("a", *range(36))

    errors = [task.exception() for task in tasks if task.done()]
    # Thirty wait, half a second each; and whoever is refused is sent behind those who were refused before.
    assert [error.facts["retry_after_s"] for error in errors if isinstance(error, Busy)] == [16, 16, 17, 17, 18, 18]


async def test_a_request_can_look_before_it_costs_anything() -> None:
    queue = Queue(waiting_max=1)
    await queue.ask_all("a", "a")

    with pytest.raises(Busy):
        queue.turns.look("b")
