"""Which flags hold which claims, in the database: one definition for a single claim and for lists."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.store.claims import CLAIM
from services.subsidy.holds.rules import Flag
from services.subsidy.holds.store import HEARD_FLAG, OF_TRAININGS
from shared import tables

# Each branch begins with one thing that a flag can be about: the class, an enrolment, a person, a certificate, the
# institution. A line that pays nothing, or whose money is back, is held by nothing. A flag of a person names one key;
# the human may be claimed for under another. One of an authority's list holds what was trained for while it was so.
HELD: Final = f"""
WITH standing AS (
    SELECT * FROM heard_flag WHERE status <> 'dismissed'
), named AS (
    SELECT f.id, f.first_on, f.last_on, f.kind <> ALL(ARRAY[{OF_TRAININGS}]) AS of_every_kind,
        coalesce(a.into_person, f.person) AS human
    FROM standing AS f LEFT JOIN heard_alias AS a ON a.person = f.person
    WHERE f.person IS NOT NULL AND f.class_id IS NULL AND f.enrolment_id IS NULL
), keys AS (
    SELECT id, first_on, last_on, of_every_kind, human AS person FROM named
    UNION SELECT n.id, n.first_on, n.last_on, n.of_every_kind, a.person
    FROM named AS n JOIN heard_alias AS a ON a.into_person = n.human
), certified AS (
    SELECT f.id, h.occupation, h.level, h.issued_on, coalesce(a.into_person, h.person) AS human
    FROM standing AS f JOIN heard_certificate AS h ON h.id = f.certificate_id
    LEFT JOIN heard_alias AS a ON a.person = h.person
), unfound AS (
    SELECT id, occupation, level, issued_on, human AS person FROM certified
    UNION SELECT c.id, c.occupation, c.level, c.issued_on, a.person
    FROM certified AS c JOIN heard_alias AS a ON a.into_person = c.human
)
SELECT c.id AS claim_id, f.id AS flag_id
FROM standing AS f JOIN claim AS c ON c.class_id = f.class_id
WHERE f.enrolment_id IS NULL AND c.status NOT IN ('rejected', 'withdrawn', 'recovered')
UNION SELECT l.claim_id, f.id
FROM standing AS f JOIN claim_line AS l ON l.enrolment_id = f.enrolment_id AND l.live AND l.amount_fen > 0
UNION SELECT l.claim_id, k.id
FROM keys AS k JOIN claim_line AS l ON l.person = k.person AND l.live AND l.amount_fen > 0
JOIN claim AS c ON c.id = l.claim_id AND (k.of_every_kind OR c.kind <> 'assessment')
WHERE (k.first_on IS NULL OR k.first_on <= l.trained_on) AND (k.last_on IS NULL OR k.last_on >= c.starts_on)
UNION SELECT l.claim_id, u.id
FROM unfound AS u
JOIN claim_line AS l ON l.person = u.person AND l.occupation = u.occupation AND l.level = u.level
    AND l.live AND l.amount_fen > 0
JOIN claim AS c ON c.id = l.claim_id AND c.starts_on <= u.issued_on
UNION SELECT c.id, f.id
FROM standing AS f JOIN claim AS c ON c.institution_id = f.institution_id
WHERE f.class_id IS NULL AND f.enrolment_id IS NULL AND f.person IS NULL
    AND c.status NOT IN ('rejected', 'withdrawn', 'recovered')
"""
_PAIRS: Final = text(HELD).columns(column("claim_id", Uuid), column("flag_id", Uuid)).subquery("held")


async def of_claim(connection: AsyncConnection, claim_id: UUID) -> list[Flag]:
    """The flags, open or upheld, that hold the claim, by id."""
    ids = select(_PAIRS.c.flag_id).where(_PAIRS.c.claim_id == claim_id)
    statement = select(HEARD_FLAG).where(HEARD_FLAG.c.id.in_(ids)).order_by(HEARD_FLAG.c.id)
    return await tables.fetch_all(connection, statement, Flag)


async def of_claims(connection: AsyncConnection, claims: Collection[UUID]) -> dict[UUID, list[Flag]]:
    """The flags, open or upheld, that hold each of `claims`."""
    pairs = (await connection.execute(select(_PAIRS).where(_PAIRS.c.claim_id.in_(list(claims))))).all()
    statement = select(HEARD_FLAG).where(HEARD_FLAG.c.id.in_([pair.flag_id for pair in pairs]))
    flags = {flag.id: flag for flag in await tables.fetch_all(connection, statement, Flag)} if pairs else {}
    found: dict[UUID, list[Flag]] = {}
    for pair in pairs:
        found.setdefault(pair.claim_id, []).append(flags[pair.flag_id])
    return found


def is_held(held: bool) -> ColumnElement[bool]:
    """Condition: a claim is held by a flag, or by none."""
    among = CLAIM.c.id.in_(select(_PAIRS.c.claim_id))
    return among if held else ~among
