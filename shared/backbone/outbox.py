"""The outbox: facts wait in the publisher's own database, written in the transaction that caused them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.fact import Fact, decode, encode
from shared.database import driver

_RECORD = """
INSERT INTO outbox (topic, subject, version, event)
SELECT topic, subject, version, event
FROM unnest($1::text[], $2::text[], $3::integer[], $4::bytea[]) AS fact (topic, subject, version, event)
"""


async def record(connection: AsyncConnection, *facts: Fact) -> None:
    """Store `facts`, in order, in this transaction, in one statement.

    The caller has already saved each subject at that version: the row lock taken then keeps the versions of a
    subject in order here. Raises Malformed for a fact that no consumer could read: a programming error, and better
    found here than in their dead letters.
    """
    if not facts:
        return
    events = [encode(fact) for fact in facts]
    for event in events:
        decode(event)
    await (await driver(connection)).execute(
        _RECORD,
        [fact.topic for fact in facts],
        [fact.subject for fact in facts],
        [fact.version for fact in facts],
        events,
    )
