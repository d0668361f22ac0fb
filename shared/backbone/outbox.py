"""The outbox: facts wait in the publisher's own database, written in the transaction that caused them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.fact import Fact, encode
from shared.database import driver

_RECORD = """
INSERT INTO outbox (topic, subject, version, event)
SELECT topic, subject, version, event
FROM unnest($1::text[], $2::text[], $3::integer[], $4::bytea[]) AS fact (topic, subject, version, event)
"""


async def record(connection: AsyncConnection, *facts: Fact) -> None:
    """Store `facts`, in order, in this transaction. The caller has saved each subject at that version already:
    the row lock that took is what keeps the versions of a subject in order here.
    """
    await record_all(connection, facts)


async def record_all(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """The same for many facts at once, in one statement."""
    if facts:
        await (await driver(connection)).execute(
            _RECORD,
            [fact.topic for fact in facts],
            [fact.subject for fact in facts],
            [fact.version for fact in facts],
            [encode(fact) for fact in facts],
        )
