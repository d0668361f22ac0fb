"""Propose to revoke certificates that rest on a course which was withdrawn after they were issued."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates.rules.certificates import KIND
from services.assessment.relied_courses import store
from shared.kernel.ids import new_id
from shared.proposals import store as proposals
from shared.proposals.rules import AlreadyProposed, Proposal

BY_RULE: Final = "rule"
"""Who proposes it: no person did."""
REASON: Final = "证书所依据的培训或学分互认已撤销或不再有效，请核实。"


async def propose_where_gone(
    connection: AsyncConnection, *, classes: Collection[UUID] = (), uses: Collection[UUID] = (), at: datetime
) -> int:
    """Propose to revoke each valid certificate that rests on one of these courses, if it does not count any more.

    Runs in the transaction by which the course changed, so each is proposed once. The officers of the certificate's
    region confirm it, or reject it with a reason: the training stands after all, or was replaced by another one. Where
    a revocation is proposed already, that one stays. Returns how many courses are gone.
    """
    if not (classes or uses):
        return 0
    found = await store.gone(connection, classes=classes, uses=uses, at=at)
    for each in found:
        content = {"class_id": each.class_id, "credit_use": each.use_id}
        proposal = Proposal(
            id=new_id(),
            kind=KIND,
            subject=f"certificates/{each.certificate_id}",
            organisation=each.body_id,
            region=each.region,
            reporting_region=each.reporting_region,
            content={name: str(value) for name, value in content.items() if value is not None},
            reason=REASON,
            proposed_by=BY_RULE,
            proposed_at=at,
        )
        try:
            await proposals.add(connection, proposal)
        except AlreadyProposed:
            continue
    return len(found)
