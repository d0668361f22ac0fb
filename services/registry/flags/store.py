"""Flags in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    literal_column,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.flags.rules.flags import Flag, FlagEvent
from services.registry.flags.rules.hit_rates import Counts
from services.registry.flags.rules.kinds import KINDS, FlagKind
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.flags import FlagStatus
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Owners, Reach
from shared.tables import Choice, Instant, Json, fixed

FLAG: Final = Table(
    "flag",
    MetaData(),
    fixed("id", Uuid),
    fixed("code", Text, key="check"),
    fixed("kind", Choice(FlagKind)),
    fixed("seen", Text),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("institution_id", Uuid),
    fixed("class_id", Uuid),
    fixed("enrolment_id", Uuid),
    fixed("person", Uuid),
    fixed("programme", Text),
    fixed("occupation", Text),
    fixed("level", Choice(Award), key="award"),
    fixed("fund_source", Choice(FundSource)),
    fixed("holds", Boolean),
    fixed("facts", Json),
    fixed("raised_at", Instant),
    Column("due_on", Date),
    Column("assigned_to", Text),
    Column("status", Choice(FlagStatus)),
    Column("settled_by", Text),
    Column("settled_at", Instant),
    Column("settling_reason", Text),
    Column("version", Integer),
)
FLAG_EVENT: Final = Table(
    "flag_event",
    MetaData(),
    fixed("id", Uuid),
    fixed("flag_id", Uuid),
    fixed("verb", Text),
    fixed("done_by", Text),
    fixed("done_at", Instant),
    fixed("said", Text),
    fixed("assigned_to", Text),
)
_CONFIDENTIAL: Final = tuple(kind for kind, definition in KINDS.items() if definition.is_confidential)
# Written as in the partial index of open flags.
_OPEN: Final = FLAG.c.status == literal_column("'open'")
# Days begin in China; `of_people`: some of the flags concern a person.
_COUNT: Final = """
SELECT kind, count(*), count(*) FILTER (WHERE status = 'upheld'), count(*) FILTER (WHERE status = 'dismissed'),
    count(*) FILTER (WHERE status = 'open'), count(*) FILTER (WHERE status = 'open' AND due_on < :today),
    bool_or(person IS NOT NULL OR enrolment_id IS NOT NULL)
FROM flag
WHERE raised_at >= CAST(:first_on AS timestamp) AT TIME ZONE 'Asia/Shanghai'
    AND raised_at < (CAST(:last_on AS timestamp) + interval '1 day') AT TIME ZONE 'Asia/Shanghai'{narrowed}
GROUP BY kind ORDER BY kind
"""
# Always in the same order, so that two requests with the same observations do not deadlock.
_ADD: Final = f"""
INSERT INTO flag ({tables.names(FLAG.c)})
SELECT {tables.names(FLAG.c)} FROM {tables.unnest(FLAG.c)} ORDER BY kind, seen, id
ON CONFLICT (kind, seen) DO NOTHING RETURNING id
"""
_BY_ID: Final = select(FLAG).where(FLAG.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()


async def add_all(connection: AsyncConnection, flags: Sequence[Flag]) -> set[UUID]:
    """Store the `flags` whose `kind` and `seen` are new; returns their ids."""
    facts = [orjson.dumps(flag.facts, default=str).decode() for flag in flags]
    rows = [tables.values_of(FLAG, flag, facts=each) for flag, each in zip(flags, facts, strict=True)]
    return {row["id"] for row in await (await driver(connection)).fetch(_ADD, *tables.arrays(FLAG.c, rows))}


async def load(connection: AsyncConnection, flag_id: UUID, *, lock: bool = False) -> Flag:
    """Raises NotFound."""
    flag = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Flag, id=flag_id)
    if flag is None:
        raise NotFound(what="flag", id=flag_id)
    return flag


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Flag]:
    """Those of `ids` that exist, by id."""
    statement = select(FLAG).where(tables.one_of(FLAG.c.id, ids))
    return {each.id: each for each in await tables.fetch_all(connection, statement, Flag)}


async def save(connection: AsyncConnection, flag: Flag, *, expected: int) -> None:
    """Raises Stale if the stored version is no longer `expected`."""
    await tables.save(connection, FLAG, flag, expected=expected)


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    status: FlagStatus | None,
    check: str | None,
    class_id: UUID | None,
    institution_id: Owners,
    assigned_to: str | None,
    overdue_on: date | None,
    confidential: bool,
    after: UUID,
    limit: int,
) -> list[Flag]:
    """Flags with ids above `after`, ordered by id; `overdue_on`: open ones that were due before that day.

    Without `confidential`, those that only officers see are left out.
    """
    narrowed = tables.matches(
        FLAG, status=status, check=check, class_id=class_id, institution_id=institution_id, assigned_to=assigned_to
    )
    asked = [*lies_in(FLAG, reach), *narrowed]
    if overdue_on is not None:
        asked += [_OPEN, FLAG.c.due_on < overdue_on]
    if not confidential:
        asked.append(FLAG.c.kind.not_in(_CONFIDENTIAL))
    return await tables.fetch_page(connection, FLAG, Flag, asked, after=after, limit=limit)


async def add_event(connection: AsyncConnection, event: FlagEvent) -> None:
    await tables.add(connection, FLAG_EVENT, event)


async def events(connection: AsyncConnection, flag_id: UUID, *, limit: int) -> list[FlagEvent]:
    """The steps of the flag, the latest `limit` of them, oldest first."""
    theirs = FLAG_EVENT.c.flag_id == flag_id
    statement = select(FLAG_EVENT).where(theirs).order_by(FLAG_EVENT.c.id.desc()).limit(limit)
    return (await tables.fetch_all(connection, statement, FlagEvent))[::-1]


async def count(
    connection: AsyncConnection, reach: Reach, *, first_on: date, last_on: date, today: date
) -> list[Counts]:
    """How many flags of each kind were raised on these days, and what became of them."""
    narrowed = "".join(f" AND {name} = :{name}" for name in reach.narrowed)
    values = {"first_on": first_on, "last_on": last_on, "today": today, **reach.narrowed}
    rows = await connection.execute(text(_COUNT.format(narrowed=narrowed)), values)
    return [Counts(FlagKind(row[0]), *row[1:]) for row in rows]
