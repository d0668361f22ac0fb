"""Read lists of public claims, with the names of those who are on them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.kernel.refusals import NotFound
from shared.persons import Persons
from shared.public_lists import rules, store
from shared.public_lists.rules import Entry, ShownPerson
from shared.public_lists.store import ListSummary, Owner
from shared.reach import Reach, reach_of


class Row(NamedTuple):
    """An entry as everybody may see it; `person` is None where nothing is known of them any more."""

    entry: Entry
    skill_name: str
    person: ShownPerson | None


async def page(
    connection: AsyncConnection, owner: Owner, region: str | None, *, after: UUID, limit: int, today: date
) -> list[ListSummary]:
    """Lists of a region and below that are public today. Raises UnknownRegion, NotYetReceived."""
    reach = Reach() if region is None else reach_of(await owner.load_plan(connection), region, on=today)
    return await store.page(connection, owner, reach, today=today, after=after, limit=limit)


async def read(
    connection: AsyncConnection,
    owner: Owner,
    claim_id: UUID,
    *,
    persons: Persons,
    after: int,
    limit: int,
    today: date,
) -> tuple[ListSummary, list[Row]]:
    """The list of a claim and some of its rows, after the line `after`.

    Raises NotFound, the same for a claim that is not public today and for one that never was.
    """
    summary = await store.find(connection, owner, claim_id, today=today)
    if summary is None:
        raise NotFound(what="public list", id=claim_id)
    entries = await store.entries(connection, owner, claim_id, after=after, limit=limit)
    names = await owner.skill_names(connection, {each.entry.skill for each in entries})
    return summary, [
        Row(
            entry,
            names.get(entry.skill) or rules.plain_name(entry.skill),
            None if known is None else rules.shown(persons.particulars(known), summary.kind, today=today),
        )
        for entry, known in entries
    ]
