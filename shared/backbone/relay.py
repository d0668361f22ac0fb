"""The relay: takes facts from the outbox to the log, in order per subject, at least once."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from sqlalchemy.ext.asyncio import AsyncEngine

from shared import instruments
from shared.backbone.log import EventLog, Record
from shared.database import driver, driver_of
from shared.faults import forever

# One relay at a time keeps a subject's facts in order; a second one waits as a standby.
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtext('outbox relay'))"
_OLDEST = "SELECT position FROM outbox ORDER BY position LIMIT 1"
# A fact with a lower position may become visible later than one with a higher position, when its transaction was
# slower. So rows are taken by what is there, never by "everything up to position n".
_TAKE = """
DELETE FROM outbox
WHERE position = ANY (ARRAY(SELECT position FROM outbox ORDER BY position LIMIT $1))
RETURNING topic, position, subject, event
"""


async def relay_batch(engine: AsyncEngine, event_log: EventLog, *, limit: int = 5000) -> int:
    """Move at most `limit` of the oldest facts to the log; returns how many. 0 also while another relay is active.

    The rows are deleted first and appended second, in one transaction: a crash in between restores them, and they
    are appended again. Consumers drop repeats.
    """
    async with engine.begin() as connection:
        database = await driver(connection)
        if not await database.fetchval(_ALONE):
            return 0
        rows = sorted(await database.fetch(_TAKE, limit))
        for topic, group in groupby(rows, key=itemgetter(0)):
            await event_log.append(topic, [Record(subject, event) for _, _, subject, event in group])
        return len(rows)


async def relay(engine: AsyncEngine, event_log: EventLog, *, poll_seconds: float = 0.05, limit: int = 5000) -> None:
    """Relay for ever; backs off during outages of the log or the database, and loses nothing."""

    async def step() -> bool:
        # The outbox is empty most of the time: to look costs one statement, and no transaction.
        async with engine.connect() as connection:
            is_empty = await driver_of(connection).fetchval(_OLDEST) is None
        moved = 0 if is_empty else await relay_batch(engine, event_log, limit=limit)
        instruments.relayed(moved)
        return moved == limit

    # After any error the rows are back in the outbox.
    await forever("relay", step, pause_seconds=poll_seconds)
