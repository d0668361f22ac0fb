"""Assessment bodies in the database."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.bodies import Body, BodyKind, ScopeEntry
from shared.kernel.levels import Level
from shared.kernel.refusals import NotFound, Stale

_COLUMNS = "id, credit_code, name, kind, region, reporting_region, number_prefix, scope, version"
_ADD = f"""
INSERT INTO body ({_COLUMNS})
VALUES (:id, :credit_code, :name, :kind, :region, :reporting_region, :number_prefix, CAST(:scope AS jsonb), :version)
"""
_FIND = f"SELECT {_COLUMNS} FROM body WHERE id = :id"
_FIND_BY_CREDIT_CODE = f"SELECT {_COLUMNS} FROM body WHERE credit_code = :credit_code"
_LOCK_BY_CREDIT_CODE = f"{_FIND_BY_CREDIT_CODE} FOR UPDATE"
_PREFIX_IN_USE = "SELECT EXISTS (SELECT FROM body WHERE number_prefix = :number_prefix)"
_SAVE = """
UPDATE body SET scope = CAST(:scope AS jsonb), version = :version WHERE id = :id AND version = :version - 1
"""
_LIST = f"""
SELECT {_COLUMNS} FROM body
WHERE id > :after AND (CAST(:region AS text) IS NULL OR region = :region OR reporting_region = :region)
ORDER BY id LIMIT :limit
"""


def _body(row: RowMapping) -> Body:
    scope = tuple(ScopeEntry(occupation, Level(rank)) for occupation, rank in row["scope"])
    return Body(**dict(row) | {"kind": BodyKind(row["kind"]), "scope": scope})


def _scope(body: Body) -> str:
    return orjson.dumps([[entry.occupation, entry.level.value] for entry in body.scope]).decode()


async def add(connection: AsyncConnection, body: Body) -> None:
    await connection.execute(text(_ADD), asdict(body) | {"scope": _scope(body)})


async def load(connection: AsyncConnection, body_id: UUID) -> Body:
    """Raises NotFound."""
    row = (await connection.execute(text(_FIND), {"id": body_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="body", id=body_id)
    return _body(row)


async def find_by_credit_code(connection: AsyncConnection, credit_code: str, *, lock: bool = False) -> Body | None:
    """The body with that code. With `lock`, others who want it locked wait until this transaction ends."""
    statement = text(_LOCK_BY_CREDIT_CODE if lock else _FIND_BY_CREDIT_CODE)
    row = (await connection.execute(statement, {"credit_code": credit_code})).mappings().one_or_none()
    return None if row is None else _body(row)


async def prefix_in_use(connection: AsyncConnection, number_prefix: str) -> bool:
    return bool(await connection.scalar(text(_PREFIX_IN_USE), {"number_prefix": number_prefix}))


async def save_scope(connection: AsyncConnection, body: Body) -> None:
    """Store the next version's scope. Raises Stale if the body was changed meanwhile."""
    values = {"id": body.id, "scope": _scope(body), "version": body.version}
    if (await connection.execute(text(_SAVE), values)).rowcount == 0:
        raise Stale


async def page(connection: AsyncConnection, *, region: str | None, after: UUID, limit: int) -> list[Body]:
    """Bodies in `region` (a county or a reporting region) in the order of their ids, from above `after`."""
    values = {"region": region, "after": after, "limit": limit}
    return [_body(row) for row in (await connection.execute(text(_LIST), values)).mappings()]
