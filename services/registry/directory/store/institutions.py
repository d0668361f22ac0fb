"""Institutions in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.institutions import Institution, InstitutionKind
from shared import tables
from shared.kernel.callers import Role
from shared.kernel.refusals import NotFound
from shared.located import lies_in, misplaced_in
from shared.plan import Located
from shared.reach import Reach
from shared.standings import Standings
from shared.tables import Choice, fixed

INSTITUTION: Final = Table(
    "institution",
    MetaData(),
    fixed("id", Uuid),
    fixed("credit_code", Text),
    Column("name", Text),
    Column("kind", Choice(InstitutionKind)),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("version", Integer),
    Column("department", Text),
    Column("owner_mark", Uuid),
    Column("account_mark", Uuid),
    Column("closed_from", Date),
    Column("succeeded_by", Uuid),
)
STANDINGS: Final = Standings({Role.INSTITUTION: INSTITUTION})
_BY_ID: Final = select(INSTITUTION).where(INSTITUTION.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_HOLD: Final = _BY_ID.with_for_update(read=True)
_BY_CREDIT_CODE: Final = select(INSTITUTION).where(INSTITUTION.c.credit_code == bindparam("credit_code"))


async def add(connection: AsyncConnection, institution: Institution) -> None:
    await tables.add(connection, INSTITUTION, institution)


async def save(connection: AsyncConnection, institution: Institution) -> None:
    """Store the next version of `institution`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, INSTITUTION, institution, expected=institution.version - 1)


async def load(connection: AsyncConnection, institution_id: UUID, *, lock: bool = False) -> Institution:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Institution, id=institution_id)
    if found is None:
        raise NotFound(what="institution", id=institution_id)
    return found


async def hold(connection: AsyncConnection, institution_id: UUID) -> Institution | None:
    """Take a shared lock on the institution until the transaction ends; None if there is none."""
    return await tables.fetch_one(connection, _HOLD, Institution, id=institution_id)


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Institution]:
    """Those of `ids` that exist, by id."""
    statement = select(INSTITUTION).where(tables.one_of(INSTITUTION.c.id, ids))
    return {each.id: each for each in await tables.fetch_all(connection, statement, Institution)}


async def misplaced(connection: AsyncConnection, places: Mapping[str, Located], *, limit: int) -> list[Institution]:
    """Institutions in one of `places` that do not bear the regions in which it lies, locked; by id."""
    asked = misplaced_in(INSTITUTION, places)
    if asked is None:
        return []
    statement = select(INSTITUTION).where(asked).order_by(INSTITUTION.c.id).limit(limit)
    return await tables.fetch_all(connection, statement.with_for_update(skip_locked=True), Institution)


async def find_by_credit_code(connection: AsyncConnection, credit_code: str) -> Institution | None:
    return await tables.fetch_one(connection, _BY_CREDIT_CODE, Institution, credit_code=credit_code)


def within(reach: Reach, institution_id: Column[Any]) -> list[ColumnElement[bool]]:
    """Condition: the institution with the id in that column is within `reach`."""
    narrowed = lies_in(INSTITUTION, reach)
    return [institution_id.in_(select(INSTITUTION.c.id).where(*narrowed))] if narrowed else []


async def page(connection: AsyncConnection, reach: Reach, *, after: UUID, limit: int) -> list[Institution]:
    """Institutions within `reach` in the order of their ids, after `after`."""
    asked = lies_in(INSTITUTION, reach)
    return await tables.fetch_page(connection, INSTITUTION, Institution, asked, after=after, limit=limit)
