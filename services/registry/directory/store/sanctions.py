"""Sanctions in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.sanctions import Sanction
from services.registry.directory.store.institutions import within
from services.registry.plan.rules.reach import Reach
from shared.contracts.registry import SanctionStep
from shared.kernel.keyset import KeysetPosition
from shared.kernel.refusals import NotFound, Stale

_COLUMNS: Final = """id, institution_id, step, first_on, last_on, reason, imposed_by, imposed_at, lifted_by, lifted_at,
    lifting_reason, version"""
_ADD: Final = f"""
INSERT INTO sanction ({_COLUMNS})
VALUES (:id, :institution_id, :step, :first_on, :last_on, :reason, :imposed_by, :imposed_at, :lifted_by, :lifted_at,
    :lifting_reason, :version)
"""
_FIND: Final = f"SELECT {_COLUMNS} FROM sanction WHERE institution_id = :institution_id AND id = :id FOR UPDATE"
_SINCE: Final = f"""
SELECT {_COLUMNS} FROM sanction
WHERE institution_id = :institution_id AND (last_on IS NULL OR last_on >= greatest(first_on, :day)) ORDER BY id
"""
_SAVE: Final = """
UPDATE sanction
SET last_on = :last_on, lifted_by = :lifted_by, lifted_at = :lifted_at, lifting_reason = :lifting_reason,
    version = :version
WHERE id = :id AND version = :version - 1
"""
_LIST: Final = f"""
SELECT {_COLUMNS} FROM sanction
WHERE institution_id = :institution_id AND id > :after ORDER BY id LIMIT :limit
"""
_ENDS: Final = "coalesce(last_on, 'infinity')"
# Only what is asked for stands in the statement, so that each question finds the index made for it.
_STANDING: Final = f"""
SELECT {_COLUMNS} FROM sanction
WHERE first_on <= :day AND ({_ENDS}, id) > (:after_day, :after_id) {{narrowed}}
ORDER BY {_ENDS}, id LIMIT :limit
"""


async def add(connection: AsyncConnection, sanction: Sanction) -> None:
    await connection.execute(text(_ADD), asdict(sanction))


async def load(connection: AsyncConnection, institution_id: UUID, sanction_id: UUID) -> Sanction:
    """The sanction, locked. Raises NotFound."""
    values = {"institution_id": institution_id, "id": sanction_id}
    row = (await connection.execute(text(_FIND), values)).mappings().one_or_none()
    if row is None:
        raise NotFound(what="sanction", id=sanction_id)
    return _sanction(row)


async def since(connection: AsyncConnection, institution_id: UUID, day: date) -> list[Sanction]:
    """The institution's sanctions that stand on `day` or on a later one."""
    values = {"institution_id": institution_id, "day": day}
    return [_sanction(row) for row in (await connection.execute(text(_SINCE), values)).mappings()]


async def save(connection: AsyncConnection, sanction: Sanction) -> None:
    """Store the next version of `sanction`. Raises Stale if it was changed meanwhile."""
    if (await connection.execute(text(_SAVE), asdict(sanction))).rowcount == 0:
        raise Stale


async def page(connection: AsyncConnection, institution_id: UUID, *, after: UUID, limit: int) -> list[Sanction]:
    """The institution's sanctions in the order of their ids, from above `after`."""
    values = {"institution_id": institution_id, "after": after, "limit": limit}
    return [_sanction(row) for row in (await connection.execute(text(_LIST), values)).mappings()]


async def standing(
    connection: AsyncConnection,
    reach: Reach,
    *,
    step: SanctionStep | None,
    day: date,
    after: KeysetPosition,
    limit: int,
) -> list[Sanction]:
    """Sanctions that stand on `day`, by the day on which they end from behind `after`; last those without one."""
    # What has ended lies before the first place of the day in the index, and is not walked over.
    place = max(after, KeysetPosition(day, UUID(int=0)))
    values = {"day": day, "after_day": place.day, "after_id": place.id, "limit": limit, **reach.narrowed}
    narrowed = within(reach)
    if step is not None:
        narrowed, values = f"{narrowed} AND step = :step", values | {"step": step}
    rows = await connection.execute(text(_STANDING.format(narrowed=narrowed)), values)
    return [_sanction(row) for row in rows.mappings()]


def _sanction(row: RowMapping) -> Sanction:
    return Sanction(**dict(row) | {"step": SanctionStep(row["step"])})
