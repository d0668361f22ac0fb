"""What was received of classes, enrolments, certificates and the calendar, in the database: the latest state."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.trainings.rules import Certificate, Licence, Outcome, Trainee, TrainingClass
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.database import driver
from shared.heard import HEARD_ALIAS
from shared.kernel.awards import Award
from shared.kernel.working_days import WorkingDays
from shared.reach import Owners
from shared.tables import Choice

HEARD_CLASS: Final = Table(
    "heard_class",
    MetaData(),
    Column("id", Uuid),
    Column("institution_id", Uuid),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("occupation", Text),
    Column("level", Choice(Award), key="award"),
    Column("fund_source", Choice(FundSource)),
    Column("starts_on", Date),
    Column("state", Text),
    Column("enrolled", Integer),
    Column("local_id", Text),
    Column("share_fen", BigInteger),
)
HEARD_ENROLMENT: Final = Table(
    "heard_enrolment",
    MetaData(),
    Column("id", Uuid, key="enrolment_id"),
    Column("class_id", Uuid),
    Column("person", Uuid),
    Column("programme", Text),
    Column("outcome", Choice(Outcome)),
    Column("effective_on", Date),
)
HEARD_CERTIFICATE: Final = Table(
    "heard_certificate",
    MetaData(),
    Column("id", Uuid),
    Column("person", Uuid),
    Column("occupation", Text),
    Column("level", Choice(Award), key="award"),
    Column("issued_on", Date),
    Column("valid", Boolean),
)
HEARD_LICENCE: Final = Table(
    "heard_licence",
    MetaData(),
    Column("id", Uuid, key="enrolment_id"),
    Column("level", Choice(Award), key="award"),
    Column("issued_on", Date),
    Column("confirmed", Boolean),
)

HEARD_CALENDAR_DAY: Final = Table("heard_calendar_day", MetaData(), Column("day", Date), Column("working", Boolean))

_FIND_CLASS: Final = select(HEARD_CLASS).where(HEARD_CLASS.c.id == bindparam("class_id"))
# By each person's current key, also if only one of the merge and the enrolment's own fact has been received.
_TRAINEES: Final = (
    select(
        *HEARD_ENROLMENT.c["enrolment_id", "class_id", "programme", "outcome", "effective_on"],
        func.coalesce(HEARD_ALIAS.c.into_person, HEARD_ENROLMENT.c.person).label("person"),
    )
    .outerjoin_from(HEARD_ENROLMENT, HEARD_ALIAS, HEARD_ALIAS.c.person == HEARD_ENROLMENT.c.person)
    .where(HEARD_ENROLMENT.c.class_id == bindparam("of_class"))
    .order_by(HEARD_ENROLMENT.c.enrolment_id)
)
_KEEP_REKEYINGS: Final = """
INSERT INTO heard_rekeying (enrolment_id, rekeyed_at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[])
ON CONFLICT (enrolment_id) DO UPDATE SET rekeyed_at = excluded.rekeyed_at
"""
_REKEYED: Final = "SELECT enrolment_id FROM heard_rekeying WHERE enrolment_id = ANY($1)"
_CERTIFIED_ON: Final = """
SELECT k.person, max(c.issued_on)
FROM unnest($1::uuid[], $2::uuid[]) AS k (key, person) JOIN heard_certificate AS c ON c.person = k.key
WHERE c.occupation = $3 AND c.level = $4 AND c.valid AND c.issued_on >= $5 GROUP BY k.person
"""
_LICENSED_ON: Final = """
SELECT l.id, l.issued_on FROM heard_enrolment AS e JOIN heard_licence AS l ON l.id = e.id
WHERE e.class_id = $1 AND l.level = $2 AND l.confirmed AND l.issued_on >= $3
"""


_KEEP_DAYS: Final = """
INSERT INTO heard_calendar_day (day, working) SELECT * FROM unnest($1::date[], $2::boolean[]) AS d (day, working)
ORDER BY day ON CONFLICT (day) DO
"""


async def classes_of(
    connection: AsyncConnection, institution_ids: Owners, *, before: UUID, limit: int
) -> list[TrainingClass]:
    """The institution's classes that were received, the newest first, before `before`."""
    own = tables.matches(HEARD_CLASS, institution_id=institution_ids)
    statement = select(HEARD_CLASS).where(*own, HEARD_CLASS.c.id < before).order_by(HEARD_CLASS.c.id.desc())
    return await tables.fetch_all(connection, statement.limit(limit), TrainingClass)


