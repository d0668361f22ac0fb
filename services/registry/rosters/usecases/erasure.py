"""The end of life of refused rows: kept for a while so that they can be mended, then erased a batch at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.rosters.store import files as store
from shared.faults import Backoff

log = structlog.get_logger()

POLL_SECONDS: Final = 10
_ROWS_A_BATCH: Final = 5_000


async def erase(engine: AsyncEngine, now: Callable[[], datetime]) -> None:
    """Erase what has outlived its time, for ever; backs off while the database is away."""
    backoff = Backoff("refused rows")
    while True:
        try:
            erased = await erase_batch(engine, at=now())
        except Exception as error:  # noqa: BLE001  (whatever it was, what is left is found again)
            await backoff.wait(error)
            continue
        backoff.reset()
        if not erased:
            await asyncio.sleep(POLL_SECONDS)


async def erase_batch(engine: AsyncEngine, *, at: datetime) -> bool:
    """Erase some rows that have outlived their time. False if there are none."""
    async with engine.begin() as connection:
        file = await store.lock_outlived(connection, at=at)
        if file is None:
            return False
        await store.erase_rows(connection, file.id, limit=_ROWS_A_BATCH)
    log.info("refused-rows.erased", file=str(file.id))
    return True
