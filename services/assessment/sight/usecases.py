"""What a caller sees of exams."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.plan import usecases as plans
from services.assessment.sight import rules
from services.assessment.sight.rules import Sight
from shared.kernel.callers import Caller


async def sight(connection: AsyncConnection, caller: Caller, *, region: str | None = None) -> Sight:
    """What the caller sees of `region`; None asks for everything that they see.

    Raises NotYetReceived, UnknownRegion, ForeignOrganisation, ForeignRegion.
    """
    scope = await plans.scope(connection, caller, region=region)
    return rules.sight(caller, scope.reach, None if scope.owners is None else tuple(scope.owners))
