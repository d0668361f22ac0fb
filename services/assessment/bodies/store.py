"""Assessment bodies in the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Column,
    Dialect,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    bindparam,
    exists,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.bodies import Body, BodyKind, ScopeEntry
from shared import tables
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Scope
from shared.tables import Choice, Json, fixed


class _Scope(TypeDecorator[Any]):
    """A scope as a list of occupation and award, in order."""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Iterable[ScopeEntry] | None, _: Dialect) -> list[list[str | int]]:
        return [[entry.occupation, entry.award.value] for entry in value or ()]

    def process_result_value(self, value: Iterable[tuple[str, int]] | None, _: Dialect) -> tuple[ScopeEntry, ...]:
        return tuple(ScopeEntry(occupation, Award(number)) for occupation, number in value or ())


BODY: Final = Table(
    "body",
    MetaData(),
    fixed("id", Uuid),
    fixed("credit_code", Text),
    fixed("name", Text),
    fixed("kind", Choice(BodyKind)),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("number_prefix", Text),
    Column("scope", _Scope),
    Column("version", Integer),
)
_BY_ID: Final = select(BODY).where(BODY.c.id == bindparam("id"))
_BY_CREDIT_CODE: Final = select(BODY).where(BODY.c.credit_code == bindparam("credit_code"))
_LOCK_BY_CREDIT_CODE: Final = _BY_CREDIT_CODE.with_for_update()
_PREFIX_IN_USE: Final = select(exists().where(BODY.c.number_prefix == bindparam("number_prefix")))


async def add(connection: AsyncConnection, body: Body) -> None:
    await tables.add(connection, BODY, body)


async def load(connection: AsyncConnection, body_id: UUID) -> Body:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, _BY_ID, Body, id=body_id)
    if found is None:
        raise NotFound(what="body", id=body_id)
    return found


async def find_by_credit_code(connection: AsyncConnection, credit_code: str, *, lock: bool = False) -> Body | None:
    """The body with that code; None if there is none. With `lock`, it is locked until the transaction ends."""
    statement = _LOCK_BY_CREDIT_CODE if lock else _BY_CREDIT_CODE
    return await tables.fetch_one(connection, statement, Body, credit_code=credit_code)


async def prefix_in_use(connection: AsyncConnection, number_prefix: str) -> bool:
    return bool(await connection.scalar(_PREFIX_IN_USE, {"number_prefix": number_prefix}))


async def save_scope(connection: AsyncConnection, body: Body) -> None:
    """Store the next version's scope. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, BODY, body, expected=body.version - 1)


async def page(
    connection: AsyncConnection, scope: Scope, *, credit_code: str | None, after: UUID, limit: int
) -> list[Body]:
    """Bodies in sight, in the order of their ids, after `after`."""
    narrowed = tables.matches(BODY, id=scope.organisation_id, credit_code=credit_code)
    asked = [*lies_in(BODY, scope.reach), *narrowed]
    return await tables.fetch_page(connection, BODY, Body, asked, after=after, limit=limit)
