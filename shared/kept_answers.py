"""Answers kept for repeats by Idempotency-Key: whose they are, and how long they are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.faults import forever
from shared.kernel.callers import Caller

log = structlog.get_logger()

ERASURE_POLL_SECONDS: Final = 600.0
_ERASED_AT_ONCE: Final = 1_000
# The oldest answers are at the beginning of the table, so a batch is found without an index. Those that a request
# is just filling are locked, and skipped.
_ERASE: Final = text("""
DELETE FROM idempotent_answer WHERE ctid IN (
    SELECT ctid FROM idempotent_answer WHERE answered_at < now() - CAST(:kept AS interval) LIMIT :rows
    FOR UPDATE SKIP LOCKED
)
""")


def owner(caller: Caller) -> str:
    """Who asked and as what: nobody else, and nobody in another role or place, gets the answer that is kept.

    Each part has its own name, so that no person can be taken for an organisation.
    """
    return f"{caller.role} organisation={caller.organisation} region={caller.region} person={caller.person}"


async def work(engine: AsyncEngine, *, kept: timedelta) -> None:
    """Erase answers older than `kept`, for ever; backs off during an outage of the database."""
    await forever("kept answers", lambda: erase(engine, kept=kept), pause_seconds=ERASURE_POLL_SECONDS)


async def erase(engine: AsyncEngine, *, kept: timedelta, rows_max: int = _ERASED_AT_ONCE) -> bool:
    """Erase some answers older than `kept`. False if there were none."""
    async with engine.begin() as connection:
        erased = (await connection.execute(_ERASE, {"kept": kept, "rows": rows_max})).rowcount
    if erased:
        log.info("kept-answers.erased", answers=erased)
    return erased > 0
