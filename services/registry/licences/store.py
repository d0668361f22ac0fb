"""Licences in the database, written in batches, each version with who made it kept beside them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.licences.rules import Licence, LicenceVerb
from shared import tables
from shared.contracts.registry.licences import LicenceStatus
from shared.database import driver
from shared.kernel.awards import Award, AwardEvidence
from shared.located import lies_in
from shared.reach import Owners, Reach
from shared.tables import Choice, Instant

LICENCE: Final = Table(
    "licence",
    MetaData(),
    Column("enrolment_id", Uuid),
    Column("class_id", Uuid),
    Column("institution_id", Uuid),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("issued_on", Date),
    Column("valid_until", Date),
    Column("status", Choice(LicenceStatus)),
    Column("recorded_by", Text),
    Column("recorded_at", Instant),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("reason", Text),
    Column("version", Integer),
)
_EVENT: Final = Table(
    "licence_event",
    MetaData(),
    Column("enrolment_id", Uuid),
    Column("version", Integer),
    Column("verb", Choice(LicenceVerb)),
    Column("done_by", Text),
    Column("done_at", Instant),
    Column("reason", Text),
    Column("issued_on", Date),
    Column("valid_until", Date),
)
# The caller holds the locks of the enrolments, so nobody else writes these rows.
_SAVE: Final = f"""
INSERT INTO licence ({tables.names(LICENCE.c)}) SELECT * FROM {tables.unnest(LICENCE.c)}
ON CONFLICT (enrolment_id) DO UPDATE SET {tables.excluded(LICENCE.c)}
"""
_KEEP: Final = f"INSERT INTO licence_event ({tables.names(_EVENT.c)}) SELECT * FROM {tables.unnest(_EVENT.c)}"
_HISTORY: Final = (
    select(*(column for column in _EVENT.c if column.key != "enrolment_id"))
    .where(_EVENT.c.enrolment_id == bindparam("training"))
    .order_by(_EVENT.c.version)
    .limit(200)
)


_SHOWN_BY: Final = {
    evidence: ", ".join(str(award.value) for award in Award if award.evidence is evidence) for evidence in AwardEvidence
}


def shown_without_certificate(enrolment: str, award: str) -> str:
    """In SQL, whether a training is shown to have led to its award: by a confirmed licence of another authority, or by
    the completed training itself. False for awards that a certificate shows.

    `enrolment` is the alias of a row with `id` and `status`, `award` the expression of what the class leads to.
    """
    return f"""CASE
        WHEN {award} IN ({_SHOWN_BY[AwardEvidence.COMPLETION]}) THEN {enrolment}.status = 'completed'
        WHEN {award} IN ({_SHOWN_BY[AwardEvidence.LICENCE]})
        THEN EXISTS (SELECT FROM licence WHERE enrolment_id = {enrolment}.id AND licence.status = 'confirmed')
        ELSE false
    END"""


class LicenceEvent(NamedTuple):
    """One step of a licence, with the days that were recorded then."""

    version: int
    verb: LicenceVerb
    done_by: str
    done_at: datetime
    reason: str | None
    issued_on: date
    valid_until: date


class LicenceStep(NamedTuple):
    """A licence after `verb`, with who took the step and when."""

    licence: Licence
    verb: LicenceVerb
    by: str
    at: datetime


async def of_enrolments(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> dict[UUID, Licence]:
    statement = select(LICENCE).where(tables.one_of(LICENCE.c.enrolment_id, enrolment_ids))
    return {each.enrolment_id: each for each in await tables.fetch_all(connection, statement, Licence)}


async def save_all(connection: AsyncConnection, steps: Sequence[LicenceStep]) -> None:
    """Store the licences as they are after `steps`, and the steps. The caller holds the locks of the enrolments."""
    if not steps:
        return
    database = await driver(connection)
    # A licence may be named twice in a batch: the last step decides what it is, and each is kept.
    latest = {step.licence.enrolment_id: step.licence for step in steps}.values()
    await database.execute(_SAVE, *tables.arrays(LICENCE.c, [tables.values_of(LICENCE, each) for each in latest]))
    events = [
        tables.values_of(_EVENT, step.licence, verb=step.verb, done_by=step.by, done_at=step.at) for step in steps
    ]
    await database.execute(_KEEP, *tables.arrays(_EVENT.c, events))


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    status: LicenceStatus | None,
    class_id: UUID | None,
    institution_id: Owners,
    after: UUID,
    limit: int,
) -> list[Licence]:
    """Licences in the order of their enrolments' ids, above `after`."""
    own = tables.matches(LICENCE, status=status, class_id=class_id, institution_id=institution_id)
    asked = [*lies_in(LICENCE, reach), *own]
    key = LICENCE.c.enrolment_id
    statement = select(LICENCE).where(key > after, *asked).order_by(key).limit(limit)
    return await tables.fetch_all(connection, statement, Licence)


async def history(connection: AsyncConnection, enrolment_id: UUID) -> list[LicenceEvent]:
    """Every step of the licence, oldest first."""
    return await tables.fetch_all(connection, _HISTORY, LicenceEvent, training=enrolment_id)
