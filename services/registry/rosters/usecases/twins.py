"""People of a roster who are probably stored under another document already. Most rosters have none, at no cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.store import classes as class_store
from services.registry.enrolments.rules.enrolments import GIVEN_UP
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.usecases import entries
from services.registry.flags.rules.flags import Observation
from services.registry.rosters import store as store
from services.registry.rosters.rules.twins import Likeness, are_one, pair_of, see_twin
from services.registry.rosters.usecases.people import IdentifiedRow
from shared.persons import Persons


async def twins(
    connection: AsyncConnection, admitted: Sequence[IdentifiedRow], owners: Mapping[UUID, int], *, persons: Persons
) -> list[Observation]:
    """Flags for the trainings of people of `admitted`, who are stored, and of others who are probably the same humans.

    `owners` is the number of people who had each phone before.
    """
    new = Counter(each.phone_mark for each in admitted if not each.is_known or each.is_phone_new)
    marks = {
        each.entry.person: each.phone_mark
        for each in admitted
        if each.phone_mark is not None and owners.get(each.phone_mark, 0) + new[each.phone_mark] > 1
    }
    if not marks:
        return []
    sharers = await store.phone_sharers(connection, marks)
    likenesses = await _likenesses(connection, {*marks, *(each.person for _, each in sharers)}, persons=persons)
    pairs = {
        frozenset((person, each.person))
        for person, each in sharers
        if are_one(likenesses[person], likenesses[each.person])
    }
    return [seen for one, other in map(sorted, pairs) for seen in await _seen(connection, one, other)]


async def _likenesses(connection: AsyncConnection, keys: Collection[UUID], *, persons: Persons) -> dict[UUID, Likeness]:
    found = {}
    for key, sealed in (await enrolment_store.sealed_trainees(connection, keys)).items():
        document = persons.document(sealed)
        born_on = document.birth_date or await _stated(connection, key, persons=persons)
        found[key] = Likeness(document.kind, persons.particulars(sealed).name, born_on)
    return found


async def _stated(connection: AsyncConnection, person: UUID, *, persons: Persons) -> date | None:
    """The birth date that was stated at an entry, for a document that does not show it."""
    for enrolment in await enrolment_store.of_persons(connection, [person]):
        said = await entries.said(connection, enrolment, persons=persons)
        if said.birth_date is not None:
            return said.birth_date
    return None


async def _seen(connection: AsyncConnection, one: UUID, other: UUID) -> list[Observation]:
    if await store.are_told_apart(connection, pair_of(one, other)):
        return []
    enrolments = [
        each for each in await enrolment_store.of_persons(connection, [one, other]) if each.status not in GIVEN_UP
    ]
    classes = await class_store.by_ids(connection, {each.class_id for each in enrolments})
    return [see_twin(each, classes[each.class_id], other if each.person == one else one) for each in enrolments]
