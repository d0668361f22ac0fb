"""Rosters in the database: what many rows can conflict with, one statement each, and storing accepted rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.overlaps import OccupiedDays
from services.registry.rosters.rules.decisions import PriorEnrolment
from services.registry.rosters.rules.phones import PhoneOwner, PhoneUse
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.database import driver
from shared.kernel.ids import new_id
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
SELECT t.person, t.document_kind, t.sealed, m.into_person, t.released_at IS NOT NULL
FROM trainee AS t LEFT JOIN person_merge AS m ON m.person = t.person AND m.undone_at IS NULL
WHERE t.person = ANY($1)
"""
_REGION: Final = """
SELECT c.region FROM enrolment AS e JOIN class AS c ON c.id = e.class_id WHERE e.person = coalesce(
    (SELECT into_person FROM person_merge WHERE person = $1 AND undone_at IS NULL), $1
) ORDER BY e.id LIMIT 1
"""
_RECLAIM: Final = """
UPDATE trainee AS t
SET document_kind = n.document_kind, sealed = n.sealed, phone_mark = n.phone_mark, released_at = NULL
FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[]) AS n (person, document_kind, sealed, phone_mark)
WHERE t.person = n.person AND t.released_at IS NOT NULL RETURNING t.person
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
_PHONE_SPREAD: Final = """
SELECT p.mark, e.person, e.institution_id
FROM unnest($1::uuid[]) AS p (mark) CROSS JOIN LATERAL (
    SELECT e.person, e.institution_id FROM trainee AS t JOIN enrolment AS e USING (person)
    WHERE t.phone_mark = p.mark AND e.from_on <= e.until_on AND e.until_on >= $2
        AND e.status NOT IN ('withdrawn', 'transferred')
    ORDER BY e.id DESC LIMIT $3
) AS e
"""
# Whoever was merged goes on as another person, who is no twin of theirs.
_PHONE_SHARERS: Final = """
SELECT g.person, t.person, t.document_kind, t.sealed
FROM unnest($1::uuid[], $2::uuid[]) AS g (person, mark) JOIN trainee AS t ON t.phone_mark = g.mark
WHERE t.person <> g.person AND t.released_at IS NULL
    AND NOT EXISTS (SELECT FROM person_merge AS m WHERE m.person = t.person AND m.undone_at IS NULL)
ORDER BY g.person, t.person LIMIT $3
"""
_TOLD_APART: Final = """
SELECT EXISTS (
    SELECT FROM flag WHERE kind = 'one-person-two-documents' AND seen LIKE $1 || '/%' AND status = 'dismissed'
)
"""
PHONE_USES_MAX: Final = 200
"""Uses of one phone that are read: enough to see that there are too many."""
# Particulars stay as first stored; the blind index of the phone is that of the last roster.
_MARK_PHONES: Final = """
WITH given AS (
    SELECT t.person, s.mark FROM unnest($1::uuid[], $2::uuid[]) AS s (person, mark) JOIN trainee AS t USING (person)
    WHERE t.phone_mark IS DISTINCT FROM s.mark ORDER BY t.person FOR NO KEY UPDATE OF t
)
UPDATE trainee SET phone_mark = given.mark FROM given WHERE trainee.person = given.person
"""
_REPLACE: Final = """
WITH replaced AS (
    INSERT INTO replaced_particulars (id, person, sealed, reason, replaced_by, replaced_at)
    SELECT $1, person, sealed, $5, $6, $7 FROM trainee WHERE person = $2
)
UPDATE trainee SET sealed = $3, phone_mark = coalesce($4, phone_mark) WHERE person = $2
"""
"""Why a name was corrected of which the sound spelling came: a reason that the system sets."""
_ENROLMENT_COLUMNS: Final = (
    "id", "class_id", "institution_id", "person", "local_id", "programme", "tags", "status", "hours", "effective_on",
    "version", "from_on", "until_on", "employment", "priority", "evidence_on", "consented_on", "transferred_from",
    "came_as", "enrolled_by", "enrolled_at", "entry", "row_mark",
)  # fmt: skip


class KnownPerson(NamedTuple):
    """A person from an earlier roster; `into` is the person into whom they were merged, if any."""

    sealed: SealedPerson
    into: UUID | None
    is_released: bool = False
    """No training stands under the document any more: the stored particulars are not its holder's."""


class Newcomer(NamedTuple):
    """A person to store, with the blind index of their phone."""

    person: UUID
    document_kind: str
    sealed: bytes
    phone_mark: UUID | None

    @classmethod
    def of(cls, sealed: SealedPerson, phone_mark: UUID | None) -> Newcomer:
        return cls(*sealed, phone_mark)


async def seated(connection: AsyncConnection, class_ids: Collection[UUID]) -> dict[UUID, int]:
    """The number of taken seats by class; classes without trainees are left out."""
    return dict(await (await driver(connection)).fetch(_SEATED, list(class_ids)))


async def enrolments_by_local_id(
    connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str]
) -> dict[str, PriorEnrolment]:
    """The institution's enrolments with these `local_ids`, by local_id."""
    rows = await (await driver(connection)).fetch(_BY_LOCAL_ID, institution_id, list(local_ids))
    return {row["local_id"]: PriorEnrolment(*row)._replace(status=EnrolmentStatus(row["status"])) for row in rows}


