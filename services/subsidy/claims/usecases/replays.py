"""Decide the lines of a claim again, and explain them, by the facts and the rows that they were decided by."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import explanations, grounds
from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.explanations import Explanation
from services.subsidy.claims.rules.lines import Line
from services.subsidy.claims.store import claims as store
from services.subsidy.kinds.rules import rates_of
from services.subsidy.limits.store import LIMIT_ROW
from services.subsidy.policy.rules import PolicyRow, item_of
from services.subsidy.policy.store import of_item
from services.subsidy.trainings import usecases as trainings
from shared.dated_rules.figures import FigureRow
from shared.kernel.callers import Caller
from shared.kernel.money import Fen
from shared.kernel.refusals import NotFound


async def replay(
    connection: AsyncConnection, claim_id: UUID, *, caller: Caller
) -> tuple[Claim, list[tuple[Line, Fen | Check | None]]]:
    """The claim, if the caller sees it, and each line with what it was decided to be, found again.

    None for a line from before its grounds were stored. Raises NotYetReceived, NotFound, ForeignOrganisation,
    ForeignRegion.
    """
    claim, amounts, limits = await _decided(connection, claim_id, caller=caller)
    return claim, [
        (line, None if line.grounds is None else grounds.decide_again(line.grounds, amounts, limits))
        for line in claim.lines
    ]


async def explain(
    connection: AsyncConnection, claim_id: UUID, number: int, *, caller: Caller
) -> tuple[Line, Explanation | None]:
    """A line of a claim that the caller sees, and why it was decided as it was; None if that was not stored.

    Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion.
    """
    claim, amounts, limits = await _decided(connection, claim_id, caller=caller)
    line = next((each for each in claim.lines if each.line == number), None)
    if line is None:
        raise NotFound(what="line", id=number)
    return line, explanations.explain(
        line, claim=str(claim.id), source_id=str(claim.source_id), amounts=amounts, limits=limits
    )


async def _decided(
    connection: AsyncConnection, claim_id: UUID, *, caller: Caller
) -> tuple[Claim, dict[str, PolicyRow], dict[str, FigureRow]]:
    """The claim, if the caller sees it, with all rows that it may have been decided by."""
    sight = await trainings.scope(connection, caller)
    claim = await store.load(connection, claim_id)
    sight.require(claim, owner=claim.institution_id)
    rows = await of_item(connection, rates_of(claim.kind), item_of(claim.award, claim.kind))
    amounts = {row.id: row for row in rows}
    return claim, amounts, {row.id: row for row in await LIMIT_ROW.entered_rows(connection)}
