"""Statements in the database: frozen by one statement for all institutions and funds of a region."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Date, Integer, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.ledger.rules import PostingVerb
from services.subsidy.ledger.store import POSTING, ListedPosting, listed
from services.subsidy.statements.rules import Statement, StatementKind
from shared import tables
from shared.database import driver
from shared.kernel.money import Fen
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach, Scope
from shared.tables import Choice, Instant, Json

STATEMENT: Final = Table(
    "statement",
    MetaData(),
    Column("id", Uuid),
    Column("kind", Choice(StatementKind)),
    Column("institution_id", Uuid),
    Column("budget_id", Uuid),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("month", Date),
    Column("number", Integer),
    Column("postings", Integer),
    Column("sums", Json),
    Column("digest", Text),
    Column("frozen_by", Text),
    Column("frozen_at", Instant),
)
LINE: Final = Table("statement_line", MetaData(), Column("posting_id", Uuid), Column("statement_id", Uuid))

_DIGEST: Final = """
encode(sha256(convert_to(string_agg(
    concat_ws(' ', p.id, p.budget_id, p.line, p.verb, p.debit, p.credit, p.amount_fen), E'\\n' ORDER BY p.id
), 'UTF8')), 'hex')
"""
# One freezer at a time, so that no posting is taken twice. What is booked meanwhile comes into the next one.
_QUEUE: Final = "SELECT pg_advisory_xact_lock(hashtext('statements'))"
_FREEZE: Final = f"""
WITH open AS (
    SELECT kind.kind, CASE kind.kind WHEN 'institution' THEN e.institution_id END AS institution_id,
        CASE kind.kind WHEN 'fund' THEN p.budget_id END AS fund_id,
        CASE kind.kind WHEN 'institution' THEN e.region ELSE b.region END AS region,
        CASE kind.kind WHEN 'institution' THEN e.reporting_region ELSE b.region END AS reporting_region, p.*
    FROM ledger_entry AS e JOIN ledger_posting AS p ON p.entry_id = e.id JOIN budget AS b ON b.id = p.budget_id
    CROSS JOIN (VALUES ('institution'), ('fund')) AS kind (kind)
    LEFT JOIN statement_line AS l ON l.posting_id = p.id AND l.kind = kind.kind
    WHERE l.posting_id IS NULL AND (kind.kind = 'fund' OR e.institution_id IS NOT NULL) AND e.done_at < $2
), seen AS (
    SELECT * FROM open AS p WHERE $3::text[] = '{{}}' OR $3 && ARRAY[p.region, p.reporting_region]
), summed AS (
    SELECT kind, institution_id, fund_id, region, reporting_region, jsonb_object_agg(verb, amount) AS sums
    FROM (
        SELECT kind, institution_id, fund_id, region, reporting_region, verb, sum(amount_fen)::bigint AS amount
        FROM seen GROUP BY 1, 2, 3, 4, 5, 6
    ) AS verbs GROUP BY 1, 2, 3, 4, 5
), digested AS (
    SELECT kind, institution_id, fund_id, region, reporting_region, count(*)::integer AS postings,
        {_DIGEST} AS digest
    FROM seen AS p GROUP BY 1, 2, 3, 4, 5
), frozen AS (
    INSERT INTO statement
    SELECT uuidv7(), d.kind, d.institution_id, d.fund_id, d.region, d.reporting_region, $1::date,
        1 + (SELECT count(*) FROM statement AS f WHERE f.month = $1 AND f.kind = d.kind AND f.region = d.region
             AND f.institution_id IS NOT DISTINCT FROM d.institution_id
             AND f.budget_id IS NOT DISTINCT FROM d.fund_id),
        d.postings, s.sums, d.digest, $4, $5
    FROM digested AS d JOIN summed AS s
        ON (s.kind, s.region, s.reporting_region) = (d.kind, d.region, d.reporting_region)
        AND s.institution_id IS NOT DISTINCT FROM d.institution_id
        AND s.fund_id IS NOT DISTINCT FROM d.fund_id
    RETURNING id, kind, institution_id, budget_id, region, reporting_region
), lines AS (
    INSERT INTO statement_line (kind, posting_id, statement_id)
    SELECT s.kind, s.id, f.id FROM seen AS s JOIN frozen AS f
        ON (f.kind, f.region, f.reporting_region) = (s.kind, s.region, s.reporting_region)
        AND f.institution_id IS NOT DISTINCT FROM s.institution_id
        AND f.budget_id IS NOT DISTINCT FROM s.fund_id
)
SELECT count(*) FROM frozen
"""
_DIGEST_NOW: Final = f"""
SELECT {_DIGEST} FROM statement_line AS l JOIN ledger_posting AS p ON p.id = l.posting_id WHERE l.statement_id = $1
"""


async def freeze(
    connection: AsyncConnection, reach: Reach, *, month: date, end: datetime, by: str, at: datetime
) -> int:
    """Freeze what was booked before `end` and is in no statement yet, of what lies within `reach`; their number."""
    database = await driver(connection)
    await database.execute(_QUEUE)
    found: int = await database.fetchval(_FREEZE, month, end, sorted(reach.codes), by, at)
    return found


async def load(connection: AsyncConnection, statement_id: UUID) -> Statement:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, select(STATEMENT).where(STATEMENT.c.id == statement_id), _statement)
    if found is None:
        raise NotFound(what="statement", id=statement_id)
    return found


async def digest_now(connection: AsyncConnection, statement_id: UUID) -> str:
    """The digest of the statement's postings as the ledger has them now."""
    found: str = await (await driver(connection)).fetchval(_DIGEST_NOW, statement_id)
    return found


async def page(
    connection: AsyncConnection,
    scope: Scope,
    asked: Collection[ColumnElement[bool]],
    *,
    after: UUID,
    limit: int,
) -> list[Statement]:
    """Statements in sight that meet every condition, in the order of their ids, after `after`."""
    own = tables.matches(STATEMENT, institution_id=scope.organisation_id)
    conditions = [*lies_in(STATEMENT, scope.reach), *own, *asked]
    return await tables.fetch_page(connection, STATEMENT, _statement, conditions, after=after, limit=limit)


def holding(posting_id: UUID) -> ColumnElement[bool]:
    """Condition for `page`: the posting is in the statement."""
    return STATEMENT.c.id.in_(select(LINE.c.statement_id).where(LINE.c.posting_id == posting_id))


async def postings(connection: AsyncConnection, statement_id: UUID, *, after: UUID, limit: int) -> list[ListedPosting]:
    """The statement's postings, in the order in which they were made, after `after`."""
    ids = select(LINE.c.posting_id).where(LINE.c.statement_id == statement_id)
    return await listed(connection, [POSTING.c.id.in_(ids)], after=after, limit=limit)


def _statement(*, sums: dict[str, int], **values: Any) -> Statement:
    return Statement(sums={PostingVerb(verb): Fen(amount) for verb, amount in sums.items()}, **values)
