"""Certificates in the database, their earlier editions and mistaken revocations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    literal_column,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates.rules.certificates import Certificate, Ground
from services.assessment.numbers.rules.kinds import NumberKind
from services.assessment.sight.rules import Sight
from services.assessment.sight.store import in_sight
from services.assessment.trainings.store import institutions_given, trainees_of, training_of
from shared import tables
from shared.contracts.assessment import CertificateStatus, CertificateWay
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound, Stale
from shared.persons import SealedPerson
from shared.tables import Choice, Instant, fixed

CERTIFICATE: Final = Table(
    "certificate",
    MetaData(),
    fixed("id", Uuid),
    Column("number", Text),
    fixed("person", Uuid),
    fixed("candidate_id", Uuid),
    fixed("body_id", Uuid),
    fixed("session_id", Uuid),
    fixed("class_id", Uuid),
    Column("programme", Text),
    fixed("region", Text),
    fixed("reporting_region", Text),
    Column("occupation", Text),
    Column("level", Choice(Award), key="award"),
    Column("issued_on", Date),
    fixed("issued_by", Text),
    fixed("plan_year", Integer),
    Column("status", Choice(CertificateStatus)),
    Column("version", Integer),
    Column("edition", Integer),
    fixed("conferral_id", Uuid),
    fixed("way", Choice(CertificateWay)),
    Column("young", Boolean, key="is_young"),
    Column("number_kind", Choice(NumberKind)),
)
_REVOCATION: Final = Table(
    "certificate",
    MetaData(),
    Column("id", Uuid),
    Column("status", Choice(CertificateStatus)),
    Column("version", Integer),
    Column("revoked_at", Instant),
    Column("revoked_by", Text),
    Column("revocation_reason", Text),
)
"""The same table, for what only a revocation fills in."""
_REPLACED: Final = Table(
    "replaced_edition",
    MetaData(),
    Column("certificate_id", Uuid),
    Column("edition", Integer),
    *(Column(name, Text) for name in ("number", "occupation", "reason", "proposed_by", "replaced_by")),
    Column("level", Choice(Award), key="award"),
    Column("issued_on", Date),
    Column("former_holder", LargeBinary),
    Column("ground", Choice(Ground)),
    Column("replaced_at", Instant),
)
_MISTAKEN: Final = Table(
    "mistaken_revocation",
    MetaData(),
    Column("certificate_id", Uuid),
    Column("version", Integer),
    *(Column(name, Text) for name in ("revoked_by", "revocation_reason", "proposed_by", "reinstated_by", "reason")),
    *(Column(name, Instant) for name in ("revoked_at", "reinstated_at")),
)
_PRINTED: Final = Table("printed_name", MetaData(), Column("certificate_id", Uuid), Column("edition", Integer))
"""Editions that bear a name which is not their holder's any more."""
_BY_ID: Final = select(CERTIFICATE).where(CERTIFICATE.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
# As the index of what is valid says it.
_VALID: Final = CERTIFICATE.c.status == literal_column("'valid'")
_VALID_OF_CANDIDATE: Final = select(CERTIFICATE.c.id).where(CERTIFICATE.c.candidate_id == bindparam("id"), _VALID)
# Each person is looked up by itself: for a list that it does not know, the planner may read the whole table.
_CERTIFIED: Final = """
SELECT p.person FROM unnest($1::uuid[]) AS p (person) CROSS JOIN LATERAL (
    SELECT FROM certificate WHERE person = p.person AND occupation = $2 AND level = $3 AND status = 'valid' LIMIT 1
) AS c
"""
_OF_TRAINEES: Final = f"""
SELECT c.id
FROM ({trainees_of(":institutions")}) AS t
JOIN certificate AS c ON c.person = t.person
    AND c.occupation = t.occupation AND c.level = t.level AND c.issued_on >= t.starts_on
"""
_MISCOUNTED: Final = f"""
SELECT c.id, e.programme
FROM certificate AS c
LEFT JOIN heard_alias AS a ON a.person = c.person
CROSS JOIN LATERAL ({training_of("COALESCE(a.into_person, c.person)", class_id="c.class_id")}) AS e
WHERE c.class_id = ANY($1) AND c.programme <> e.programme ORDER BY c.id FOR UPDATE OF c
"""
_COUNT_TO: Final = """
UPDATE certificate AS c SET programme = s.programme, version = s.version
FROM unnest($1::uuid[], $2::text[], $3::integer[]) AS s (id, programme, version)
WHERE c.id = s.id AND c.version = s.version - 1
"""
_STANDING: Final = select(*_REVOCATION.c["revoked_at", "revoked_by", "revocation_reason"]).where(
    _REVOCATION.c.id == bindparam("id")
)
_OF_PERSON: Final = (
    select(CERTIFICATE).where(CERTIFICATE.c.person == bindparam("person"), _VALID).order_by(CERTIFICATE.c.id)
).with_for_update()
# A certificate without a candidate rests on no marks: it was decided by two people.
_BASIS: Final = """
SELECT coalesce(c.passed, c.id IS NULL) AS passes, coalesce(s.held_on, f.decided_on, $3) AS held_on
FROM (SELECT) AS one
LEFT JOIN candidate AS c ON c.id = $1 LEFT JOIN session AS s ON s.id = c.session_id LEFT JOIN conferral f ON f.id = $2
"""
_ANOTHER: Final = """
SELECT id FROM certificate
WHERE person = ANY($1) AND occupation = $2 AND level = $3 AND status = 'valid' AND id <> $4 ORDER BY id LIMIT 1
"""
_NEXT_EDITIONS: Final = """
UPDATE certificate AS c SET edition = s.edition FROM unnest($1::uuid[], $2::integer[]) AS s (id, edition)
WHERE c.id = s.id AND c.edition = s.edition - 1
"""


class Revocation(NamedTuple):
    """A revocation that stands."""

    revoked_at: datetime
    revoked_by: str
    revocation_reason: str


class MistakenRevocation(NamedTuple):
    """A revocation that two people took back. `version` is that of the certificate while it was revoked."""

    version: int
    revoked_at: datetime
    revoked_by: str
    revocation_reason: str
    proposed_by: str
    reinstated_by: str
    reinstated_at: datetime
    reason: str


class Replacement(NamedTuple):
    """Why an edition was replaced, by whom."""

    ground: Ground
    reason: str
    proposed_by: str
    replaced_by: str
    replaced_at: datetime


class ReplacedEdition(NamedTuple):
    """What an edition said before another one replaced it."""

    edition: int
    number: str
    occupation: str
    award: Award
    issued_on: date
    ground: Ground
    reason: str
    proposed_by: str
    replaced_by: str
    replaced_at: datetime


class Basis(NamedTuple):
    """What a certificate rests on: whether its result passes, and the day of its exam or decision."""

    passes: bool
    held_on: date


async def load(connection: AsyncConnection, certificate_id: UUID, *, lock: bool = False) -> Certificate:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Certificate, id=certificate_id)
    if found is None:
        raise NotFound(what="certificate", id=certificate_id)
    return found


