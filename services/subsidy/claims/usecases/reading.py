"""Read claims: who sees which, and with what beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import holds
from services.subsidy.claims.store.claims import Names, Step
from services.subsidy.holds.rules import Flag
from services.subsidy.trainings import usecases as trainings
from shared.kernel.callers import Caller


class ClaimReading(NamedTuple):
    """A claim with its steps, its names, and the flags about it, open or upheld."""

    claim: Claim
    steps: Sequence[Step]
    names: Names
    flags: Sequence[Flag]


async def read(connection: AsyncConnection, claim_id: UUID, *, caller: Caller) -> ClaimReading:
    """The claim, if the caller sees it.

    Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion.
    """
    sight = await trainings.scope(connection, caller)
    claim = await store.load(connection, claim_id)
    sight.require(claim, owner=claim.institution_id)
    flags = await holds.of_claim(connection, claim_id)
    names = await store.names(connection, claim)
    return ClaimReading(claim, await store.history(connection, claim_id), names, flags)
