"""Institutions in the database."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.institutions import Institution, InstitutionKind
from shared.kernel.refusals import NotFound

_COLUMNS = "id, credit_code, name, kind, region, reporting_region, version"
_ADD = f"""
INSERT INTO institution ({_COLUMNS})
VALUES (:id, :credit_code, :name, :kind, :region, :reporting_region, :version)
"""
_FIND = f"SELECT {_COLUMNS} FROM institution WHERE id = :id"
_FIND_BY_CREDIT_CODE = f"SELECT {_COLUMNS} FROM institution WHERE credit_code = :credit_code"
_LIST = f"""
SELECT {_COLUMNS} FROM institution
WHERE id > :after AND (CAST(:region AS text) IS NULL OR region = :region OR reporting_region = :region)
ORDER BY id LIMIT :limit
"""


def _institution(row: RowMapping) -> Institution:
    values = dict(row)
    return Institution(**values | {"kind": InstitutionKind(values["kind"])})


async def add(connection: AsyncConnection, institution: Institution) -> None:
    await connection.execute(text(_ADD), asdict(institution))


async def load(connection: AsyncConnection, institution_id: UUID) -> Institution:
    """Raises NotFound."""
    row = (await connection.execute(text(_FIND), {"id": institution_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="institution", id=institution_id)
    return _institution(row)


async def find_by_credit_code(connection: AsyncConnection, credit_code: str) -> Institution | None:
    row = (await connection.execute(text(_FIND_BY_CREDIT_CODE), {"credit_code": credit_code})).mappings().one_or_none()
    return None if row is None else _institution(row)


async def page(connection: AsyncConnection, *, region: str | None, after: UUID, limit: int) -> list[Institution]:
    """Institutions in `region` (a county or a reporting region) in the order of their ids, from above `after`."""
    values = {"region": region, "after": after, "limit": limit}
    return [_institution(row) for row in (await connection.execute(text(_LIST), values)).mappings()]
