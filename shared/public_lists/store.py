"""Lists of public claims in the database of the service that owns their people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.contracts.subsidy import SubsidyKind
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.money import Fen
from shared.located import lies_in
from shared.persons import SealedPerson
from shared.plan import Plan
from shared.public_lists.rules import Entry, PublicList, Skill
from shared.reach import Reach
from shared.tables import Choice

LIST: Final = Table(
    "public_list",
    MetaData(),
    Column("id", Uuid),
    Column("kind", Choice(SubsidyKind)),
    Column("payee_id", Uuid),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("is_objected", Boolean),
    Column("published_on", Date),
    Column("public_until", Date),
    Column("persons", Integer),
    Column("amount_fen", BigInteger),
)
ENTRY: Final = Table(
    "public_list_entry",
    MetaData(),
    Column("list_id", Uuid),
    Column("line", Integer),
    Column("source_id", Uuid),
    Column("occupation", Text),
    Column("award", Choice(Award)),
    Column("amount_fen", BigInteger),
)
_FORGET: Final = "DELETE FROM public_list WHERE id = ANY($1)"
_ADD: Final = f"INSERT INTO public_list ({tables.names(LIST.c)}) SELECT * FROM {tables.unnest(LIST.c)}"
_ADD_ENTRIES: Final = f"INSERT INTO public_list_entry ({tables.names(ENTRY.c)}) SELECT * FROM {tables.unnest(ENTRY.c)}"


class Owner(Protocol):
    """What a service that owns the people of some kinds of claims says of them."""

    kinds: frozenset[SubsidyKind]
    sources: Table
    """What lines are built from: `id`, `person`."""
    people: Table
    """`person`, `document_kind`, `sealed`."""
    payees: Table
    """`id`, `name`. A person who is paid is none of them."""

    async def load_plan(self, connection: AsyncConnection) -> Plan:
        """The plan, for its regions. Raises NotYetReceived."""
        ...

    async def skill_names(self, connection: AsyncConnection, skills: Collection[Skill]) -> Mapping[Skill, str]:
        """What `skills` are called, without those that have no name."""
        ...


class ListSummary(NamedTuple):
    """A list without its entries."""

    id: UUID
    kind: SubsidyKind
    region: str
    reporting_region: str
    is_objected: bool
    published_on: date
    public_until: date
    persons: int
    amount_fen: Fen
    payee_name: str | None


class NamedEntry(NamedTuple):
    """An entry with its person; None where nothing is known of them any more."""

    entry: Entry
    person: SealedPerson | None


async def keep(connection: AsyncConnection, lists: Mapping[UUID, PublicList | None]) -> None:
    """Of each claim, store its list in place of an earlier one; None: it has none any more."""
    if not lists:
        return
    database = await driver(connection)
    await database.execute(_FORGET, list(lists))
    listed = [each for each in lists.values() if each is not None]
    if not listed:
        return
    await database.execute(_ADD, *tables.arrays(LIST.c, [tables.values_of(LIST, each) for each in listed]))
    entries = [
        {"list_id": each.id, **entry._asdict(), **entry.skill._asdict()} for each in listed for entry in each.entries
    ]
    await database.execute(_ADD_ENTRIES, *tables.arrays(ENTRY.c, entries))


async def page(
    connection: AsyncConnection, owner: Owner, reach: Reach, *, today: date, after: UUID, limit: int
) -> list[ListSummary]:
    """Lists of `reach` that are public on the day `today`, by id, after `after`."""
    asked = [LIST.c.id > after, *_public_on(today), *lies_in(LIST, reach)]
    statement = _summaries(owner).where(*asked).order_by(LIST.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, ListSummary)


async def find(connection: AsyncConnection, owner: Owner, claim_id: UUID, *, today: date) -> ListSummary | None:
    """The list of a claim that is public on the day `today`."""
    statement = _summaries(owner).where(LIST.c.id == claim_id, *_public_on(today))
    return await tables.fetch_one(connection, statement, ListSummary)


async def entries(
    connection: AsyncConnection, owner: Owner, claim_id: UUID, *, after: int, limit: int
) -> list[NamedEntry]:
    """Entries of the list with their people as they are now, by line, after the line `after`."""
    sources, people = owner.sources, owner.people
    statement = (
        select(
            *ENTRY.c["line", "source_id", "occupation", "award", "amount_fen"],
            *people.c["person", "document_kind", "sealed"],
        )
        .outerjoin_from(ENTRY, sources, sources.c.id == ENTRY.c.source_id)
        .outerjoin(people, people.c.person == sources.c.person)
        .where(ENTRY.c.list_id == bindparam("of_list"), ENTRY.c.line > bindparam("after_line"))
        .order_by(ENTRY.c.line)
        .limit(limit)
    )
    return await tables.fetch_all(connection, statement, _named, of_list=claim_id, after_line=after)


def _public_on(today: date) -> list[ColumnElement[bool]]:
    return [LIST.c.published_on <= today, LIST.c.public_until >= today]


def _summaries(owner: Owner) -> Select[Any]:
    own = [LIST.c[name] for name in ListSummary._fields if name != "payee_name"]
    return select(*own, owner.payees.c.name.label("payee_name")).outerjoin_from(
        LIST, owner.payees, owner.payees.c.id == LIST.c.payee_id
    )


def _named(
    *,
    line: int,
    source_id: UUID,
    occupation: str,
    award: Award,
    amount_fen: Fen,
    person: UUID | None,
    document_kind: str,
    sealed: bytes,
) -> NamedEntry:
    entry = Entry(line, source_id, Skill(occupation, award), amount_fen)
    return NamedEntry(entry, None if person is None else SealedPerson(person, document_kind, sealed))
