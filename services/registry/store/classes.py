"""Classes in the database."""

from __future__ import annotations

from dataclasses import asdict
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.classes import TrainingClass
from shared.contracts.dimensions import FundSource
from shared.contracts.registry import ClassStatus
from shared.kernel.levels import Level
from shared.kernel.refusals import NotFound, Stale

_COLUMNS = """id, institution_id, local_id, programme, region, reporting_region, occupation, level, fund_source,
    starts_on, ends_on, hours, seats, status, filed_by, version"""
_ADD = f"""
INSERT INTO class ({_COLUMNS})
VALUES (:id, :institution_id, :local_id, :programme, :region, :reporting_region, :occupation, :level, :fund_source,
    :starts_on, :ends_on, :hours, :seats, :status, :filed_by, :version)
"""
_FIND = f"SELECT {_COLUMNS} FROM class WHERE id = :id"
_LOCK = f"{_FIND} FOR UPDATE"
_FIND_BY_LOCAL_ID = f"SELECT {_COLUMNS} FROM class WHERE institution_id = :institution_id AND local_id = :local_id"
_SAVE = "UPDATE class SET status = :status, version = :version WHERE id = :id AND version = :expected"
_LIST = f"""
SELECT {_COLUMNS} FROM class
WHERE id > :after
  AND (CAST(:institution_id AS uuid) IS NULL OR institution_id = :institution_id)
  AND (CAST(:status AS text) IS NULL OR status = :status)
ORDER BY id LIMIT :limit
"""
_HEADCOUNT = """
SELECT count(*) AS enrolled,
       count(*) FILTER (WHERE status <> 'withdrawn') AS seated,
       count(*) FILTER (WHERE status = 'in_training') AS in_training
FROM enrolment WHERE class_id = :id
"""


class Headcount(NamedTuple):
    """Enrolments of a class: ever filed, not withdrawn, and still without an outcome."""

    enrolled: int
    seated: int
    in_training: int


def _class(row: RowMapping) -> TrainingClass:
    values = dict(row)
    source = values["fund_source"]
    values |= {
        "level": Level(values["level"]),
        "fund_source": None if source is None else FundSource(source),
        "status": ClassStatus(values["status"]),
    }
    return TrainingClass(**values)


async def add(connection: AsyncConnection, class_: TrainingClass) -> None:
    await connection.execute(text(_ADD), asdict(class_) | {"level": class_.level.value})


async def load(connection: AsyncConnection, class_id: UUID, *, lock: bool = False) -> TrainingClass:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    row = (await connection.execute(text(_LOCK if lock else _FIND), {"id": class_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="class", id=class_id)
    return _class(row)


async def find_by_local_id(connection: AsyncConnection, institution_id: UUID, local_id: str) -> TrainingClass | None:
    values = {"institution_id": institution_id, "local_id": local_id}
    row = (await connection.execute(text(_FIND_BY_LOCAL_ID), values)).mappings().one_or_none()
    return None if row is None else _class(row)


async def save(connection: AsyncConnection, class_: TrainingClass, *, expected: int) -> None:
    """Raises Stale if the stored version is not `expected` any more."""
    values = {"id": class_.id, "status": class_.status, "version": class_.version, "expected": expected}
    if (await connection.execute(text(_SAVE), values)).rowcount == 0:
        raise Stale


async def headcount(connection: AsyncConnection, class_id: UUID) -> Headcount:
    return Headcount(*(await connection.execute(text(_HEADCOUNT), {"id": class_id})).one())


async def page(
    connection: AsyncConnection, *, institution_id: UUID | None, status: ClassStatus | None, after: UUID, limit: int
) -> list[TrainingClass]:
    """Classes in the order of their ids, from above `after`."""
    values = {"institution_id": institution_id, "status": status, "after": after, "limit": limit}
    return [_class(row) for row in (await connection.execute(text(_LIST), values)).mappings()]
