"""A step of the posting: something done for each of many rows, several at once, and one line said about it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

AT_ONCE: Final = 6

Row = Mapping[str, str]
Files = Mapping[str, Sequence[Row]]
Say = Callable[[str], None]
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Step:
    """`act` for each of `rows`, then `told` makes the line out of what came back."""

    rows: Sequence[Any]
    act: Callable[[Any], Awaitable[Any]]
    told: Callable[[Sequence[Any]], str]
    at_once: int = AT_ONCE


async def walk(steps: Sequence[Step], say: Say) -> None:
    """Take the steps one after the other, saying after each how much of the whole is done."""
    total, done = sum(len(step.rows) for step in steps), 0
    for step in steps:
        results = await _take(step)
        done += len(step.rows)
        say(f"{100 * done // total:3d} %  {step.told(results)}")


async def _take(step: Step) -> list[Any]:
    turn = asyncio.Semaphore(step.at_once)

    async def act(row: Any) -> Any:
        async with turn:
            return await step.act(row)

    # One failure ends the others: a task group would wrap it, and what counts is the first.
    tasks = [asyncio.ensure_future(act(row)) for row in step.rows]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()


def grouped(rows: Iterable[R], column: str) -> dict[str, list[R]]:
    """The rows by their value in `column`, both in the order of the file."""
    groups: defaultdict[str, list[R]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return dict(groups)