async def keep_calendar(connection: AsyncConnection, days: Mapping[date, bool], *, known_stay: bool = False) -> None:
    """Store of each day whether it is worked. With `known_stay`, days that are stored already stay as they are."""
    if days:
        conflict = "NOTHING" if known_stay else "UPDATE SET working = excluded.working"
        await (await driver(connection)).execute(f"{_KEEP_DAYS} {conflict}", list(days), list(days.values()))


async def calendar(connection: AsyncConnection) -> WorkingDays:
    """The calendar, as far as it was received."""
    rows = (await connection.execute(select(HEARD_CALENDAR_DAY))).all()
    return WorkingDays({row.day: row.working for row in rows})


async def keep_classes(connection: AsyncConnection, classes: Sequence[TrainingClass]) -> None:
    await _keep(connection, HEARD_CLASS, classes)


async def keep_enrolments(connection: AsyncConnection, trainees: Sequence[Trainee]) -> None:
    await _keep(connection, HEARD_ENROLMENT, trainees)


async def keep_certificates(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    await _keep(connection, HEARD_CERTIFICATE, certificates)


async def keep_licences(connection: AsyncConnection, licences: Sequence[Licence]) -> None:
    await _keep(connection, HEARD_LICENCE, licences)


async def keep_rekeyings(connection: AsyncConnection, rekeyed: Mapping[UUID, datetime]) -> None:
    """Store that these enrolments were re-keyed to another human, and when."""
    if rekeyed:
        ids = sorted(rekeyed)
        await (await driver(connection)).execute(_KEEP_REKEYINGS, ids, [rekeyed[each] for each in ids])


async def rekeyed(connection: AsyncConnection, enrolments: Collection[UUID]) -> set[UUID]:
    """Those of `enrolments` that were re-keyed to another human."""
    rows = await (await driver(connection)).fetch(_REKEYED, list(enrolments))
    return {row["enrolment_id"] for row in rows}


async def _keep(connection: AsyncConnection, table: Table, values: Sequence[object]) -> None:
    """Store the latest state of each of `values`, always in one order, so that two batches cannot deadlock."""
    if values:
        statement = f"""
        INSERT INTO {table.name} ({tables.names(table.c)}) SELECT * FROM {tables.unnest(table.c)} ORDER BY id
        ON CONFLICT (id) DO UPDATE SET {tables.excluded(table.c)}
        """
        columns = tables.arrays(table.c, [tables.values_of(table, each) for each in values])
        await (await driver(connection)).execute(statement, *columns)


async def find_class(connection: AsyncConnection, class_id: UUID) -> TrainingClass | None:
    return await tables.fetch_one(connection, _FIND_CLASS, TrainingClass, class_id=class_id)


async def trainees(connection: AsyncConnection, class_id: UUID) -> list[Trainee]:
    """The received enrolments of the class, by id."""
    return await tables.fetch_all(connection, _TRAINEES, Trainee, of_class=class_id)


async def certified_on(
    connection: AsyncConnection, keys: Mapping[UUID, UUID], class_: TrainingClass
) -> dict[UUID, date]:
    """For each person, the last day on which a valid certificate of the class's occupation and award was issued.

    `keys` maps all keys of the persons to their current key: a certificate counts under any of them.
    Certificates from before the class are left out.
    """
    arguments = (list(keys), list(keys.values()), class_.occupation, class_.award, class_.starts_on)
    return dict(await (await driver(connection)).fetch(_CERTIFIED_ON, *arguments))


async def licensed_on(connection: AsyncConnection, class_: TrainingClass) -> dict[UUID, date]:
    """For each enrolment of the class with a confirmed licence of its award, the day of issue.

    Licences from before the class are left out.
    """
    arguments = (class_.id, class_.award, class_.starts_on)
    return dict(await (await driver(connection)).fetch(_LICENSED_ON, *arguments))
