"""Assessment bodies in the database."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, Select, bindparam, column, exists, insert, or_, select, table, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.bodies import Body, BodyKind, ScopeEntry
from shared.kernel.levels import Level
from shared.kernel.refusals import NotFound, Stale

_TYPES: Final = {"scope": JSONB}
_BODY: Final = table("body", *(column(each.name, _TYPES.get(each.name)) for each in fields(Body)))
_FIND: Final = select(_BODY).where(_BODY.c.id == bindparam("body_id"))
_FIND_BY_CREDIT_CODE: Final = select(_BODY).where(_BODY.c.credit_code == bindparam("credit_code"))
_LOCK_BY_CREDIT_CODE: Final = _FIND_BY_CREDIT_CODE.with_for_update()
_PREFIX_IN_USE: Final = select(exists().where(_BODY.c.number_prefix == bindparam("number_prefix")))


def _body(row: RowMapping) -> Body:
    scope = tuple(ScopeEntry(occupation, Level(rank)) for occupation, rank in row["scope"])
    return Body(**dict(row) | {"kind": BodyKind(row["kind"]), "scope": scope})


def _scope(body: Body) -> list[list[str | int]]:
    return [[entry.occupation, entry.level.value] for entry in body.scope]


async def _find(connection: AsyncConnection, statement: Select[Any], **values: object) -> Body | None:
    row = (await connection.execute(statement, values)).mappings().one_or_none()
    return None if row is None else _body(row)


async def add(connection: AsyncConnection, body: Body) -> None:
    await connection.execute(insert(_BODY), asdict(body) | {"scope": _scope(body)})


async def load(connection: AsyncConnection, body_id: UUID) -> Body:
    """Raises NotFound."""
    found = await _find(connection, _FIND, body_id=body_id)
    if found is None:
        raise NotFound(what="body", id=body_id)
    return found


async def find_by_credit_code(connection: AsyncConnection, credit_code: str, *, lock: bool = False) -> Body | None:
    """The body with that code; None if there is none. With `lock`, it is locked until the transaction ends."""
    return await _find(connection, _LOCK_BY_CREDIT_CODE if lock else _FIND_BY_CREDIT_CODE, credit_code=credit_code)


async def prefix_in_use(connection: AsyncConnection, number_prefix: str) -> bool:
    return bool(await connection.scalar(_PREFIX_IN_USE, {"number_prefix": number_prefix}))


async def save_scope(connection: AsyncConnection, body: Body) -> None:
    """Store the next version's scope. Raises Stale if the stored version is not the one before."""
    expected = [_BODY.c.id == body.id, _BODY.c.version == body.version - 1]
    changed = update(_BODY).where(*expected).values(scope=_scope(body), version=body.version)
    if (await connection.execute(changed)).rowcount == 0:
        raise Stale


async def page(connection: AsyncConnection, *, region: str | None, after: UUID, limit: int) -> list[Body]:
    """Bodies in `region` (a county or a reporting region) in the order of their ids, after `after`."""
    asked = [_BODY.c.id > after]
    if region is not None:
        asked.append(or_(_BODY.c.region == region, _BODY.c.reporting_region == region))
    rows = await connection.execute(select(_BODY).where(*asked).order_by(_BODY.c.id).limit(limit))
    return [_body(row) for row in rows.mappings()]
