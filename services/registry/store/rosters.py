"""Rosters in the database: what many rows could run into, one statement each, and the storing of those accepted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.classes import TrainingClass
from services.registry.domain.enrolments import Enrolment
from services.registry.domain.overlaps import Taken
from services.registry.domain.rosters import Seated
from services.registry.store.classes import COLUMNS as CLASS_COLUMNS
from services.registry.store.classes import class_of
from shared.contracts.registry import EnrolmentStatus
from shared.database import driver
from shared.persons import SealedPerson

# In one order always, so that two rosters that share classes do not wait for each other crosswise.
_CLASSES: Final = f"""
SELECT {CLASS_COLUMNS} FROM class
WHERE institution_id = :institution_id AND (id = ANY(:ids) OR local_id = ANY(:local_ids)) ORDER BY id FOR UPDATE
"""
_SEATED: Final = """
SELECT class_id, count(*) FROM enrolment
WHERE class_id = ANY($1) AND status NOT IN ('withdrawn', 'transferred') GROUP BY class_id
"""
_BY_LOCAL_ID: Final = """
SELECT id, class_id, person, local_id, status FROM enrolment WHERE institution_id = $1 AND local_id = ANY($2)
"""
# OFFSET 0 keeps the planner from joining the sets as wholes, so that the cost follows the batch and not the table.
_TAKEN: Final = """
SELECT e.id, e.class_id, e.institution_id, e.person, e.local_id, e.from_on, e.until_on,
    e.status NOT IN ('withdrawn', 'transferred')
FROM unnest($1::uuid[]) AS p (person) CROSS JOIN LATERAL (
    SELECT * FROM enrolment WHERE person = p.person OFFSET 0
) AS e
WHERE e.class_id = ANY($2) OR (e.from_on <= e.until_on AND e.from_on <= $4 AND e.until_on >= $3)
UNION ALL
SELECT e.id, e.class_id, e.institution_id, e.person, e.local_id, d.from_on, d.until_on,
    e.status NOT IN ('withdrawn', 'transferred')
FROM earlier_days AS d JOIN enrolment AS e ON e.id = d.enrolment_id
WHERE d.person = ANY($1) AND d.from_on <= $4 AND d.until_on >= $3
ORDER BY person, from_on, id
"""
_MERGED: Final = "SELECT person, into_person FROM person_merge WHERE person = ANY($1) AND undone_at IS NULL"
_PHONES: Final = """
SELECT e.class_id, t.phone_mark, count(*) FROM enrolment AS e JOIN trainee AS t USING (person)
WHERE e.class_id = ANY($1) AND t.phone_mark = ANY($2) AND e.status NOT IN ('withdrawn', 'transferred')
GROUP BY e.class_id, t.phone_mark
"""
# Particulars stay as they were first sealed; what the phone is recognised by is that of the last roster.
_ADD_TRAINEES: Final = """
INSERT INTO trainee (person, document_kind, sealed, phone_mark)
SELECT person, document_kind, sealed, phone_mark
FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[]) AS t (person, document_kind, sealed, phone_mark)
ORDER BY person
ON CONFLICT (person) DO UPDATE SET phone_mark = excluded.phone_mark WHERE trainee.phone_mark <> excluded.phone_mark
    OR (trainee.phone_mark IS NULL AND excluded.phone_mark IS NOT NULL)
"""
_ENROLMENT_COLUMNS: Final = (
    "id", "class_id", "institution_id", "person", "local_id", "programme", "tags", "status", "hours", "effective_on",
    "version", "from_on", "until_on", "employment", "priority", "evidence_on", "consented_on", "transferred_from",
    "came_as", "enrolled_by", "enrolled_at", "entry",
)  # fmt: skip


class Newcomer(NamedTuple):
    """Somebody whom a roster names, with what their phone is recognised by."""

    person: UUID
    document_kind: str
    sealed: bytes
    phone_mark: UUID | None

    @classmethod
    def of(cls, sealed: SealedPerson, phone_mark: UUID | None) -> Newcomer:
        return cls(*sealed, phone_mark)


async def classes(
    connection: AsyncConnection, institution_id: UUID, ids: Collection[UUID], local_ids: Collection[str]
) -> list[TrainingClass]:
    """Those classes of the institution, locked in the order of their ids: rosters of one class queue up here."""
    values = {"institution_id": institution_id, "ids": list(ids), "local_ids": list(local_ids)}
    return [class_of(row) for row in (await connection.execute(text(_CLASSES), values)).mappings()]


async def seated(connection: AsyncConnection, class_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many seats of each class are taken; classes without trainees are left out."""
    return dict(await (await driver(connection)).fetch(_SEATED, list(class_ids)))


async def seated_by_local_id(
    connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str]
) -> dict[str, Seated]:
    """Which of the institution's `local_ids` are in use, for whom, and whether they still have the seat."""
    rows = await (await driver(connection)).fetch(_BY_LOCAL_ID, institution_id, list(local_ids))
    return {row["local_id"]: Seated(*row)._replace(status=EnrolmentStatus(row["status"])) for row in rows}


async def taken(
    connection: AsyncConnection,
    persons: Collection[UUID],
    *,
    class_ids: Collection[UUID],
    from_on: date,
    until_on: date,
) -> list[Taken]:
    """What `persons` have in these classes, or in any others on days from `from_on` to `until_on`."""
    rows = await (await driver(connection)).fetch(_TAKEN, list(persons), list(class_ids), from_on, until_on)
    return [Taken(*row) for row in rows]


async def merged(connection: AsyncConnection, persons: Collection[UUID]) -> Mapping[UUID, UUID]:
    """As whom those of `persons` go on who turned out to be somebody else."""
    return dict(await (await driver(connection)).fetch(_MERGED, list(persons)))


async def phones(
    connection: AsyncConnection, class_ids: Collection[UUID], marks: Collection[UUID]
) -> dict[tuple[UUID, UUID], int]:
    """How many trainees of a class gave a phone of `marks`, by class and mark."""
    rows = await (await driver(connection)).fetch(_PHONES, list(class_ids), list(marks))
    return {(class_id, mark): count for class_id, mark, count in rows}


async def add_all(
    connection: AsyncConnection,
    newcomers: Sequence[Newcomer],
    enrolments: Sequence[Enrolment],
    entries: Sequence[bytes | None],
    *,
    by: str,
    at: datetime,
) -> None:
    """Store new enrolments with what was sealed of their entry, and the trainees among theirs who are not known yet.

    `by` and `at` are who enrols them, and when.

    `newcomers` names each person once.
    """
    database = await driver(connection)
    if newcomers:
        await database.execute(_ADD_TRAINEES, *zip(*newcomers, strict=True))
    await database.copy_records_to_table(
        "enrolment",
        columns=_ENROLMENT_COLUMNS,
        records=[
            (e.id, e.class_id, e.institution_id, e.person, e.local_id, e.programme, e.tags, e.status, e.hours,
             e.effective_on, e.version, e.from_on, e.until_on, e.employment, e.priority, e.evidence_on, e.consented_on,
             e.transferred_from, e.came_as, by, at, entry)
            for e, entry in zip(enrolments, entries, strict=True)
        ],
    )  # fmt: skip
