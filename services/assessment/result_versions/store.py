"""The versions of a certificate's result in the database: the one that stands, and those that corrections replaced."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver

_VERSIONS_MAX: Final = 100
_RESULTS: Final = f"""
SELECT version,
    CASE WHEN cheated THEN 'cheated' WHEN absent THEN 'absent' WHEN passed THEN 'passed' WHEN NOT passed THEN 'failed'
        ELSE 'incomplete' END AS outcome,
    reason, replaced_by, replaced_at
FROM (
    SELECT r.version, r.cheated, r.absent, r.passed, r.reason, r.replaced_by, r.replaced_at, r.place
    FROM replaced_result AS r JOIN certificate AS t USING (candidate_id) WHERE t.id = $1
    UNION ALL
    SELECT c.version, c.cheated, c.absent, c.passed, NULL, NULL, NULL, NULL
    FROM candidate AS c JOIN certificate AS t ON t.candidate_id = c.id WHERE t.id = $1
) AS version ORDER BY place NULLS LAST LIMIT {_VERSIONS_MAX}
"""


class ResultVersion(NamedTuple):
    """A version of a result; nobody has replaced the last one. Marks are shown with the candidate.

    Of results that were replaced before their verdict was kept, the outcome is "incomplete".
    """

    version: int
    outcome: Literal["passed", "failed", "absent", "cheated", "incomplete"]
    reason: str | None
    replaced_by: str | None
    replaced_at: datetime | None


async def of_certificate(connection: AsyncConnection, certificate_id: UUID) -> list[ResultVersion]:
    """The versions of the result that the certificate rests on, oldest first; none if it rests on no exam."""
    return [ResultVersion(*row) for row in await (await driver(connection)).fetch(_RESULTS, certificate_id)]
