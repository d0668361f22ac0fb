"""Worklists in the database: waiting claims with their tiles, notes, delegations, samples."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Date, MetaData, Numeric, Table, Text, Uuid, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.states import REVIEWED
from services.subsidy.claims.store.claims import CLAIM
from services.subsidy.worklists.rules import (
    ClaimNote,
    Decided,
    Decision,
    Delegation,
    ReviewSample,
    Tile,
    as_json,
    from_json,
    weight,
)
from shared import tables
from shared.database import driver
from shared.kernel.money import Fen
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach
from shared.tables import Instant, Json

CLAIM_NOTE: Final = Table(
    "claim_note",
    MetaData(),
    Column("id", Uuid),
    Column("claim_id", Uuid),
    Column("text", Text),
    Column("written_by", Text),
    Column("written_at", Instant),
)
DELEGATION: Final = Table(
    "delegation",
    MetaData(),
    Column("id", Uuid),
    Column("from_person", Text),
    Column("to_person", Text),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("first_on", Date),
    Column("last_on", Date),
    Column("reason", Text),
    Column("entered_by", Text),
    Column("entered_at", Instant),
    Column("ended_by", Text),
    Column("ended_on", Date),
)
REVIEW_SAMPLE: Final = Table(
    "review_sample",
    MetaData(),
    Column("id", Uuid),
    Column("region", Text),
    Column("first_on", Date),
    Column("last_on", Date),
    Column("share", Numeric),
    Column("seed", Text),
    Column("population", Json),
    Column("drawn_by", Text),
    Column("drawn_at", Instant),
)
_TILES: Final = """
SELECT claim_id, refusal, array_agg(line ORDER BY line) AS lines FROM claim_line
WHERE claim_id = ANY($1) AND refusal IS NOT NULL GROUP BY claim_id, refusal ORDER BY claim_id, refusal
"""
_SINCE: Final = """
SELECT claim_id, max(done_at) AS since FROM claim_event
WHERE claim_id = ANY($1) AND verb IN ('submit', 'pass_review') GROUP BY claim_id
"""
# A claim that was approved twice, or rejected and opened again, counts by its last decision of the period.
_DECIDED: Final = """
SELECT DISTINCT ON (c.id) c.id, e.verb, c.amount_fen,
    (SELECT count(*) FROM claim_line AS l WHERE l.claim_id = c.id AND l.refusal IS NOT NULL) AS refused,
    (SELECT count(*) FROM heard_flag AS f WHERE f.class_id = c.class_id) AS flags
FROM claim_event AS e JOIN claim AS c ON c.id = e.claim_id
WHERE e.verb IN ('approve', 'reject') AND e.done_at >= $1 AND e.done_at < $2
    AND ($3::text[] = '{}' OR $3 && ARRAY[c.region, c.reporting_region])
