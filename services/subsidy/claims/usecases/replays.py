"""Decide the lines of a claim again, by the facts and the rows that they were decided by."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import grounds
from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.lines import Line
from services.subsidy.claims.store import claims as store
from services.subsidy.limits.store import LIMIT_ROW
from services.subsidy.policy.rules import PolicyKind, item_of
from services.subsidy.policy.store import of_item
from services.subsidy.trainings import usecases as trainings
from shared.kernel.callers import Caller
from shared.kernel.money import Fen


async def replay(
    connection: AsyncConnection, claim_id: UUID, *, caller: Caller
) -> tuple[Claim, list[tuple[Line, Fen | Check | None]]]:
    """The claim, if the caller sees it, and each line with what it was decided to be, found again.

    None for a line from before its grounds were stored. Raises NotYetReceived, NotFound, ForeignOrganisation,
    ForeignRegion.
    """
    sight = await trainings.scope(connection, caller)
    claim = await store.load(connection, claim_id)
    sight.require(claim, owner=claim.institution_id)
    amounts = {row.id: row for row in await of_item(connection, PolicyKind.TRAINING, item_of(claim.award))}
    limits = {row.id: row for row in await LIMIT_ROW.entered_rows(connection)}
    return claim, [
        (line, None if line.grounds is None else grounds.decide_again(line.grounds, amounts, limits))
        for line in claim.lines
    ]
