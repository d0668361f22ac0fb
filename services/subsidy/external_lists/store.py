"""Matches with lists of other authorities in the database, beside the holds that they are for claims."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.external_lists.rules import CHECKS, ExternalMatch
from services.subsidy.holds import store as hold_store
from services.subsidy.holds.rules import HoldStatus, ListKind
from services.subsidy.holds.store import OF_TRAININGS
from shared import tables
from shared.contracts.subsidy.claims import ClaimStatus
from shared.database import driver
from shared.kernel.money import Fen
from shared.kernel.refusals import NotFound
from shared.reach import Reach
from shared.tables import Choice, Instant, fixed

MATCH: Final = Table(
    "external_match",
    MetaData(),
    fixed("id", Uuid),
    fixed("kind", Choice(ListKind)),
    fixed("person", Uuid),
    fixed("first_on", Date),
    fixed("last_on", Date),
    fixed("as_of", Date),
    fixed("source", Text),
    fixed("posted_by", Text),
    fixed("posted_at", Instant),
    Column("status", Choice(HoldStatus)),
    Column("settled_by", Text),
    Column("settled_at", Instant),
    Column("reason", Text),
    Column("version", Integer),
)
# In one order always, so that two files do not wait for each other. Each new match is a hold from then on, but for
# those of the insured, which are evidence.
_ADD: Final = f"""
WITH added AS (
    INSERT INTO external_match ({tables.names(MATCH.c)})
    SELECT * FROM {tables.unnest(MATCH.c)} ORDER BY kind, person, first_on, last_on
    ON CONFLICT (kind, person, first_on, last_on) DO NOTHING
    RETURNING *
), held AS (
    INSERT INTO heard_flag (id, code, kind, person, region, reporting_region, status, first_on, last_on)
    SELECT added.id, checks.code, added.kind, added.person, $15, $15, 'open', added.first_on, added.last_on
    FROM added JOIN unnest($16::text[], $17::text[]) AS checks (kind, code) ON checks.kind = added.kind
    WHERE added.kind <> 'insured'
)
SELECT id FROM added
"""
_CONCERNED: Final = f"""
WITH named AS (
    SELECT x.id, x.first_on, x.last_on, coalesce(a.into_person, x.person) AS human,
        x.kind <> ALL(ARRAY[{OF_TRAININGS}]) AS of_every_kind
    FROM external_match AS x LEFT JOIN heard_alias AS a ON a.person = x.person
    WHERE x.id = ANY($1)
), keys AS (
    SELECT id, first_on, last_on, of_every_kind, human AS person FROM named
    UNION SELECT n.id, n.first_on, n.last_on, n.of_every_kind, a.person
    FROM named AS n JOIN heard_alias AS a ON a.into_person = n.human
)
SELECT k.id, l.claim_id, l.line, c.status, c.region, c.reporting_region, l.amount_fen, l.owed IS NOT NULL
FROM keys AS k JOIN claim_line AS l ON l.person = k.person JOIN claim AS c ON c.id = l.claim_id
WHERE c.status NOT IN ('rejected', 'withdrawn') AND (k.of_every_kind OR c.kind <> 'assessment')
    AND (l.amount_fen > 0 OR l.stopped_on IS NOT NULL)
    AND (k.first_on IS NULL OR k.first_on <= l.trained_on) AND (k.last_on IS NULL OR k.last_on >= c.starts_on)
ORDER BY k.id, l.claim_id, l.line
"""
_IN_REACH: Final = f"""
SELECT m.id FROM external_match AS m
WHERE m.id > $2 AND ($3::text IS NULL OR m.status = $3) AND EXISTS (
    SELECT FROM ({_CONCERNED.replace("ANY($1)", "m.id")}) AS concerned (id, claim_id, line, status, region, reports_to)
    WHERE $1 && ARRAY[concerned.region, concerned.reports_to]
) ORDER BY m.id LIMIT $4
"""


class ConcernedLine(NamedTuple):
    """A line that a match concerns: what was, or is to be, paid for a training of that time."""

    match_id: UUID
    claim_id: UUID
    line: int
    status: ClaimStatus
    region: str
    reporting_region: str
    amount_fen: Fen
    is_owed: bool


async def add_all(connection: AsyncConnection, matches: Sequence[ExternalMatch], *, province: str) -> set[UUID]:
    """Store the matches that are not known yet, each as a hold; their ids."""
    rows = [tables.values_of(MATCH, each) for each in matches]
    kinds = [kind.value for kind in ListKind]
    checks = [CHECKS[kind] for kind in ListKind]
    values = (*tables.arrays(MATCH.c, rows), province, kinds, checks)
    return {row["id"] for row in await (await driver(connection)).fetch(_ADD, *values)}


async def load(connection: AsyncConnection, match_id: UUID, *, lock: bool = False) -> ExternalMatch:
    """Raises NotFound."""
    statement = select(MATCH).where(MATCH.c.id == match_id)
    found = await tables.fetch_one(connection, statement.with_for_update() if lock else statement, ExternalMatch)
    if found is None:
        raise NotFound(what="external match", id=match_id)
    return found


async def save(connection: AsyncConnection, match: ExternalMatch) -> None:
    """Store the next version of `match`, with the hold that it is. Raises Stale if it was changed meanwhile."""
    await tables.save(connection, MATCH, match, expected=match.version - 1)
    await hold_store.set_status(connection, match.id, match.status)


async def concerned(connection: AsyncConnection, matches: Collection[UUID]) -> list[ConcernedLine]:
    """The lines that the matches concern, under any key of their people, in order."""
    rows = await (await driver(connection)).fetch(_CONCERNED, list(matches))
    return [
        ConcernedLine(match_id, claim_id, line, ClaimStatus(status), region, reports_to, Fen(amount), is_owed)
        for match_id, claim_id, line, status, region, reports_to, amount, is_owed in rows
    ]


async def page(
    connection: AsyncConnection, reach: Reach, *, status: HoldStatus | None, after: UUID, limit: int
) -> list[ExternalMatch]:
    """Matches that concern lines within `reach`, or any within everything, in the order of their ids, after `after`."""
    if not reach.codes:
        asked = tables.matches(MATCH, status=status)
        return await tables.fetch_page(connection, MATCH, ExternalMatch, asked, after=after, limit=limit)
    only = None if status is None else status.value
    rows = await (await driver(connection)).fetch(_IN_REACH, sorted(reach.codes), after, only, limit)
    found = select(MATCH).where(tables.one_of(MATCH.c.id, [row["id"] for row in rows])).order_by(MATCH.c.id)
    return await tables.fetch_all(connection, found, ExternalMatch)
