"""Hear of claims, so that their lists of names come, change and go with them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.backbone.consumer import Consumer, unprepared
from shared.contracts.fact import Fact
from shared.contracts.subsidy.claims import CLAIM_FACTS, ClaimState
from shared.public_lists import store
from shared.public_lists.rules import list_of
from shared.public_lists.store import Owner


def consumer(service: str, owner: Owner) -> Consumer:
    """A consumer of its own: it reads the log from the beginning where the service has long heard other facts."""

    async def apply(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
        latest = {each.claim_id: each for each in facts if isinstance(each, ClaimState) and each.kind in owner.kinds}
        await store.keep(connection, {claim_id: list_of(each) for claim_id, each in latest.items()})

    return Consumer(f"{service}-public-lists", frozenset(CLAIM_FACTS), unprepared(apply))
