"""Merges of persons in the database, and who is known here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store.classes import COLUMNS as CLASS_COLUMNS
from services.registry.classes.store.classes import class_of
from services.registry.persons.rules import Merge, MergeStatus
from services.registry.plan.rules.reach import Reach
from shared.database import driver
from shared.kernel.ids import new_id
from shared.kernel.refusals import NotFound, Stale
from shared.persons import SealedPerson

_COLUMNS: Final = """id, person, into_person, region, reporting_region, reason, merged_by, merged_at, enrolments,
    undone_by, undone_at, undoing_reason"""
# A writer of enrolments locks them as well, so nobody is enrolled while they are merged.
_LOCK: Final = "SELECT person FROM trainee WHERE person = ANY(:persons) ORDER BY person FOR NO KEY UPDATE"
_STANDING: Final = f"""
SELECT {_COLUMNS} FROM person_merge WHERE undone_at IS NULL AND person = ANY(:persons)
UNION ALL
SELECT {_COLUMNS} FROM person_merge
WHERE undone_at IS NULL AND into_person = ANY(:persons) AND person <> ALL(:persons)
"""
_FIND: Final = f"SELECT {_COLUMNS} FROM person_merge WHERE id = :id"
_FIND_LOCKED: Final = f"{_FIND} FOR UPDATE"
_ADD: Final = f"""
INSERT INTO person_merge ({_COLUMNS})
VALUES (:id, :person, :into_person, :region, :reporting_region, :reason, :merged_by, :merged_at, :enrolments,
    :undone_by, :undone_at, :undoing_reason)
"""
_SAVE: Final = """
UPDATE person_merge SET undone_by = :undone_by, undone_at = :undone_at, undoing_reason = :undoing_reason
WHERE id = :id AND undone_at IS NULL
"""
_CLASSES: Final = f"SELECT {CLASS_COLUMNS} FROM class WHERE id = ANY(:ids)"
_VERSION: Final = "SELECT version FROM person_version WHERE person = :person"
_SAVE_VERSION: Final = """
INSERT INTO person_version (person, version) VALUES (:person, :version)
ON CONFLICT (person) DO UPDATE SET version = excluded.version
"""
_REPLACE: Final = """
WITH replaced AS (
    INSERT INTO replaced_particulars (id, person, sealed, reason, replaced_by, replaced_at)
    SELECT $1, person, sealed, $5, $6, $7 FROM trainee WHERE person = $2
)
UPDATE trainee SET sealed = $3, phone_mark = coalesce($4, phone_mark) WHERE person = $2
"""
_NARROWED: Final = {
    "region": "region = :region",
    "reporting_region": "reporting_region = :reporting_region",
}
_OF_STATUS: Final = {
    None: [],
    MergeStatus.STANDING: ["undone_at IS NULL"],
    MergeStatus.UNDONE: ["undone_at IS NOT NULL"],
}


async def lock_known(connection: AsyncConnection, persons: Collection[UUID]) -> set[UUID]:
    """Those of `persons` who are known here, locked."""
    return set(await connection.scalars(text(_LOCK), {"persons": list(persons)}))


async def standing(connection: AsyncConnection, persons: Collection[UUID]) -> list[Merge]:
    """The merges that stand and have one of `persons` on either side."""
    rows = (await connection.execute(text(_STANDING), {"persons": list(persons)})).mappings()
    return [_merge(row) for row in rows]


async def load(connection: AsyncConnection, merge_id: UUID, *, lock: bool = False) -> Merge:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    row = (await connection.execute(text(_FIND_LOCKED if lock else _FIND), {"id": merge_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="merge", id=merge_id)
    return _merge(row)


async def add(connection: AsyncConnection, merge: Merge) -> None:
    await connection.execute(text(_ADD), asdict(merge))


async def save(connection: AsyncConnection, merge: Merge) -> None:
    """Store that `merge` was undone. Raises Stale if it was before."""
    names = ("id", "undone_by", "undone_at", "undoing_reason")
    if (await connection.execute(text(_SAVE), {name: getattr(merge, name) for name in names})).rowcount == 0:
        raise Stale


async def classes(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, TrainingClass]:
    """The classes by their ids."""
    rows = (await connection.execute(text(_CLASSES), {"ids": list(ids)})).mappings()
    return {row["id"]: class_of(row) for row in rows}


async def version(connection: AsyncConnection, person: UUID) -> int:
    """The version that the facts about a locked person are at; 0 before the first."""
    return await connection.scalar(text(_VERSION), {"person": person}) or 0


async def save_version(connection: AsyncConnection, person: UUID, version: int) -> None:
    await connection.execute(text(_SAVE_VERSION), {"person": person, "version": version})


async def replace_particulars(
    connection: AsyncConnection,
    sealed: SealedPerson,
    phone_mark: UUID | None,
    *,
    reason: str,
    by: str,
    at: datetime,
) -> None:
    """Put `sealed` in the place of what is known of a locked person, which is kept; a phone that is not given stays."""
    values = (new_id(), sealed.person, sealed.sealed, phone_mark, reason, by, at)
    await (await driver(connection)).execute(_REPLACE, *values)


async def page(
    connection: AsyncConnection, reach: Reach, *, status: MergeStatus | None, after: UUID, limit: int
) -> list[Merge]:
    """Merges in the order of their ids, from above `after`."""
    asked = {name: value for name, value in reach._asdict().items() if value is not None}
    narrowed = ["id > :after", *(_NARROWED[name] for name in asked), *_OF_STATUS[status]]
    statement = f"SELECT {_COLUMNS} FROM person_merge WHERE {' AND '.join(narrowed)} ORDER BY id LIMIT :limit"
    rows = await connection.execute(text(statement), asked | {"after": after, "limit": limit})
    return [_merge(row) for row in rows.mappings()]


def _merge(row: RowMapping) -> Merge:
    return Merge(**row)
