"""Merges and particulars of persons in the database."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    not_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.store.classes import CLASS
from services.registry.enrolments.store.enrolments import ENROLMENT
from services.registry.persons.rules.merges import Merge, MergeStatus
from shared import tables
from shared.database import driver
from shared.kernel.refusals import NotFound, Stale
from shared.located import lies_in
from shared.reach import Reach
from shared.tables import Instant, fixed

MERGE: Final = Table(
    "person_merge",
    MetaData(),
    fixed("id", Uuid),
    fixed("person", Uuid),
    fixed("into_person", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("reason", Text),
    fixed("merged_by", Text),
    fixed("merged_at", Instant),
    fixed("proposed_by", Text),
    fixed("enrolments", Integer),
    Column("undone_by", Text),
    Column("undone_at", Instant),
    Column("undoing_reason", Text),
)
_BY_ID: Final = select(MERGE).where(MERGE.c.id == bindparam("id"))
_FOR_UPDATE: Final = _BY_ID.with_for_update()
_STANDS: Final = MERGE.c.undone_at.is_(None)
_OF_STATUS: Final = {None: [], MergeStatus.STANDING: [_STANDS], MergeStatus.UNDONE: [not_(_STANDS)]}
# Writers of enrolments lock these rows as well, so a person is not enrolled during a merge.
_LOCK_TRAINEES: Final = """
SELECT person FROM trainee WHERE person = ANY($1) AND released_at IS NULL ORDER BY person FOR NO KEY UPDATE
"""
_VERSION: Final = "SELECT version FROM person_version WHERE person = $1"
_SAVE_VERSION: Final = """
INSERT INTO person_version (person, version) VALUES ($1, $2)
ON CONFLICT (person) DO UPDATE SET version = excluded.version
"""


async def lock_known(connection: AsyncConnection, persons: Collection[UUID]) -> set[UUID]:
    """The stored persons among `persons`, locked."""
    return {row["person"] for row in await (await driver(connection)).fetch(_LOCK_TRAINEES, list(persons))}


async def standing(connection: AsyncConnection, persons: Collection[UUID]) -> list[Merge]:
    """The merges in force with one of `persons` on either side."""
    goes, stays = tables.one_of(MERGE.c.person, persons), tables.one_of(MERGE.c.into_person, persons)
    # Each half walks its own index.
    halves = union_all(select(MERGE).where(_STANDS, goes), select(MERGE).where(_STANDS, stays, not_(goes))).subquery()
    return await tables.fetch_all(connection, select(halves), Merge)


async def load(connection: AsyncConnection, merge_id: UUID, *, lock: bool = False) -> Merge:
    """Raises NotFound. `lock` holds the row lock until the end of the transaction."""
    merge = await tables.fetch_one(connection, _FOR_UPDATE if lock else _BY_ID, Merge, id=merge_id)
    if merge is None:
        raise NotFound(what="merge", id=merge_id)
    return merge


async def add(connection: AsyncConnection, merge: Merge) -> None:
    await tables.add(connection, MERGE, merge)


async def save(connection: AsyncConnection, merge: Merge) -> None:
    """Store that `merge` was undone. Raises Stale if it was undone already."""
    undone = {"undone_by": merge.undone_by, "undone_at": merge.undone_at, "undoing_reason": merge.undoing_reason}
    statement = update(MERGE).where(MERGE.c.id == merge.id, _STANDS).values(undone)
    if (await connection.execute(statement)).rowcount == 0:
        raise Stale


async def version(connection: AsyncConnection, person: UUID) -> int:
    """The latest version of the facts about a locked person; 0 before the first."""
    return await (await driver(connection)).fetchval(_VERSION, person) or 0


async def save_version(connection: AsyncConnection, person: UUID, version: int) -> None:
    await (await driver(connection)).execute(_SAVE_VERSION, person, version)


async def page(
    connection: AsyncConnection, reach: Reach, *, status: MergeStatus | None, after: UUID, limit: int
) -> list[Merge]:
    """Merges of persons of whom one was trained within `reach`, with ids above `after`, ordered by id."""
    asked = [*_concerning(reach), *_OF_STATUS[status]]
    return await tables.fetch_page(connection, MERGE, Merge, asked, after=after, limit=limit)


def _concerning(reach: Reach) -> list[ColumnElement[bool]]:
    """Condition: one of the two persons was in a class within `reach`, whoever merged them."""
    narrowed = lies_in(CLASS, reach)
    if not narrowed:
        return []
    trained = select(ENROLMENT.c.id).join(CLASS, CLASS.c.id == ENROLMENT.c.class_id)
    of_either = ENROLMENT.c.person.in_((MERGE.c.person, MERGE.c.into_person))
    return [trained.where(of_either, *narrowed).exists()]
