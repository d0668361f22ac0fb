"""Classes and enrolments, from the registry's latest facts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, BindParameter, Boolean, Column, Date, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from services.assessment.trainings.rules import RegistryClass, RegistryEnrolment
from shared import tables
from shared.database import driver
from shared.kernel.awards import Award
from shared.tables import Choice

_CLASS: Final = Table(
    "heard_class",
    MetaData(),
    Column("id", Uuid),
    Column("occupation", Text),
    Column("level", Choice(Award), key="award"),
    Column("cancelled", Boolean),
    Column("institution_id", Uuid),
    Column("starts_on", Date),
)
_ENROLMENT: Final = Table(
    "heard_enrolment",
    MetaData(),
    Column("id", Uuid),
    Column("class_id", Uuid),
    Column("person", Uuid),
    Column("programme", Text),
    Column("has_left", Boolean),
)


_IDS: Final[TypeEngine[Any]] = ARRAY(Uuid)


def _keep(table: Table) -> str:
    # In one order always, so that two batches do not wait for each other.
    return f"""
    INSERT INTO {table.name} ({tables.names(table.c)}) SELECT * FROM {tables.unnest(table.c)} ORDER BY id
    ON CONFLICT (id) DO UPDATE SET {tables.excluded(table.c)}
    """


_KEEP_CLASSES: Final = _keep(_CLASS)
_KEEP_ENROLMENTS: Final = _keep(_ENROLMENT)
_KEEP_REKEYINGS: Final = """
INSERT INTO heard_rekeying (class_id, former) SELECT * FROM unnest($1::uuid[], $2::uuid[]) ON CONFLICT DO NOTHING
"""
_FIND_CLASS: Final = select(_CLASS).where(_CLASS.c.id == bindparam("id"))


def training_of(human: str, *, class_id: str) -> str:
    """A SELECT of the programme of the enrolment of `human` in the class; both arguments are SQL.

    The enrolment may have any of the human's keys.
    """
    return f"""
    SELECT programme FROM heard_enrolment
    WHERE class_id = {class_id} AND NOT has_left AND (
        person = {human} OR person IN (SELECT person FROM heard_alias WHERE into_person = {human})
    )
    ORDER BY id LIMIT 1
    """


def trainees_of(institutions: str) -> str:
    """A SELECT of who is or was trained by one of the institutions, for what, and from which day on.

    `institutions` is an SQL expression of an array. There is a row for each key of the human. An exam or a certificate
    belongs to such a training if it is of the same occupation and level and not from before the class.
    """
    return f"""
    WITH own AS (
        SELECT DISTINCT COALESCE(a.into_person, e.person) AS human, k.occupation, k.level, k.starts_on
        FROM heard_class AS k
        JOIN heard_enrolment AS e ON e.class_id = k.id AND NOT e.has_left
        LEFT JOIN heard_alias AS a ON a.person = e.person
        WHERE k.institution_id = ANY({institutions})
    )
    SELECT human AS person, occupation, level, starts_on FROM own
    UNION ALL
    SELECT a.person, own.occupation, own.level, own.starts_on
    FROM own JOIN heard_alias AS a ON a.into_person = own.human
    """


def institutions_given(institutions: Collection[UUID]) -> BindParameter[Any]:
    """The parameter `:institutions` of a statement with `trainees_of(":institutions")`."""
    return bindparam("institutions", list(institutions), type_=_IDS)


async def keep_classes(connection: AsyncConnection, classes: Sequence[RegistryClass]) -> None:
    if classes:
        columns = tables.arrays(_CLASS.c, [each._asdict() for each in classes])
        await (await driver(connection)).execute(_KEEP_CLASSES, *columns)


async def keep_enrolments(connection: AsyncConnection, enrolments: Sequence[RegistryEnrolment]) -> None:
    if enrolments:
        columns = tables.arrays(_ENROLMENT.c, [each._asdict() for each in enrolments])
        await (await driver(connection)).execute(_KEEP_ENROLMENTS, *columns)


async def keep_rekeyings(connection: AsyncConnection, rekeyed: Collection[tuple[UUID, UUID]]) -> None:
    """Store that a training of a class was attributed to a person by mistake, for each such pair."""
    if rekeyed:
        columns = map(list, zip(*sorted(rekeyed), strict=True))
        await (await driver(connection)).execute(_KEEP_REKEYINGS, *columns)


async def find_class(connection: AsyncConnection, class_id: UUID) -> RegistryClass | None:
    return await tables.fetch_one(connection, _FIND_CLASS, RegistryClass, id=class_id)
