"""Backing off after a fault, and giving up when told to."""

from __future__ import annotations

import asyncio

import pytest

from shared.faults import Backoff


async def test_a_worker_told_to_end_ends_even_if_its_clean_up_fails() -> None:
    working = asyncio.Event()

    async def work() -> None:
        backoff = Backoff("test")
        while True:
            try:
                try:
                    working.set()
                    await asyncio.Event().wait()
                finally:
                    raise ConnectionResetError("the connection was dead before it could be given back")
            except OSError as error:
                await backoff.wait(error)

    task = asyncio.create_task(work())
    await working.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