async def is_in_sight(connection: AsyncConnection, certificate_id: UUID, sight: Sight) -> bool:
    """Whether `page` would show the certificate."""
    statement = select(CERTIFICATE.c.id).where(CERTIFICATE.c.id == certificate_id, *_seen(sight))
    return await connection.scalar(statement) is not None


async def page(
    connection: AsyncConnection,
    sight: Sight,
    *,
    session_id: UUID | None,
    conferral_id: UUID | None,
    way: CertificateWay | None,
    award: Award | None,
    name_differs: bool,
    after: UUID,
    limit: int,
) -> list[Certificate]:
    """Certificates in sight, in the order of their ids, after `after`.

    With `name_differs` only valid ones that were issued with a name which is not their holder's any more.
    """
    asked = [
        *tables.matches(CERTIFICATE, session_id=session_id, conferral_id=conferral_id, way=way, award=award),
        *_seen(sight),
    ]
    if name_differs:
        asked += [
            _VALID,
            tuple_(CERTIFICATE.c.id, CERTIFICATE.c.edition).in_(select(_PRINTED.c.certificate_id, _PRINTED.c.edition)),
        ]
    return await tables.fetch_page(connection, CERTIFICATE, Certificate, asked, after=after, limit=limit)


async def certified(
    connection: AsyncConnection, persons: Collection[UUID], *, occupation: str, award: Award
) -> frozenset[UUID]:
    """Those of `persons` who hold a valid certificate of the occupation and award, from any body."""
    rows = await (await driver(connection)).fetch(_CERTIFIED, list(persons), occupation, award)
    return frozenset(row["person"] for row in rows)


