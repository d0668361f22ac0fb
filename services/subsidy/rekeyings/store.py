"""Lines of re-keyed trainings in the database, looked for from the re-keyings, which are few."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.rekeyings.rules import RekeyedLine
from shared.contracts.subsidy.claims import ClaimStatus
from shared.database import driver
from shared.kernel.money import Fen
from shared.reach import Reach

# Keys of one human are no other person. An enrolment has at most one line in a claim that is approved or paid.
LINES: Final = """
SELECT r.enrolment_id, l.claim_id, l.line, c.status, c.class_id, c.institution_id, c.region, c.reporting_region,
    l.amount_fen, r.rekeyed_at
FROM heard_rekeying AS r JOIN claim_line AS l USING (enrolment_id) JOIN claim AS c ON c.id = l.claim_id
JOIN heard_enrolment AS e ON e.id = r.enrolment_id
LEFT JOIN heard_alias AS a ON a.person = e.person LEFT JOIN heard_alias AS b ON b.person = l.person
WHERE c.status IN ('approved', 'paid', 'payment_failed') AND l.amount_fen > 0
    AND (l.recovered_on IS NULL OR l.recovered_part_fen IS NOT NULL)
    AND coalesce(a.into_person, e.person) <> coalesce(b.into_person, l.person)
"""
_OF_CLAIM: Final = f"{LINES} AND l.claim_id = $1 ORDER BY r.enrolment_id"
_PAGE: Final = f"""
{LINES} AND r.enrolment_id > $1
    AND ($2::text[] = '{{}}' OR $2 && ARRAY[c.region, c.reporting_region])
ORDER BY r.enrolment_id LIMIT $3
"""


async def of_claim(connection: AsyncConnection, claim_id: UUID) -> list[RekeyedLine]:
    return [_line(row) for row in await (await driver(connection)).fetch(_OF_CLAIM, claim_id)]


async def page(connection: AsyncConnection, reach: Reach, *, after: UUID, limit: int) -> list[RekeyedLine]:
    """Those within `reach`, in the order of their enrolments, after `after`."""
    values = (after, sorted(reach.codes), limit)
    return [_line(row) for row in await (await driver(connection)).fetch(_PAGE, *values)]


def _line(row: tuple[object, ...]) -> RekeyedLine:
    values = dict(zip(RekeyedLine.__dataclass_fields__, row, strict=True))
    values |= {"status": ClaimStatus(str(values["status"])), "amount_fen": Fen(int(str(values["amount_fen"])))}
    return RekeyedLine(**values)  # type: ignore[arg-type]
