"""Append to the chain, in the transaction of what is linked; export it, and verify it without the service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.chain import rules, store
from services.assessment.chain.rules import OF_CONFERRALS, Check, Entry, Fault, LinkKind


async def append(
    connection: AsyncConnection,
    chain_id: UUID,
    entries: Sequence[Entry],
    *,
    body_id: UUID,
    at: datetime,
    anchored: bool = False,
) -> None:
    """Link `entries` to the chain of a session or conferral. With `anchored`, the first is also linked to the chain of
    its body.

    The last link is locked until the transaction ends, that of the body after that of the session, as everywhere.
    """
    if not entries:
        return
    links = rules.extend(chain_id, await store.lock_head(connection, chain_id, body_id), entries, at=at)
    await store.add(connection, links)
    if anchored:
        things = "conferrals" if links[0].kind in OF_CONFERRALS else "sessions"
        anchor = Entry(LinkKind.ANCHORED, f"{things}/{chain_id}/{links[0].place}", links[0].hash)
        head = await store.lock_head(connection, body_id, body_id)
        await store.add(connection, rules.extend(body_id, head, [anchor], at=at))


async def conferred(connection: AsyncConnection, conferral_id: UUID) -> str:
    """The digest of everyone on a list as it is now, in hexadecimal."""
    return await store.conferred(connection, conferral_id)


async def append_results(
    connection: AsyncConnection, kind: LinkKind, session_id: UUID, *, body_id: UUID, at: datetime
) -> None:
    """Link all results of a session as they are now; with its conclusion, also to the chain of its body."""
    entry = Entry(kind, f"sessions/{session_id}", rules.digest([await store.results(connection, session_id)]))
    anchored = kind is LinkKind.SESSION_CONCLUDED
    await append(connection, session_id, [entry], body_id=body_id, at=at, anchored=anchored)


async def unlinked(connection: AsyncConnection, *, limit: int) -> list[UUID]:
    """The certificates from before there were chains that were not linked since."""
    return await store.unlinked_ids(connection, limit=limit)


class Verification(NamedTuple):
    """What a check of the chain came to."""

    fault: Fault | None
    check: Check
    unlinked: int | None
    """Certificates from before there were chains; None for an export, which does not hold them."""


async def verify(connection: AsyncConnection) -> Verification:
    """Check every link, and every record against its latest link, in one view of the database."""
    check = Check()
    async for item in store.items(connection):
        if fault := check.add(item):
            return Verification(fault, check, None)
    return Verification(check.end(), check, await store.unlinked(connection))


def verify_file(file: Path) -> Verification:
    """Check an export, line by line."""
    check = Check()
    with file.open("rb") as lines:
        return Verification(rules.check_lines(lines, check), check, None)


async def export(connection: AsyncConnection, file: Path) -> int:
    """Write links and records to `file`; returns the number of lines."""
    count = 0
    with file.open("wb") as out:
        async for item in store.items(connection):
            out.write(rules.line(item) + b"\n")
            count += 1
    return count
