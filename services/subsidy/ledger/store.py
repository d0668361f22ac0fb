"""The ledger in the database: postings are added a step at a time, and the balances of budgets follow by a trigger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.ledger.rules import (
    FLOW_OF,
    PATHS,
    Booked,
    Entry,
    Flow,
    LedgerAccount,
    Place,
    Posting,
    PostingVerb,
)
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.database import driver
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.located import lies_in
from shared.reach import Scope
from shared.tables import Choice, Instant

ENTRY: Final = Table(
    "ledger_entry",
    MetaData(),
    Column("id", Uuid),
    Column("claim_id", Uuid),
    Column("claim_version", Integer),
    Column("institution_id", Uuid),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("done_by", Text),
    Column("done_at", Instant),
    Column("reason", Text),
)
POSTING: Final = Table(
    "ledger_posting",
    MetaData(),
    Column("id", Uuid),
    Column("entry_id", Uuid),
    Column("budget_id", Uuid),
    Column("line", Integer),
    Column("verb", Choice(PostingVerb)),
    Column("debit", Choice(LedgerAccount)),
    Column("credit", Choice(LedgerAccount)),
    Column("amount_fen", BigInteger),
)
_FUND: Final = Table(
    "budget",
    MetaData(),
    Column("id", Uuid),
    Column("region", Text),
    Column("fund_source", Choice(FundSource)),
    Column("year", Integer),
)
_CLAIM: Final = Table("claim", MetaData(), Column("id", Uuid), Column("kind", Choice(SubsidyKind)))
_MOVED: Final = [column for column in POSTING.c if column.key != "entry_id"]
_ADD: Final = f"""
WITH entry AS (
    INSERT INTO ledger_entry ({tables.names(ENTRY.c)}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
)
INSERT INTO ledger_posting (entry_id, {tables.names(_MOVED)})
SELECT entry.id, given.* FROM entry, {tables.unnest(_MOVED, first=len(ENTRY.c) + 1)}
"""
_BOOKED: Final = """
SELECT p.line, p.budget_id, p.debit, p.credit, sum(p.amount_fen)::bigint AS amount
FROM ledger_entry AS e JOIN ledger_posting AS p ON p.entry_id = e.id
WHERE e.claim_id = $1 GROUP BY p.line, p.budget_id, p.debit, p.credit
"""
_CAME_BACK_TWICE: Final = """
SELECT p.budget_id, sum(CASE p.verb WHEN 'reverse_recovery_twice' THEN -p.amount_fen ELSE p.amount_fen END)::bigint
FROM ledger_entry AS e JOIN ledger_posting AS p ON p.entry_id = e.id
WHERE e.claim_id = $1 AND p.verb IN ('recover_twice', 'offset_twice', 'reverse_recovery_twice') GROUP BY p.budget_id
"""
_BUDGETS: Final = """
SELECT DISTINCT p.budget_id FROM ledger_entry AS e JOIN ledger_posting AS p ON p.entry_id = e.id
WHERE e.claim_id = ANY($1)
"""
# The entries $2 of the claims $1: what each claim has in the account $3 moves to the account $4.
_MOVE_ALL: Final = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS given (claim_id, entry_id)
), entry AS (
    INSERT INTO ledger_entry
        (id, claim_id, claim_version, institution_id, region, reporting_region, done_by, done_at)
    SELECT given.entry_id, c.id, c.version, c.institution_id, c.region, c.reporting_region, $6, $7
    FROM given JOIN claim AS c ON c.id = given.claim_id
), moved AS (
    SELECT given.entry_id, p.budget_id, p.line,
        sum(CASE p.debit WHEN $3 THEN p.amount_fen ELSE -p.amount_fen END)::bigint AS amount_fen
    FROM given JOIN ledger_entry AS e ON e.claim_id = given.claim_id JOIN ledger_posting AS p ON p.entry_id = e.id
    WHERE $3 IN (p.debit, p.credit)
    GROUP BY given.entry_id, p.line, p.budget_id ORDER BY given.entry_id, p.line, p.budget_id
), posting AS (
    INSERT INTO ledger_posting (id, entry_id, budget_id, line, verb, debit, credit, amount_fen)
    SELECT uuidv7(), entry_id, budget_id, line, $5, $4, $3, amount_fen FROM moved WHERE amount_fen <> 0
    RETURNING amount_fen
)
SELECT coalesce(sum(amount_fen), 0)::bigint FROM posting
"""
_LISTED: Final = (
    select(
        *POSTING.c,
        *ENTRY.c["claim_id", "claim_version", "institution_id", "done_by", "done_at", "reason"],
        _FUND.c.region,
        _FUND.c.fund_source,
        _FUND.c.year,
        _CLAIM.c.kind,
    )
    .join_from(POSTING, ENTRY, ENTRY.c.id == POSTING.c.entry_id)
    .join(_FUND, _FUND.c.id == POSTING.c.budget_id)
    .outerjoin(_CLAIM, _CLAIM.c.id == ENTRY.c.claim_id)
    .order_by(POSTING.c.id)
)


@dataclass(frozen=True, slots=True)
class ListedPosting:
    """A posting with its entry and its budget."""

    id: UUID
    entry_id: UUID
    budget_id: UUID
    line: int | None
    verb: PostingVerb
    debit: LedgerAccount
    credit: LedgerAccount
    amount_fen: Fen
    claim_id: UUID | None
    claim_version: int | None
    institution_id: UUID | None
    done_by: str
    done_at: datetime
    reason: str | None
    region: str
    fund_source: FundSource
    year: int
    kind: SubsidyKind | None
    """What the claim is for; None for what moves a budget itself."""


async def add(connection: AsyncConnection, entry: Entry, postings: Sequence[Posting]) -> None:
    """Store an entry with its postings; the balances of their budgets follow. Nothing without postings."""
    if postings:
        rows = [tables.values_of(POSTING, each, id=new_id(), entry_id=entry.id) for each in postings]
        own = tables.values_of(ENTRY, entry).values()
        await (await driver(connection)).execute(_ADD, *own, *tables.arrays(_MOVED, rows))


async def budgets_of(connection: AsyncConnection, claims: Collection[UUID]) -> set[UUID]:
    """The budgets in which something is booked of the claims."""
    return {row["budget_id"] for row in await (await driver(connection)).fetch(_BUDGETS, list(claims))}


async def move_all(connection: AsyncConnection, claims: Collection[UUID], flow: Flow, *, by: str, at: datetime) -> Fen:
    """Book that `flow` moves all that the claims have in the account where it begins; what that comes to.

    Each claim gets an entry, at the version that is stored of it.
    """
    path, entries = PATHS[flow], [new_id() for _ in claims]
    words = (path.credit.value, path.debit.value, path.forward.value)
    return Fen(await (await driver(connection)).fetchval(_MOVE_ALL, list(claims), entries, *words, by, at))


async def booked(connection: AsyncConnection, claim_id: UUID) -> Booked:
    """What the books say of the claim's lines, by flow and budget."""
    found: dict[Place, dict[UUID, Fen]] = {}
    for line, budget_id, debit, credit, amount in await (await driver(connection)).fetch(_BOOKED, claim_id):
        flow, sign = FLOW_OF[LedgerAccount(credit), LedgerAccount(debit)]
        of_place = found.setdefault((line, flow), {})
        of_place[budget_id] = Fen(of_place.get(budget_id, 0) + sign * amount)
    return found


async def came_back_twice(connection: AsyncConnection, claim_id: UUID) -> dict[UUID, Fen]:
    """What came back to each budget of what the bank paid twice for the claim."""
    return {
        budget_id: Fen(amount)
        for budget_id, amount in await (await driver(connection)).fetch(_CAME_BACK_TWICE, claim_id)
    }


async def page(
    connection: AsyncConnection, scope: Scope, asked: Iterable[ColumnElement[bool]], *, after: UUID, limit: int
) -> list[ListedPosting]:
    """Postings in sight that meet every condition, in the order in which they were made, after `after`."""
    return await listed(connection, [*lies_in(ENTRY, scope.reach), *asked], after=after, limit=limit)


async def listed(
    connection: AsyncConnection, asked: Iterable[ColumnElement[bool]], *, after: UUID, limit: int
) -> list[ListedPosting]:
    """As `page`, whoever sees them."""
    statement = _LISTED.where(POSTING.c.id > after, *asked).limit(limit)
    return await tables.fetch_all(connection, statement, ListedPosting)


def conditions(
    *,
    claim_id: UUID | None,
    line: int | None,
    budget_id: UUID | None,
    verb: PostingVerb | None,
    since: datetime | None,
    until: datetime | None,
) -> list[ColumnElement[bool]]:
    """Conditions for `page`: of a claim, its line, a budget; made from `since` on and before `until`."""
    found = tables.matches(ENTRY, claim_id=claim_id) + tables.matches(
        POSTING, line=line, budget_id=budget_id, verb=verb
    )
    if since is not None:
        found.append(ENTRY.c.done_at >= since)
    if until is not None:
        found.append(ENTRY.c.done_at < until)
    return found
