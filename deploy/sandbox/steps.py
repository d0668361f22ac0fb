"""A step of the posting: an action for each of many rows, several at a time, and a line of progress."""

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
    """Run `act` for each of `rows`; `describe` makes a line of progress from the results."""

    rows: Sequence[Any]
    act: Callable[[Any], Awaitable[Any]]
    describe: Callable[[Sequence[Any]], str]
    at_once: int = AT_ONCE


async def walk(steps: Sequence[Step], say: Say) -> None:
    """Take the steps one after the other, reporting progress after each."""
    total, done = sum(len(step.rows) for step in steps), 0
    for step in steps:
        results = await _take(step)
        done += len(step.rows)
        say(f"{100 * done // total:3d} %  {step.describe(results)}")


async def _take(step: Step) -> list[Any]:
    turn = asyncio.Semaphore(step.at_once)

    async def act(row: Any) -> Any:
        async with turn:
            return await step.act(row)

    # The first failure cancels the others. A task group would wrap it; the caller needs the error itself.
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
