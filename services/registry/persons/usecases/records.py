"""Show an officer the record of a person, and keep who looked and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.persons.rules.records import NoRecordHere, PersonRecord, RecordLook
from services.registry.persons.store import merges as merge_store
from services.registry.persons.store import records as store
from services.registry.persons.usecases import people
from services.registry.plan.usecases import visibility
from services.registry.rosters import store as roster_store
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.persons import Particulars, Persons


async def look(
    connection: AsyncConnection, document: Particulars, *, reason: str, persons: Persons, caller: Caller, at: datetime
) -> PersonRecord:
    """What was trained within the caller's region, with the certificates of the person and who looked before.

    Raises NoRecordHere for a person who was never trained there, known or not, and the refusals of documents.
    """
    asked, _ = people.recognise(persons, document, "/document_number", at=at)
    person = (await roster_store.merged(connection, [asked])).get(asked, asked)
    trainings = await store.trainings(connection, person, await visibility.reach(connection, caller, None))
    if not trainings:
        raise NoRecordHere(pointer="/document_number")
    region = people.region_of(await people.plan_of(connection), caller)
    seen = RecordLook(new_id(), person, region, reason, looked_by=caller.person, looked_at=at)
    before = await store.looks(connection, person)
    await store.add(connection, seen)
    keys = [person, *(each.person for each in await merge_store.standing(connection, [person]))]
    certificates = await store.certificates(connection, keys)
    return PersonRecord(person, trainings, certificates, [seen, *before])