ORDER BY c.id, e.version DESC
"""


def waits_for(
    region: str, person: str, *, above: Collection[str], stood_in: Collection[str], today: date
) -> ColumnElement[bool]:
    """Condition: a claim waits for a review by `person` in `region`.

    It lies in the region itself; or in one of `above`, those directly below it, and is late; or is in the hands of the
    person, or of a colleague whom they stand in for.
    """
    hands = CLAIM.c.handled_by.in_([person, *stood_in])
    late = and_(CLAIM.c.due_on < today, CLAIM.c.region.in_(list(above)))
    own = or_(CLAIM.c.region == region, late, hands)
    other = or_(CLAIM.c.first_reviewed_by.is_(None), CLAIM.c.first_reviewed_by != person)
    return and_(CLAIM.c.status.in_([each.value for each in REVIEWED]), own, other)


_ENTERING: Final = "SELECT pg_advisory_xact_lock(hashtext('delegations'), hashtext($1))"


async def tiles(connection: AsyncConnection, claims: Collection[UUID]) -> dict[UUID, list[Tile]]:
    """The checks that refused lines of each claim."""
    found: dict[UUID, list[Tile]] = {}
    for claim_id, refusal, lines in await (await driver(connection)).fetch(_TILES, list(claims)):
        found.setdefault(claim_id, []).append(Tile(Check(refusal), lines))
    return found


async def since(connection: AsyncConnection, claims: Collection[UUID]) -> dict[UUID, datetime]:
    """When the step that each claim waits in began."""
    rows = await (await driver(connection)).fetch(_SINCE, list(claims))
    return {row["claim_id"]: row["since"] for row in rows}


async def add_note(connection: AsyncConnection, note: ClaimNote) -> None:
    await tables.add(connection, CLAIM_NOTE, note)


async def notes(connection: AsyncConnection, claim_id: UUID, *, after: UUID, limit: int) -> list[ClaimNote]:
    asked = tables.matches(CLAIM_NOTE, claim_id=claim_id)
    return await tables.fetch_page(connection, CLAIM_NOTE, ClaimNote, asked, after=after, limit=limit)


async def add_delegation(connection: AsyncConnection, delegation: Delegation) -> None:
    await tables.add(connection, DELEGATION, delegation)


async def same_delegation(connection: AsyncConnection, delegation: Delegation) -> Delegation | None:
    """One that says the same, was entered by the same person and stands. None is entered meanwhile."""
    await (await driver(connection)).execute(_ENTERING, delegation.from_person)
    said = ("from_person", "to_person", "region", "first_on", "last_on", "reason", "entered_by")
    asked = select(DELEGATION).where(
        DELEGATION.c.ended_on.is_(None), *(DELEGATION.c[name] == getattr(delegation, name) for name in said)
    )
    return await tables.fetch_one(connection, asked.limit(1), Delegation)


async def find_delegation(connection: AsyncConnection, delegation_id: UUID) -> Delegation:
    """The delegation, locked. Raises NotFound."""
    statement = select(DELEGATION).where(DELEGATION.c.id == delegation_id).with_for_update()
    found = await tables.fetch_one(connection, statement, Delegation)
    if found is None:
        raise NotFound(what="delegation", id=delegation_id)
    return found


async def end_delegation(connection: AsyncConnection, delegation_id: UUID, *, by: str, on: date) -> None:
    ended = update(DELEGATION).where(DELEGATION.c.id == delegation_id, DELEGATION.c.ended_on.is_(None))
    await connection.execute(ended.values(ended_by=by, ended_on=on))


async def delegations(connection: AsyncConnection, reach: Reach, *, after: UUID, limit: int) -> list[Delegation]:
    """Delegations of the regions in reach, by id."""
    asked = lies_in(DELEGATION, reach)
    return await tables.fetch_page(connection, DELEGATION, Delegation, asked, after=after, limit=limit)


async def stood_in_for(connection: AsyncConnection, person: str, region: str, *, on: date) -> list[str]:
    """Those of the region whom `person` stands in for on that day."""
    statement = select(DELEGATION.c.from_person).where(
        DELEGATION.c.to_person == person,
        DELEGATION.c.region == region,
        DELEGATION.c.first_on <= on,
        DELEGATION.c.last_on >= on,
        DELEGATION.c.ended_on.is_(None),
    )
    return list(await connection.scalars(statement))


async def population(connection: AsyncConnection, reach: Reach, first: datetime, end: datetime) -> list[Decided]:
    """The decisions of the regions in reach from `first` to before `end`, by claim."""
    rows = await (await driver(connection)).fetch(_DECIDED, first, end, sorted(reach.codes))
    return [
        Decided(
            row["id"],
            Decision.APPROVAL if row["verb"] == "approve" else Decision.REFUSAL,
            weight(amount=Fen(row["amount_fen"]), refused_lines=row["refused"], flags=row["flags"]),
        )
        for row in rows
    ]


async def add_sample(connection: AsyncConnection, sample: ReviewSample) -> bool:
    """Store a sample; False if its period was drawn already."""
    values = tables.values_of(REVIEW_SAMPLE, sample, population=as_json(sample.population))
    new = insert(REVIEW_SAMPLE).values(values).on_conflict_do_nothing(index_elements=["region", "first_on", "last_on"])
    return (await connection.execute(new)).rowcount == 1


async def find_sample(connection: AsyncConnection, **asked: object) -> ReviewSample | None:
    statement = select(REVIEW_SAMPLE).where(*tables.matches(REVIEW_SAMPLE, **asked))
    return await tables.fetch_one(connection, statement, _sample)


def _sample(*, population: Sequence[dict[str, Any]], share: Decimal, **values: Any) -> ReviewSample:
    return ReviewSample(**values, share=share, population=from_json(population))
