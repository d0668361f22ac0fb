"""Link certificates from before there were chains, as they are now.

From then on a change of one is named like any other. What was changed before shows nowhere, and the link says so by its
kind.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates import store
from services.assessment.chain import usecases as chain
from services.assessment.chain.rules import LinkKind


async def adopt(connection: AsyncConnection, *, limit: int, at: datetime) -> int:
    """Link up to `limit` certificates that no chain knows; returns how many were linked.

    The first of a session is also linked to the chain of its body, so that they cannot vanish together.
    """
    ids = await chain.unlinked(connection, limit=limit)
    certificates = [await store.load(connection, each, lock=True) for each in ids]
    found = sorted(certificates, key=lambda each: (each.chain, each.id))
    for id_, of_chain in groupby(found, key=lambda each: each.chain):
        adopted = list(of_chain)
        entries = [each.link._replace(kind=LinkKind.CERTIFICATE_ADOPTED) for each in adopted]
        await chain.append(connection, id_, entries, body_id=adopted[0].body_id, at=at, anchored=True)
    return len(found)
