"""Rosters in the database: what many rows could run into, one statement each, and the storing of those accepted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.overlaps import Taken
from services.registry.rosters.rules.decisions import Seated
from services.registry.rosters.rules.phones import PhoneUse
from shared.contracts.registry import EnrolmentStatus
from shared.database import driver
from shared.persons import SealedPerson

_SEATED: Final = """
SELECT class_id, count(*) FROM enrolment
WHERE class_id = ANY($1) AND status NOT IN ('withdrawn', 'transferred') GROUP BY class_id
"""
_BY_LOCAL_ID: Final = """
SELECT id, class_id, person, local_id, status, row_mark FROM enrolment
WHERE institution_id = $1 AND local_id = ANY($2)
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
_PEOPLE: Final = """
SELECT t.person, t.document_kind, t.sealed, m.into_person
FROM trainee AS t LEFT JOIN person_merge AS m ON m.person = t.person AND m.undone_at IS NULL
WHERE t.person = ANY($1)
"""
_MERGED: Final = "SELECT person, into_person FROM person_merge WHERE person = ANY($1) AND undone_at IS NULL"
_PHONE_OWNERS: Final = "SELECT phone_mark, count(*) FROM trainee WHERE phone_mark = ANY($1) GROUP BY phone_mark"
_PHONE_USES: Final = """
SELECT p.mark, e.person, e.class_id, e.from_on, e.until_on
FROM unnest($1::uuid[]) AS p (mark) CROSS JOIN LATERAL (
    SELECT e.* FROM trainee AS t JOIN enrolment AS e USING (person)
    WHERE t.phone_mark = p.mark AND e.institution_id = $2 AND e.from_on <= e.until_on AND e.from_on <= $4
        AND e.until_on >= $3 AND e.status NOT IN ('withdrawn', 'transferred')
    ORDER BY e.id DESC LIMIT $5
) AS e
"""
PHONE_USES_MAX: Final = 200
"""How many uses of one phone are looked at: enough to see that they are too many."""
# Particulars stay as they were first sealed; what the phone is recognised by is that of the last roster.
_MARK_PHONES: Final = """
WITH given AS (
    SELECT t.person, s.mark FROM unnest($1::uuid[], $2::uuid[]) AS s (person, mark) JOIN trainee AS t USING (person)
    WHERE t.phone_mark IS DISTINCT FROM s.mark ORDER BY t.person FOR NO KEY UPDATE OF t
)
UPDATE trainee SET phone_mark = given.mark FROM given WHERE trainee.person = given.person
"""
_ENROLMENT_COLUMNS: Final = (
    "id", "class_id", "institution_id", "person", "local_id", "programme", "tags", "status", "hours", "effective_on",
    "version", "from_on", "until_on", "employment", "priority", "evidence_on", "consented_on", "transferred_from",
    "came_as", "enrolled_by", "enrolled_at", "entry", "row_mark",
)  # fmt: skip


class KnownPerson(NamedTuple):
    """Somebody whom a roster has named before; `into` is as whom they go on, if they turned out to be somebody else."""

    sealed: SealedPerson
    into: UUID | None


class Newcomer(NamedTuple):
    """Somebody whom a roster names, with what their phone is recognised by."""

    person: UUID
    document_kind: str
    sealed: bytes
    phone_mark: UUID | None

    @classmethod
    def of(cls, sealed: SealedPerson, phone_mark: UUID | None) -> Newcomer:
        return cls(*sealed, phone_mark)


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


async def people(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, KnownPerson]:
    """Those of `persons` who are known."""
    rows = await (await driver(connection)).fetch(_PEOPLE, list(persons))
    return {row[0]: KnownPerson(SealedPerson(*row[:3]), row[3]) for row in rows}


async def merged(connection: AsyncConnection, persons: Collection[UUID]) -> Mapping[UUID, UUID]:
    """As whom those of `persons` go on who turned out to be somebody else."""
    return dict(await (await driver(connection)).fetch(_MERGED, list(persons)))


async def phone_owners(connection: AsyncConnection, marks: Collection[UUID]) -> dict[UUID, int]:
    """How many people, wherever they are enrolled, gave each phone of `marks` last; none is left out."""
    return dict(await (await driver(connection)).fetch(_PHONE_OWNERS, list(marks)))


async def phone_uses(
    connection: AsyncConnection, marks: Collection[UUID], *, institution_id: UUID, from_on: date, until_on: date
) -> list[PhoneUse]:
    """Who gave the phones of `marks` in classes of the institution from `from_on` to `until_on`, the latest of each."""
    values = (list(marks), institution_id, from_on, until_on, PHONE_USES_MAX)
    return [PhoneUse(*row) for row in await (await driver(connection)).fetch(_PHONE_USES, *values)]


async def add_people(connection: AsyncConnection, newcomers: Iterable[Newcomer]) -> None:
    """Store people who were not known, each once. Who is stored by somebody else at this moment is a race (23505)."""
    # In one order always, so that two rosters that share people do not wait for each other crosswise.
    records = sorted(newcomers, key=lambda each: each.person.bytes)
    await (await driver(connection)).copy_records_to_table("trainee", columns=Newcomer._fields, records=records)


async def mark_phones(connection: AsyncConnection, marks: Mapping[UUID, UUID]) -> None:
    """Remember by which mark each person's phone is recognised from now on."""
    await (await driver(connection)).execute(_MARK_PHONES, list(marks), list(marks.values()))


async def add_all(
    connection: AsyncConnection,
    enrolments: Sequence[Enrolment],
    entries: Sequence[bytes | None],
    marks: Sequence[bytes | None],
    *,
    by: str,
    at: datetime,
) -> None:
    """Store new enrolments of known people, with what was sealed of their entry and the marks of their rows.

    `by` and `at` are who enrols them, and when.
    """
    database = await driver(connection)
    await database.copy_records_to_table(
        "enrolment",
        columns=_ENROLMENT_COLUMNS,
        records=[
            (e.id, e.class_id, e.institution_id, e.person, e.local_id, e.programme, e.tags, e.status, e.hours,
             e.effective_on, e.version, e.from_on, e.until_on, e.employment, e.priority, e.evidence_on, e.consented_on,
             e.transferred_from, e.came_as, by, at, entry, mark)
            for e, entry, mark in zip(enrolments, entries, marks, strict=True)
        ],
    )  # fmt: skip
