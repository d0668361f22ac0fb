"""What was said of a trainee at entry: sealed beside the enrolment, shown to the institution and its county alone."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.usecases import visible_class
from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.trainees import AtEntry, GroupEvidence, PriorityGroup
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.store import entries as store
from services.registry.enrolments.store.entries import SealedEntry
from shared.kernel.callers import Caller, Role
from shared.persons import Persons

_READERS: Final = (Role.INSTITUTION, Role.COUNTY_OFFICER)


def close(persons: Persons, enrolment_id: UUID, said: AtEntry) -> bytes | None:
    """What of `said` the row of the enrolment does not show, sealed to it; None if there is nothing."""
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


async def load(connection: AsyncConnection, enrolment_id: UUID, *, persons: Persons, caller: Caller) -> AtEntry:
    """What was said at entry, for the institution and the officers of its county or above.

    Raises WrongRole, NotFound, ForeignOrganisation, ForeignRegion.
    """
    caller.require(*_READERS)
    enrolment = await enrolment_store.load(connection, enrolment_id)
    await visible_class(connection, enrolment.class_id, caller, roles=_READERS)
    return await said(connection, enrolment, persons=persons)


async def said(connection: AsyncConnection, enrolment: Enrolment, *, persons: Persons) -> AtEntry:
    """What was said as `enrolment`, or the one that it goes on from, was made."""
    return open_(persons, (await store.of(connection, [enrolment.id]))[enrolment.id], enrolment)


async def replace(connection: AsyncConnection, enrolment: Enrolment, said: AtEntry, *, persons: Persons) -> None:
    """Seal what is `said` of an entry anew, with the step that led to `enrolment`; what was sealed before is kept."""
    owner = (await store.of(connection, [enrolment.id]))[enrolment.id].owner
    await store.replace(connection, enrolment.id, close(persons, owner, said), version=enrolment.version)


def open_(persons: Persons, entry: SealedEntry, enrolment: Enrolment) -> AtEntry:
    """What was said at entry: what `enrolment` shows of it, and what was sealed."""
    content: dict[str, Any] = {}
    if entry.sealed is not None:
        content = orjson.loads(persons.unseal(entry.sealed, owner=entry.owner))
    birth_date = content.get("birth_date")
    return AtEntry(
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


async def phones(connection: AsyncConnection, enrolment_id: UUID, said: AtEntry, *, persons: Persons) -> list[str]:
    """Where somebody can be reached of whom `said` may be seen: the phone given at entry first, then the one known."""
    person = (await enrolment_store.load(connection, enrolment_id)).person
    known = persons.particulars((await enrolment_store.sealed_trainees(connection, [person]))[person])
    return list(dict.fromkeys(phone for phone in (said.phone, known.phone) if phone is not None))
