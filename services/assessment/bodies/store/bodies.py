"""Assessment bodies in the database."""

from __future__ import annotations

from collections.abc import Mapping
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
    exists,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.bodies import Body, BodyKind
from shared import tables
from shared.heard import HEARD_INSTITUTION
from shared.kernel.callers import Role
from shared.kernel.refusals import NotFound
from shared.located import lies_in, misplaced_in
from shared.plan import Located
from shared.reach import Reach, Scope
from shared.standings import Standings
from shared.tables import Choice, fixed

BODY: Final = Table(
    "body",
    MetaData(),
    fixed("id", Uuid),
    fixed("credit_code", Text),
    fixed("name", Text),
    fixed("kind", Choice(BodyKind)),
    Column("region", Text),
    Column("reporting_region", Text),
    fixed("number_prefix", Text),
    Column("version", Integer),
    Column("closed_from", Date),
    Column("succeeded_by", Uuid),
)
_BY_ID: Final = select(BODY).where(BODY.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_HOLD: Final = _BY_ID.with_for_update(read=True)
_LOCK_BY_CREDIT_CODE: Final = select(BODY).where(BODY.c.credit_code == bindparam("credit_code")).with_for_update()
_PREFIX_IN_USE: Final = select(exists().where(BODY.c.number_prefix == bindparam("number_prefix")))
STANDINGS: Final = Standings({Role.INSTITUTION: HEARD_INSTITUTION, Role.ASSESSMENT_BODY: BODY})


async def add(connection: AsyncConnection, body: Body) -> None:
    await tables.add(connection, BODY, body)


async def save(connection: AsyncConnection, body: Body) -> None:
    """Store the next version of `body`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, BODY, body, expected=body.version - 1)


async def load(connection: AsyncConnection, body_id: UUID, *, lock: bool = False) -> Body:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    return await _found(connection, body_id, lock=lock)


async def hold(connection: AsyncConnection, body_id: UUID) -> Body:
    """The body, whose scope and sanctions nobody changes until the transaction ends. Raises NotFound."""
    return await _found(connection, body_id, hold=True)


async def _found(connection: AsyncConnection, body_id: UUID, *, lock: bool = False, hold: bool = False) -> Body:
    statement = _LOCK if lock else _HOLD if hold else _BY_ID
    found = await tables.fetch_one(connection, statement, Body, id=body_id)
    if found is None:
        raise NotFound(what="body", id=body_id)
    return found


async def find_by_credit_code(connection: AsyncConnection, credit_code: str) -> Body | None:
    """The body with that code, locked until the transaction ends; None if there is none."""
    return await tables.fetch_one(connection, _LOCK_BY_CREDIT_CODE, Body, credit_code=credit_code)


async def prefix_in_use(connection: AsyncConnection, number_prefix: str) -> bool:
    return bool(await connection.scalar(_PREFIX_IN_USE, {"number_prefix": number_prefix}))


async def misplaced(connection: AsyncConnection, places: Mapping[str, Located], *, limit: int) -> list[Body]:
    """Bodies in one of `places` that do not bear the regions in which it lies, locked; by id."""
    asked = misplaced_in(BODY, places)
    if asked is None:
        return []
    statement = select(BODY).where(asked).order_by(BODY.c.id).limit(limit).with_for_update(skip_locked=True)
    return await tables.fetch_all(connection, statement, Body)


def within(reach: Reach, body_id: Column[Any]) -> list[ColumnElement[bool]]:
    """Condition: the body with the id in that column is within `reach`."""
    narrowed = lies_in(BODY, reach)
    return [body_id.in_(select(BODY.c.id).where(*narrowed))] if narrowed else []


async def page(
    connection: AsyncConnection, scope: Scope, *, credit_code: str | None, after: UUID, limit: int
) -> list[Body]:
    """Bodies in sight, in the order of their ids, after `after`."""
    narrowed = tables.matches(BODY, id=scope.organisation_id, credit_code=credit_code)
    asked = [*lies_in(BODY, scope.reach), *narrowed]
    return await tables.fetch_page(connection, BODY, Body, asked, after=after, limit=limit)
