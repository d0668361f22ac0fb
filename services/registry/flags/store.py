"""Flags in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.flags.rules.flags import Flag
from services.registry.flags.rules.kinds import FlagKind
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.flags import FlagStatus
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach
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
    Column("status", Choice(FlagStatus)),
    Column("settled_by", Text),
    Column("settled_at", Instant),
    Column("settling_reason", Text),
    Column("version", Integer),
)
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
    institution_id: UUID | None,
    after: UUID,
    limit: int,
) -> list[Flag]:
    """Flags with ids above `after`, ordered by id."""
    narrowed = tables.matches(FLAG, status=status, check=check, class_id=class_id, institution_id=institution_id)
    asked = [*lies_in(FLAG, reach), *narrowed]
    return await tables.fetch_page(connection, FLAG, Flag, asked, after=after, limit=limit)
