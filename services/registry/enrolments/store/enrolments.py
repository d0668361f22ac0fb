"""Enrolments in the database: read one by one or by class, and moved on many at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.rules.enrolments import Enrolment
from shared.contracts.registry import EmploymentState, EnrolmentStatus
from shared.database import driver
from shared.kernel.refusals import NotFound, Stale
from shared.persons import SealedPerson

_COLUMNS = """id, class_id, institution_id, person, local_id, programme, tags, status, hours, effective_on, version,
    from_on, until_on, employment, priority, evidence_on, consented_on, transferred_from, came_as"""
_FIND = f"SELECT {_COLUMNS} FROM enrolment WHERE id = $1"
_LOCK = f"{_FIND} FOR UPDATE"
_FOR_UPDATE = " FOR UPDATE"
_BY_IDS = f"SELECT {_COLUMNS} FROM enrolment WHERE id = ANY($1) ORDER BY id"
_OF_PERSONS = f"SELECT {_COLUMNS} FROM enrolment WHERE person = ANY($1) ORDER BY id FOR UPDATE"
# What was sealed of the entry goes along, unread.
_GO_ON = f"""
INSERT INTO enrolment ({_COLUMNS}, enrolled_by, enrolled_at, entry)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, entry
FROM enrolment WHERE id = $18
"""
_OF_CLASS = f"SELECT {_COLUMNS} FROM enrolment WHERE class_id = $1 AND id > $2 ORDER BY id LIMIT $3"
_BY_LOCAL_ID = f"SELECT {_COLUMNS} FROM enrolment WHERE institution_id = $1 AND local_id = ANY($2) ORDER BY id"
_IN_TRAINING = f"""
SELECT {_COLUMNS} FROM enrolment WHERE class_id = $1 AND status = 'in_training' ORDER BY id FOR UPDATE
"""
_SAVE = """
UPDATE enrolment AS e
SET programme = s.programme, tags = string_to_array(s.tags, ','), status = s.status, hours = s.hours,
    effective_on = s.effective_on, version = s.version, from_on = s.from_on, until_on = s.until_on, person = s.person,
    employment = s.employment, priority = s.priority, evidence_on = s.evidence_on, consented_on = s.consented_on,
    came_as = s.came_as
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::date[], $7::integer[], $8::date[],
        $9::date[], $10::uuid[], $11::text[], $12::boolean[], $13::date[], $14::date[], $15::uuid[])
    AS s (id, programme, tags, status, hours, effective_on, version, from_on, until_on, person, employment, priority,
        evidence_on, consented_on, came_as)
WHERE e.id = s.id AND e.version = s.version - 1
"""
_PHONE_MARKS = "SELECT person, phone_mark FROM trainee WHERE person = ANY($1) AND phone_mark IS NOT NULL"
_SEALED = "SELECT person, document_kind, sealed FROM trainee WHERE person = ANY($1)"


def _enrolment(row: Any) -> Enrolment:
    values = dict(row)
    employment = values["employment"]
    return Enrolment(
        **values
        | {
            "tags": tuple(values["tags"]),
            "status": EnrolmentStatus(values["status"]),
            "employment": None if employment is None else EmploymentState(employment),
        }
    )


async def load(connection: AsyncConnection, enrolment_id: UUID, *, lock: bool = False) -> Enrolment:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    row = await (await driver(connection)).fetchrow(_LOCK if lock else _FIND, enrolment_id)
    if row is None:
        raise NotFound(what="enrolment", id=enrolment_id)
    return _enrolment(row)


async def by_ids(connection: AsyncConnection, ids: Collection[UUID], *, lock: bool = True) -> dict[UUID, Enrolment]:
    """Those of `ids` that there are, locked."""
    statement = _BY_IDS + (_FOR_UPDATE if lock else "")
    return {row["id"]: _enrolment(row) for row in await (await driver(connection)).fetch(statement, list(ids))}


async def of_persons(connection: AsyncConnection, persons: Collection[UUID]) -> list[Enrolment]:
    """All enrolments of `persons`, locked."""
    return [_enrolment(row) for row in await (await driver(connection)).fetch(_OF_PERSONS, list(persons))]


async def go_on(connection: AsyncConnection, enrolment: Enrolment, *, by: str, at: datetime) -> None:
    """Store an enrolment that goes on from the one in its `transferred_from`, and who let it, when."""
    values = [getattr(enrolment, name.strip()) for name in _COLUMNS.split(",")]
    await (await driver(connection)).execute(_GO_ON, *values, by, at)


async def by_local_ids(
    connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str], *, lock: bool = True
) -> dict[str, Enrolment]:
    """Those enrolments of the institution, locked."""
    statement = _BY_LOCAL_ID + (_FOR_UPDATE if lock else "")
    rows = await (await driver(connection)).fetch(statement, institution_id, list(local_ids))
    return {row["local_id"]: _enrolment(row) for row in rows}


async def in_training(connection: AsyncConnection, class_id: UUID) -> list[Enrolment]:
    """The enrolments of the class that have no outcome yet, locked."""
    return [_enrolment(row) for row in await (await driver(connection)).fetch(_IN_TRAINING, class_id)]


async def of_class(connection: AsyncConnection, class_id: UUID, *, after: UUID, limit: int) -> list[Enrolment]:
    """A class's enrolments in the order of their ids, from above `after`."""
    return [_enrolment(row) for row in await (await driver(connection)).fetch(_OF_CLASS, class_id, after, limit)]


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
        [e.from_on for e in enrolments],
        [e.until_on for e in enrolments],
        [e.person for e in enrolments],
        [e.employment for e in enrolments],
        [e.priority for e in enrolments],
        [e.evidence_on for e in enrolments],
        [e.consented_on for e in enrolments],
        [e.came_as for e in enrolments],
    )
    if tag != f"UPDATE {len(enrolments)}":
        raise Stale


async def sealed_trainees(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, SealedPerson]:
    rows = await (await driver(connection)).fetch(_SEALED, list(persons))
    return {row["person"]: SealedPerson(*row) for row in rows}


async def phone_marks(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, str]:
    """What the phones of those of `persons` are recognised by who gave one."""
    rows = await (await driver(connection)).fetch(_PHONE_MARKS, list(persons))
    return {person: str(mark) for person, mark in rows}