async def taken(
    connection: AsyncConnection,
    persons: Collection[UUID],
    *,
    class_ids: Collection[UUID],
    from_on: date,
    until_on: date,
) -> list[OccupiedDays]:
    """Enrolments of `persons` in these classes, or in any others on days from `from_on` to `until_on`."""
    rows = await (await driver(connection)).fetch(_TAKEN, list(persons), list(class_ids), from_on, until_on)
    return [OccupiedDays(*row) for row in rows]


async def people(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, KnownPerson]:
    """The stored persons among `persons`, by key."""
    rows = await (await driver(connection)).fetch(_PEOPLE, list(persons))
    return {row[0]: KnownPerson(SealedPerson(*row[:3]), row[3], row[4]) for row in rows}


async def region_of(connection: AsyncConnection, person: UUID) -> str | None:
    """The region of the class in which the person was enrolled first; None if they never were."""
    region: str | None = await (await driver(connection)).fetchval(_REGION, person)
    return region


async def merged(connection: AsyncConnection, persons: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The person into whom each merged one of `persons` was merged."""
    return dict(await (await driver(connection)).fetch(_MERGED, list(persons)))


async def phone_owners(connection: AsyncConnection, marks: Collection[UUID]) -> dict[UUID, int]:
    """The number of people, at all institutions, whose latest phone has each blind index of `marks`."""
    return dict(await (await driver(connection)).fetch(_PHONE_OWNERS, list(marks)))


async def phone_uses(
    connection: AsyncConnection, marks: Collection[UUID], *, institution_id: UUID, from_on: date, until_on: date
) -> list[PhoneUse]:
    """Uses of the phones of `marks` in classes of the institution from `from_on` to `until_on`, the latest of each."""
    values = (list(marks), institution_id, from_on, until_on, PHONE_USES_MAX)
    return [PhoneUse(*row) for row in await (await driver(connection)).fetch(_PHONE_USES, *values)]


async def phone_spread(connection: AsyncConnection, marks: Collection[UUID], *, since: date) -> list[PhoneOwner]:
    """Who gave the phones of `marks`, at whatever institution, in trainings until `since` or later, the latest."""
    values = (list(marks), since, PHONE_USES_MAX)
    return [PhoneOwner(*row) for row in await (await driver(connection)).fetch(_PHONE_SPREAD, *values)]


async def phone_sharers(connection: AsyncConnection, marks: Mapping[UUID, UUID]) -> list[tuple[UUID, SealedPerson]]:
    """Others with the phone of a person of `marks` (the blind index of the phone by person), each with that person."""
    values = (list(marks), list(marks.values()), PHONE_USES_MAX)
    return [(row[0], SealedPerson(*row[1:])) for row in await (await driver(connection)).fetch(_PHONE_SHARERS, *values)]


async def are_told_apart(connection: AsyncConnection, pair: str) -> bool:
    """Whether an officer has found that the two people of `pair`, as the flags of both name it, are two."""
    found: bool = await (await driver(connection)).fetchval(_TOLD_APART, pair)
    return found


async def add_people(connection: AsyncConnection, newcomers: Iterable[Newcomer]) -> None:
    """Store new people, each once. A concurrent insert of the same person fails as a unique violation (23505)."""
    # Always in the same order, so that two rosters that share people do not deadlock.
    records = sorted(newcomers, key=lambda each: each.person.bytes)
    await (await driver(connection)).copy_records_to_table("trainee", columns=Newcomer._fields, records=records)


async def reclaim(connection: AsyncConnection, newcomers: Collection[Newcomer]) -> set[UUID]:
    """Store the particulars of those of `newcomers` whose documents were released; returns their keys."""
    if not newcomers:
        return set()
    columns = map(list, zip(*sorted(newcomers, key=lambda each: each.person.bytes), strict=True))
    return {row["person"] for row in await (await driver(connection)).fetch(_RECLAIM, *columns)}


async def mark_phones(connection: AsyncConnection, marks: Mapping[UUID, UUID]) -> None:
    """Store the blind index of the latest phone of each person."""
    await (await driver(connection)).execute(_MARK_PHONES, list(marks), list(marks.values()))


async def replace_particulars(
    connection: AsyncConnection,
    sealed: SealedPerson,
    phone_mark: UUID | None,
    *,
    reason: str,
    by: str,
    at: datetime,
) -> None:
    """Replace the particulars of a locked person by `sealed` and keep the earlier ones; without a phone it stays."""
    values = (new_id(), sealed.person, sealed.sealed, phone_mark, reason, by, at)
    await (await driver(connection)).execute(_REPLACE, *values)


async def add_all(
    connection: AsyncConnection,
    enrolments: Sequence[Enrolment],
    entries: Sequence[bytes | None],
    marks: Sequence[bytes | None],
    *,
    by: str,
    at: datetime,
) -> None:
    """Store new enrolments of stored people, with encrypted statements at entry and row digests (`marks`).

    `by` and `at` are the author and the time.
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
