"""Statements at entry: stored encrypted with the enrolment, shown only to the institution and its county."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.usecases import visible_class
from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.trainees import EntryParticulars, GroupEvidence, PriorityGroup
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.store import entries as store
from services.registry.enrolments.store.entries import SealedEntry
from shared.kernel.callers import Caller
from shared.persons import Persons


def close(persons: Persons, enrolment_id: UUID, said: EntryParticulars) -> bytes | None:
    """The fields of `said` that the enrolment does not hold itself, encrypted for it; None if all are empty."""
    sealed = (said.draws_pension, said.consent_version, said.phone, said.birth_date)
    if not said.groups and all(each is None for each in sealed):
        return None
    content = {
        "groups": [tuple(each) for each in said.groups],
        "draws_pension": said.draws_pension,
        "consent_version": said.consent_version,
        "phone": said.phone,
        "birth_date": said.birth_date,
    }
    return persons.seal(orjson.dumps(content), owner=enrolment_id)


async def load(
    connection: AsyncConnection, enrolment_id: UUID, *, persons: Persons, caller: Caller
) -> EntryParticulars:
    """The statement at entry, for the institution and the officers of its county or above.

    Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    enrolment = await enrolment_store.load(connection, enrolment_id)
    await visible_class(connection, enrolment.class_id, caller)
    return await said(connection, enrolment, persons=persons)


async def said(connection: AsyncConnection, enrolment: Enrolment, *, persons: Persons) -> EntryParticulars:
    """The statement at the entry of `enrolment`, or of the enrolment that it continues."""
    return open_(persons, (await store.of(connection, [enrolment.id]))[enrolment.id], enrolment)


async def replace(
    connection: AsyncConnection, enrolment: Enrolment, said: EntryParticulars, *, persons: Persons
) -> None:
    """Store `said` as the statement at entry, with the step that led to `enrolment`; the earlier one is kept."""
    owner = (await store.of(connection, [enrolment.id]))[enrolment.id].owner
    await store.replace(connection, enrolment.id, close(persons, owner, said), version=enrolment.version)


def open_(persons: Persons, entry: SealedEntry, enrolment: Enrolment) -> EntryParticulars:
    """The statement at entry: the fields that `enrolment` holds and those that were encrypted."""
    content: dict[str, Any] = {}
    if entry.sealed is not None:
        content = orjson.loads(persons.unseal(entry.sealed, owner=entry.owner))
    birth_date = content.get("birth_date")
    return EntryParticulars(
        employment=enrolment.employment,
        groups=tuple(
            GroupEvidence(PriorityGroup(group), evidence, date.fromisoformat(dated_on))
            for group, evidence, dated_on in content.get("groups", ())
        ),
        draws_pension=content.get("draws_pension"),
        consented_on=enrolment.consented_on,
        consent_version=content.get("consent_version"),
        phone=content.get("phone"),
        birth_date=None if birth_date is None else date.fromisoformat(birth_date),
    )


async def phones(
    connection: AsyncConnection, enrolment_id: UUID, said: EntryParticulars, *, persons: Persons
) -> list[str]:
    """The phone numbers of the trainee: first the one given at entry, then the one stored with the person."""
    person = (await enrolment_store.load(connection, enrolment_id)).person
    known = persons.particulars((await enrolment_store.sealed_trainees(connection, [person]))[person])
    return list(dict.fromkeys(phone for phone in (said.phone, known.phone) if phone is not None))
