"""Institutions in the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.institutions import Institution, InstitutionKind
from services.registry.plan.rules.reach import Reach
from shared.kernel.refusals import NotFound, Stale

_COLUMNS = """id, credit_code, name, kind, region, reporting_region, version, department, owner_mark, account_mark"""
_ADD = f"""
INSERT INTO institution ({_COLUMNS})
VALUES (:id, :credit_code, :name, :kind, :region, :reporting_region, :version, :department, :owner_mark, :account_mark)
"""
_SAVE = """
UPDATE institution
SET name = :name, kind = :kind, region = :region, reporting_region = :reporting_region, department = :department,
    owner_mark = :owner_mark, account_mark = :account_mark, version = :version
WHERE id = :id AND version = :version - 1
"""
_FIND = f"SELECT {_COLUMNS} FROM institution WHERE id = :id"
_LOCK = f"{_FIND} FOR UPDATE"
_HOLD = "SELECT FROM institution WHERE id = :id FOR SHARE"
_BY_IDS = f"SELECT {_COLUMNS} FROM institution WHERE id = ANY(:ids)"
_FIND_BY_CREDIT_CODE = f"SELECT {_COLUMNS} FROM institution WHERE credit_code = :credit_code"
_LIST = f"SELECT {_COLUMNS} FROM institution WHERE id > :after ORDER BY id LIMIT :limit"
# Each half walks its own index; a reporting region is also the region of what lies in it directly.
_LIST_IN = f"""
SELECT * FROM (
    (SELECT {_COLUMNS} FROM institution WHERE region = :region AND id > :after ORDER BY id LIMIT :limit)
    UNION
    (SELECT {_COLUMNS} FROM institution WHERE reporting_region = :region AND id > :after ORDER BY id LIMIT :limit)
) AS found ORDER BY id LIMIT :limit
"""


def _institution(row: RowMapping) -> Institution:
    values = dict(row)
    return Institution(**values | {"kind": InstitutionKind(values["kind"])})


async def add(connection: AsyncConnection, institution: Institution) -> None:
    await connection.execute(text(_ADD), asdict(institution))


async def save(connection: AsyncConnection, institution: Institution) -> None:
    """Store the next version of `institution`. Raises Stale if it was changed meanwhile."""
    if (await connection.execute(text(_SAVE), asdict(institution))).rowcount == 0:
        raise Stale


async def load(connection: AsyncConnection, institution_id: UUID, *, lock: bool = False) -> Institution:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    statement = text(_LOCK if lock else _FIND)
    row = (await connection.execute(statement, {"id": institution_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="institution", id=institution_id)
    return _institution(row)


async def hold(connection: AsyncConnection, institution_id: UUID) -> None:
    """Nobody else locks the institution until this transaction ends; others may hold it too."""
    await connection.execute(text(_HOLD), {"id": institution_id})


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Institution]:
    """Those of `ids` that there are."""
    rows = await connection.execute(text(_BY_IDS), {"ids": list(ids)})
    return {row["id"]: _institution(row) for row in rows.mappings()}


async def find_by_credit_code(connection: AsyncConnection, credit_code: str) -> Institution | None:
    row = (await connection.execute(text(_FIND_BY_CREDIT_CODE), {"credit_code": credit_code})).mappings().one_or_none()
    return None if row is None else _institution(row)


def within(reach: Reach) -> str:
    """The condition that a row's `institution_id` lies within `reach`, of which the names are parameters."""
    return "".join(
        f"AND institution_id IN (SELECT id FROM institution WHERE {name} = :{name})" for name in reach.narrowed
    )


async def page(connection: AsyncConnection, *, region: str | None, after: UUID, limit: int) -> list[Institution]:
    """Institutions in `region` (a county or a reporting region) in the order of their ids, from above `after`."""
    statement, values = _LIST, {"after": after, "limit": limit}
    if region is not None:
        statement, values = _LIST_IN, values | {"region": region}
    return [_institution(row) for row in (await connection.execute(text(statement), values)).mappings()]
