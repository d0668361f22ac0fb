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
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.institutions import Institution, InstitutionKind
from shared import tables
from shared.kernel.callers import Standing
from shared.kernel.refusals import NotFound
from shared.located import lies_elsewhere, lies_in
from shared.plan import Located
from shared.reach import Reach
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
_BY_ID: Final = select(INSTITUTION).where(INSTITUTION.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_HOLD: Final = _BY_ID.with_for_update(read=True)
# Whoever took over an institution has taken over what that one had taken over before.
_STANDING: Final = """
WITH RECURSIVE taken (id) AS (
    SELECT id FROM institution WHERE succeeded_by = :id
    UNION SELECT i.id FROM institution i JOIN taken t ON i.succeeded_by = t.id
)
SELECT i.closed_from, i.succeeded_by, ARRAY(SELECT id FROM taken) FROM institution i WHERE i.id = :id
"""
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


async def standing(connection: AsyncConnection, institution_id: UUID) -> Standing:
    """How the institution stands now; an unknown one as any open one."""
    row = (await connection.execute(text(_STANDING), {"id": institution_id})).first()
    return Standing(None, None, frozenset()) if row is None else Standing(row[0], row[1], frozenset(row[2]))


async def hold(connection: AsyncConnection, institution_id: UUID) -> Institution | None:
    """Take a shared lock on the institution until the transaction ends; None if there is none."""
    return await tables.fetch_one(connection, _HOLD, Institution, id=institution_id)


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Institution]:
    """Those of `ids` that exist, by id."""
    statement = select(INSTITUTION).where(tables.one_of(INSTITUTION.c.id, ids))
    return {each.id: each for each in await tables.fetch_all(connection, statement, Institution)}


async def misplaced(connection: AsyncConnection, places: Mapping[str, Located], *, limit: int) -> list[Institution]:
    """Institutions in one of `places` that do not bear the regions in which it lies, locked; by id."""
    if not places:
        return []
    statement = select(INSTITUTION).where(lies_elsewhere(INSTITUTION, places)).order_by(INSTITUTION.c.id).limit(limit)
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
