"""Answers kept for repeats by Idempotency-Key: whose they are, and how long they are kept."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.faults import forever
from shared.kernel.callers import Caller
from shared.persons import Persons

log = structlog.get_logger()

ERASURE_POLL_SECONDS: Final = 600.0
_ERASED_AT_ONCE: Final = 1_000
_SEALED: Final = b"\x00"
"""What a sealed body begins with. No answer does, so those kept by the version before are told apart."""
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


def digest(content: bytes, persons: Persons | None) -> bytes:
    """By which the same request is recognised: keyed where the service knows people, for a request may name one."""
    return _unkeyed(content) if persons is None else persons.mark_row(content)


def is_of(kept: bytes, content: bytes, persons: Persons | None) -> bool:
    """Whether the kept digest is of this request; the version before did not key it."""
    return kept in {digest(content, persons), _unkeyed(content)}


def _unkeyed(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def closed(body: bytes, persons: Persons | None, *, caller: str, key: str) -> bytes:
    """The body as it is kept: sealed where the service knows people, for some answers name one."""
    return body if persons is None else _SEALED + persons.seal(body, owner=_record(persons, caller, key))


def opened(kept: bytes, persons: Persons | None, *, caller: str, key: str) -> bytes:
    """The body that was kept."""
    if persons is None or not kept.startswith(_SEALED):
        return kept
    return persons.unseal(kept.removeprefix(_SEALED), owner=_record(persons, caller, key))


def _record(persons: Persons, caller: str, key: str) -> UUID:
    return persons.mark("kept answer", f"{caller}\n{key}")


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
