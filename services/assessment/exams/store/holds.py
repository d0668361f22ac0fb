"""What holds single certificates of a session, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.holds import Hold, HoldCause
from shared.database import driver

# An accepted appeal holds until its correction is decided. The one that is being confirmed ($2) is decided by that.
_HOLDS: Final = """
SELECT a.candidate_id, 'appeal' AS cause, a.id
FROM appeal AS a LEFT JOIN proposal AS p ON p.id = a.proposal_id
WHERE a.candidate_id = ANY($1)
    AND (a.status = 'open' OR a.status = 'accepted' AND p.status = 'proposed' AND p.id IS DISTINCT FROM $2)
UNION ALL
SELECT candidate_id, 'name-question', id FROM name_question WHERE candidate_id = ANY($1) AND status = 'open'
ORDER BY candidate_id, cause, id
"""


async def of(
    connection: AsyncConnection, candidates: Sequence[Candidate], *, confirmed: UUID | None = None
) -> list[Hold]:
    """What holds the certificates of `candidates`, apart from the proposal that is being `confirmed`."""
    if not candidates:
        return []
    names = {each.id: each.local_id for each in candidates}
    rows = await (await driver(connection)).fetch(_HOLDS, list(names), confirmed)
    return [Hold(row[0], names[row[0]], HoldCause(row[1]), row[2]) for row in rows]
