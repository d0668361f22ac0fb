"""A person's record in the database: trainings, certificates that were told, and who looked."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.store.classes import CLASS
from services.registry.directory.store.institutions import INSTITUTION
from services.registry.enrolments.store.enrolments import ENROLMENT
from services.registry.persons.rules.records import HeldCertificate, RecordLook, Training
from services.registry.quality.store.heard import HEARD_CERTIFICATE
from shared import tables
from shared.located import lies_in
from shared.reach import Reach
from shared.tables import Instant, fixed

ROWS_MAX: Final = 200
"""More trainings or certificates than a person has; of looks, the latest that are shown."""
LOOK: Final = Table(
    "person_look",
    MetaData(),
    fixed("id", Uuid),
    fixed("person", Uuid),
    fixed("region", Text),
    fixed("reason", Text),
    fixed("looked_by", Text),
    fixed("looked_at", Instant),
)
_TRAININGS: Final = (
    select(
        ENROLMENT.c.id.label("enrolment_id"),
        CLASS.c.id.label("class_id"),
        CLASS.c.local_id.label("class_local_id"),
        INSTITUTION.c.name.label("institution"),
        ENROLMENT.c.programme,
        CLASS.c.occupation,
        CLASS.c.award.label("award"),
        ENROLMENT.c.status,
        ENROLMENT.c.from_on,
        ENROLMENT.c.until_on,
        ENROLMENT.c.hours,
        CLASS.c.hours.label("class_hours"),
        CLASS.c.region,
    )
    .join(CLASS, CLASS.c.id == ENROLMENT.c.class_id)
    .join(INSTITUTION, INSTITUTION.c.id == ENROLMENT.c.institution_id)
    .order_by(ENROLMENT.c.from_on.desc(), ENROLMENT.c.id)
    .limit(ROWS_MAX)
)
_CERTIFICATES: Final = (
    select(
        HEARD_CERTIFICATE.c.id.label("certificate_id"),
        HEARD_CERTIFICATE.c.occupation,
        HEARD_CERTIFICATE.c.award.label("award"),
        HEARD_CERTIFICATE.c.issued_on,
        HEARD_CERTIFICATE.c.valid,
    )
    .order_by(HEARD_CERTIFICATE.c.issued_on.desc(), HEARD_CERTIFICATE.c.id)
    .limit(ROWS_MAX)
)
_LOOKS: Final = select(LOOK).order_by(LOOK.c.id.desc()).limit(ROWS_MAX)


async def trainings(connection: AsyncConnection, person: UUID, reach: Reach) -> list[Training]:
    """The trainings of the person within `reach`, the latest first."""
    asked = _TRAININGS.where(ENROLMENT.c.person == person, *lies_in(CLASS, reach))
    return await tables.fetch_all(connection, asked, Training)


async def certificates(connection: AsyncConnection, persons: list[UUID]) -> list[HeldCertificate]:
    """Certificates that were told under one of the keys of the person, the latest first."""
    asked = _CERTIFICATES.where(tables.one_of(HEARD_CERTIFICATE.c.person, persons))
    return await tables.fetch_all(connection, asked, HeldCertificate)


async def looks(connection: AsyncConnection, person: UUID) -> list[RecordLook]:
    """Who looked at the record of the person, the latest first."""
    return await tables.fetch_all(connection, _LOOKS.where(LOOK.c.person == person), RecordLook)


async def add(connection: AsyncConnection, look: RecordLook) -> None:
    await tables.add(connection, LOOK, look)
