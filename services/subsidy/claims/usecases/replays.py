"""Decide the lines of a claim again, by the facts and the rows that they were decided by."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import grounds
from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.lines import Line
from services.subsidy.limits.store import LIMIT_ROW
from services.subsidy.policy.rules import PolicyKind
from services.subsidy.policy.store import of_item
from shared.kernel.money import Fen


async def replay(connection: AsyncConnection, claim: Claim) -> list[tuple[Line, Fen | Check | None]]:
    """Each line with what it was decided to be, found again; None for a line from before its grounds were stored."""
    amounts = {row.id: row for row in await of_item(connection, PolicyKind.TRAINING, claim.level.code)}
    limits = {row.id: row for row in await LIMIT_ROW.entered_rows(connection)}
    return [
        (line, None if line.grounds is None else grounds.decide_again(line.grounds, amounts, limits))
        for line in claim.lines
    ]
