"""Trainees and enrolments in the database, a roster at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.enrolments import Enrolment
from services.registry.domain.rosters import Seated
from shared.contracts.registry import EnrolmentStatus
from shared.database import driver
from shared.kernel.refusals import NotFound, Stale
from shared.persons import SealedPerson

_COLUMNS = "id, class_id, institution_id, person, local_id, programme, tags, status, hours, effective_on, version"
_FIND = f"SELECT {_COLUMNS} FROM enrolment WHERE id = $1 FOR UPDATE"
_OF_CLASS = f"SELECT {_COLUMNS} FROM enrolment WHERE class_id = $1 AND id > $2 ORDER BY id LIMIT $3"
_BY_LOCAL_ID = f"""
SELECT {_COLUMNS} FROM enrolment WHERE institution_id = $1 AND local_id = ANY($2) ORDER BY id FOR UPDATE
"""
_IN_TRAINING = f"""
SELECT {_COLUMNS} FROM enrolment WHERE class_id = $1 AND status = 'in_training' ORDER BY id FOR UPDATE
"""
_SEATED_BY_LOCAL_ID = """
SELECT id, class_id, person, local_id FROM enrolment WHERE institution_id = $1 AND local_id = ANY($2)
"""
_SEATED_BY_PERSON = "SELECT id, class_id, person, local_id FROM enrolment WHERE class_id = $1 AND person = ANY($2)"
_ADD_TRAINEES = """
INSERT INTO trainee (person, document_kind, sealed)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS t (person, document_kind, sealed)
ORDER BY person ON CONFLICT (person) DO NOTHING
"""
_SAVE = """
UPDATE enrolment AS e
SET programme = s.programme, tags = string_to_array(s.tags, ','), status = s.status, hours = s.hours,
    effective_on = s.effective_on, version = s.version
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::date[], $7::integer[])
    AS s (id, programme, tags, status, hours, effective_on, version)
WHERE e.id = s.id AND e.version = s.version - 1
"""
_SEALED = "SELECT person, document_kind, sealed FROM trainee WHERE person = ANY($1)"


def _enrolment(row: Any) -> Enrolment:
    values = dict(row)
    return Enrolment(**values | {"tags": tuple(values["tags"]), "status": EnrolmentStatus(values["status"])})


async def load(connection: AsyncConnection, enrolment_id: UUID) -> Enrolment:
    """The enrolment, locked. Raises NotFound."""
    row = await (await driver(connection)).fetchrow(_FIND, enrolment_id)
    if row is None:
        raise NotFound(what="enrolment", id=enrolment_id)
    return _enrolment(row)


async def by_local_ids(
    connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str]
) -> dict[str, Enrolment]:
    """Those enrolments of the institution, locked."""
    rows = await (await driver(connection)).fetch(_BY_LOCAL_ID, institution_id, list(local_ids))
    return {row["local_id"]: _enrolment(row) for row in rows}


async def in_training(connection: AsyncConnection, class_id: UUID) -> list[Enrolment]:
    """The enrolments of the class that have no outcome yet, locked."""
    return [_enrolment(row) for row in await (await driver(connection)).fetch(_IN_TRAINING, class_id)]


async def of_class(connection: AsyncConnection, class_id: UUID, *, after: UUID, limit: int) -> list[Enrolment]:
    """A class's enrolments in the order of their ids, from above `after`."""
    return [_enrolment(row) for row in await (await driver(connection)).fetch(_OF_CLASS, class_id, after, limit)]


async def seated_by_local_id(
    connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str]
) -> dict[str, Seated]:
    """Which of the institution's `local_ids` are in use, and for whom."""
    rows = await (await driver(connection)).fetch(_SEATED_BY_LOCAL_ID, institution_id, list(local_ids))
    return {row["local_id"]: Seated(*row) for row in rows}


async def seated_by_person(
    connection: AsyncConnection, class_id: UUID, persons: Collection[UUID]
) -> dict[UUID, Seated]:
    """Which of `persons` are in the class."""
    rows = await (await driver(connection)).fetch(_SEATED_BY_PERSON, class_id, list(persons))
    return {row["person"]: Seated(*row) for row in rows}


async def add_all(
    connection: AsyncConnection, trainees: Sequence[SealedPerson], enrolments: Sequence[Enrolment]
) -> None:
    """Store new enrolments, and the trainees among theirs who are not known yet. `trainees` names each person once."""
    database = await driver(connection)
    persons, kinds, sealed = zip(*trainees, strict=True) if trainees else ((), (), ())
    await database.execute(_ADD_TRAINEES, persons, kinds, sealed)
    await database.copy_records_to_table(
        "enrolment",
        columns=[column.strip() for column in _COLUMNS.split(",")],
        records=[
            (e.id, e.class_id, e.institution_id, e.person, e.local_id, e.programme, e.tags, e.status, e.hours,
             e.effective_on, e.version)
            for e in enrolments
        ],
    )  # fmt: skip


async def save_all(connection: AsyncConnection, enrolments: Sequence[Enrolment]) -> None:
    """Store the next version of each. Raises Stale if one was changed meanwhile."""
    if not enrolments:
        return
    tag = await (await driver(connection)).execute(
        _SAVE,
        [e.id for e in enrolments],
        [e.programme for e in enrolments],
        [",".join(e.tags) for e in enrolments],
        [e.status for e in enrolments],
        [e.hours for e in enrolments],
        [e.effective_on for e in enrolments],
        [e.version for e in enrolments],
    )
    if tag != f"UPDATE {len(enrolments)}":
        raise Stale


async def sealed_trainees(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, SealedPerson]:
    rows = await (await driver(connection)).fetch(_SEALED, list(persons))
    return {row["person"]: SealedPerson(*row) for row in rows}
