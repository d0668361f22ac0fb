"""Pairs of subsidies of one human in the database, looked for from the merged keys, which are few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.held import RENEWAL_YEARS
from services.subsidy.duplicates.rules import Pair, Subsidy
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimStatus
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.levels import Level
from shared.reach import Reach

_OF_LINE: Final = (
    "claim_id", "line", "status", "kind", "entry_id", "source_id", "class_local_id", "institution_id",
    "institution_name", "region", "reporting_region", "occupation", "level", "year", "amount_fen",
)  # fmt: skip
# Lines that follow a correction have the human's key, those that kept theirs (a subsidy has one holder) the old one.
_PAGE: Final = f"""
WITH keys AS (
    SELECT person AS key, into_person AS human FROM heard_alias
    UNION ALL SELECT DISTINCT into_person, into_person FROM heard_alias
), held AS (
    SELECT k.human, l.occupation, l.claim_id, l.line, c.status, c.kind, l.enrolment_id AS entry_id,
        c.class_id AS source_id,
        t.local_id AS class_local_id, c.institution_id, i.name AS institution_name, c.region, c.reporting_region,
        l.level, l.year, l.amount_fen, count(*) OVER (PARTITION BY k.human, l.year, l.kind) AS in_year
    FROM keys AS k
    JOIN claim_line AS l ON l.person = k.key AND l.live AND l.amount_fen > 0
    JOIN claim AS c ON c.id = l.claim_id
    LEFT JOIN heard_class AS t ON t.id = c.class_id
    LEFT JOIN heard_institution AS i ON i.id = c.institution_id
)
SELECT {", ".join(f"first.{name} AS first_{name}" for name in _OF_LINE)},
    {", ".join(f"second.{name} AS second_{name}" for name in _OF_LINE)}
FROM held AS first JOIN held AS second ON second.human = first.human AND second.kind = first.kind
WHERE (first.claim_id, first.line) < (second.claim_id, second.line)
    AND (
        (second.occupation = first.occupation AND second.level = first.level
            AND (first.level <> {Award.SPECIAL_OPERATIONS_RENEWAL.value}
                OR abs(second.year - first.year) < {RENEWAL_YEARS}))
        OR (first.kind = 'training' AND second.occupation = first.occupation AND second.level < first.level
            AND first.level <= {Level.CHIEF_TECHNICIAN.value})
        OR (first.kind = 'training' AND second.year = first.year AND first.in_year > $7)
    )
    AND (first.claim_id, first.line, second.claim_id, second.line) > ($1, $2, $3, $4)
    AND (
        $5::text[] = '{{}}'
        OR $5 && ARRAY[first.region, first.reporting_region, second.region, second.reporting_region]
    )
ORDER BY first.claim_id, first.line, second.claim_id, second.line LIMIT $6
"""


async def page(
    connection: AsyncConnection, reach: Reach, *, in_year_max: int, after: tuple[UUID, int, UUID, int], limit: int
) -> list[Pair]:
    """Pairs of which one lies in `reach`, in the order of their claims, after `after`.

    Of a year with more than `in_year_max` subsidies of one human, all pairs.
    """
    arguments = (*after, sorted(reach.codes), limit, in_year_max)
    rows = await (await driver(connection)).fetch(_PAGE, *arguments)
    return [Pair(_subsidy(row, "first"), _subsidy(row, "second")) for row in rows]


def _subsidy(row: Mapping[str, Any], which: str) -> Subsidy:
    values = {name: row[f"{which}_{name}"] for name in _OF_LINE}
    award = Award(values.pop("level"))
    return Subsidy(
        **values | {"status": ClaimStatus(values["status"]), "kind": SubsidyKind(values["kind"]), "award": award}
    )