async def valid_of_candidate(connection: AsyncConnection, candidate_id: UUID) -> UUID | None:
    """The id of the valid certificate for this candidate's result; None if there is none."""
    found: UUID | None = await connection.scalar(_VALID_OF_CANDIDATE, {"id": candidate_id})
    return found


async def add_all(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    """Store new certificates, sorted by person, so that two sessions with the same people cannot deadlock."""
    rows = sorted(certificates, key=lambda certificate: certificate.person)
    names = [CERTIFICATE.c[field].name for field in Certificate._fields]
    await (await driver(connection)).copy_records_to_table(CERTIFICATE.name, columns=names, records=rows)


async def save_revocation(
    connection: AsyncConnection, certificate: Certificate, *, by: str, reason: str, at: datetime
) -> None:
    """Store a revocation. Raises Stale if the stored version is not the one before."""
    expected = tables.matches(_REVOCATION, id=certificate.id, version=certificate.version - 1)
    statement = update(_REVOCATION).where(*expected)
    revocation = {"revoked_at": at, "revoked_by": by, "revocation_reason": reason}
    changed = statement.values(status=certificate.status, version=certificate.version, **revocation)
    if (await connection.execute(changed)).rowcount == 0:
        raise Stale


async def revocation(connection: AsyncConnection, certificate_id: UUID) -> Revocation:
    """The revocation of a revoked certificate."""
    found = await tables.fetch_one(connection, _STANDING, Revocation, id=certificate_id)
    assert found is not None, "the certificate was loaded before"
    return found


async def basis(connection: AsyncConnection, certificate: Certificate) -> Basis:
    """What the certificate rests on."""
    given = (certificate.candidate_id, certificate.conferral_id, certificate.issued_on)
    row = await (await driver(connection)).fetchrow(_BASIS, *given)
    return Basis(row["passes"], row["held_on"])


async def another(
    connection: AsyncConnection, persons: Collection[UUID], certificate: Certificate, *, occupation: str, award: Award
) -> UUID | None:
    """Another valid certificate of the occupation and award that one of `persons` holds; None if there is none."""
    found: UUID | None = await (await driver(connection)).fetchval(
        _ANOTHER, list(persons), occupation, award, certificate.id
    )
    return found


async def save_reinstatement(
    connection: AsyncConnection,
    certificate: Certificate,
    mistaken: Revocation,
    *,
    proposed_by: str,
    by: str,
    reason: str,
    at: datetime,
) -> None:
    """Store that a revocation was `mistaken`. Raises Stale if the stored version is not the one before."""
    kept = {"certificate_id": certificate.id, "version": certificate.version - 1, **mistaken._asdict()}
    beside = {"proposed_by": proposed_by, "reinstated_by": by, "reinstated_at": at, "reason": reason}
    await connection.execute(insert(_MISTAKEN), kept | beside)
    expected = tables.matches(_REVOCATION, id=certificate.id, version=certificate.version - 1)
    cleared = dict.fromkeys(Revocation._fields)
    changed = update(_REVOCATION).where(*expected)
    changed = changed.values(status=certificate.status, version=certificate.version, **cleared)
    if (await connection.execute(changed)).rowcount == 0:
        raise Stale


async def mistaken_revocations(connection: AsyncConnection, certificate_id: UUID) -> list[MistakenRevocation]:
    """The certificate's revocations that were taken back, oldest first."""
    columns = _MISTAKEN.c[MistakenRevocation._fields]
    found = select(*columns).where(_MISTAKEN.c.certificate_id == certificate_id).order_by(_MISTAKEN.c.version)
    return await tables.fetch_all(connection, found, MistakenRevocation)


async def save_correction(connection: AsyncConnection, certificate: Certificate) -> None:
    """Store a corrected certificate. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, CERTIFICATE, certificate, expected=certificate.version - 1)


async def save_editions(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    """Store the next edition of each, which says the same. Raises Stale if a stored edition is not the one before."""
    columns = [[each.id for each in certificates], [each.edition for each in certificates]]
    if await (await driver(connection)).execute(_NEXT_EDITIONS, *columns) != f"UPDATE {len(certificates)}":
        raise Stale


async def keep_replaced(
    connection: AsyncConnection,
    certificates: Sequence[Certificate],
    why: Replacement,
    *,
    former_holder: SealedPerson | None = None,
) -> None:
    """Keep what the current editions of `certificates` say, and who `former_holder` was if their name changes."""
    sealed = None if former_holder is None else former_holder.sealed
    beside = {**why._asdict(), "former_holder": sealed}
    rows = [tables.values_of(_REPLACED, each, certificate_id=each.id, **beside) for each in certificates]
    if rows:
        await connection.execute(insert(_REPLACED), rows)


async def replaced_editions(connection: AsyncConnection, certificate_id: UUID) -> list[ReplacedEdition]:
    """The certificate's editions that were replaced, oldest first."""
    columns = [_REPLACED.c[name] for name in ReplacedEdition._fields]
    found = select(*columns).where(_REPLACED.c.certificate_id == certificate_id).order_by(_REPLACED.c.edition)
    return await tables.fetch_all(connection, found, ReplacedEdition)


async def valid_of_person(connection: AsyncConnection, person: UUID) -> list[Certificate]:
    """The valid certificates under this key, locked, by id."""
    return await tables.fetch_all(connection, _OF_PERSON, Certificate, person=person)


async def miscounted(connection: AsyncConnection, classes: Collection[UUID]) -> list[tuple[Certificate, str]]:
    """Certificates from `classes` whose enrolment now has another programme, locked, each with that programme."""
    found = await (await driver(connection)).fetch(_MISCOUNTED, list(classes))
    programmes: dict[UUID, str] = dict(map(tuple, found))
    if not programmes:
        return []
    named = select(CERTIFICATE).where(tables.one_of(CERTIFICATE.c.id, programmes)).order_by(CERTIFICATE.c.id)
    return [(each, programmes[each.id]) for each in await tables.fetch_all(connection, named, Certificate)]


async def save_programmes(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    """Store the next version of each with its programme. Raises Stale if a stored version is not the one before."""
    columns = [
        [each.id for each in certificates],
        [each.programme for each in certificates],
        [each.version for each in certificates],
    ]
    if await (await driver(connection)).execute(_COUNT_TO, *columns) != f"UPDATE {len(certificates)}":
        raise Stale


def _seen(sight: Sight) -> list[ColumnElement[bool]]:
    conditions = in_sight(CERTIFICATE, sight)
    if sight.institutions is not None:
        of_trainees = text(_OF_TRAINEES).bindparams(institutions_given(sight.institutions)).columns(CERTIFICATE.c.id)
        conditions.append(CERTIFICATE.c.id.in_(of_trainees))
    return conditions
