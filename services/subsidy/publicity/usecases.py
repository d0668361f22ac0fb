"""Read what is public of claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.publicity import store
from services.subsidy.publicity.store import PublicClaim, PublicLine
from services.subsidy.trainings.usecases import load_plan
from shared.kernel.periods import Period
from shared.kernel.refusals import NotFound
from shared.reach import Reach, reach_of


class PublicPeriod(NamedTuple):
    """The days of a list, both included."""

    first: date
    last: date


def period(first_on: date | None, last_on: date | None, *, today: date) -> PublicPeriod:
    """From `first_on` to `last_on`; either left out: the other one, or today. Raises PeriodEndsBeforeStart."""
    days = PublicPeriod(first_on or last_on or today, last_on or first_on or today)
    Period(*days)
    return days


async def page(
    connection: AsyncConnection, region: str | None, days: PublicPeriod, *, after: UUID, limit: int, today: date
) -> list[PublicClaim]:
    """Claims of a region and below that are public in the period. Raises UnknownRegion."""
    reach = Reach() if region is None else reach_of(await load_plan(connection), region, on=today)
    return await store.page(connection, reach, days.first, days.last, after=after, limit=limit)


async def read(connection: AsyncConnection, claim_id: UUID) -> tuple[PublicClaim, Sequence[PublicLine]]:
    """A public claim with its payable lines. Raises NotFound."""
    claim = await store.find(connection, claim_id)
    if claim is None:
        raise NotFound(what="public claim", id=claim_id)
    return claim, await store.lines(connection, claim_id)
