"""Persons in the database: their particulars, encrypted, and which of their keys belong to one human.

A human may have several keys and is still one candidate of a session and holds one certificate of a kind.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.concerned import Concerned
from shared.database import driver
from shared.persons import SealedPerson

_MERGED: Final = "SELECT person, into_person FROM heard_alias WHERE person = ANY($1)"
_LOCK: Final = """
SELECT FROM heard_alias WHERE person = ANY($1) OR into_person = ANY($1) ORDER BY person FOR UPDATE
"""
_ADD: Final = """
INSERT INTO candidate_person (person, document_kind, sealed)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS t (person, document_kind, sealed)
ORDER BY person ON CONFLICT (person) DO NOTHING
"""
_SEALED: Final = "SELECT person, document_kind, sealed FROM candidate_person WHERE person = ANY($1)"


_PERSONS: Final = "SELECT p.person, p.document_kind, p.sealed FROM candidate_person p"
# A proposal's subject is "candidates/" or "certificates/" and the id.
_PROPOSED_OF: Final = """
SELECT c.person FROM proposal q JOIN {table} c ON c.id = split_part(q.subject, '/', 2)::uuid WHERE q.id = $1
"""

CONCERNED: Final = Concerned(
    of_path={
        "session_id": f"{_PERSONS} JOIN candidate c USING (person) WHERE c.session_id = $1",
        "candidate_id": f"{_PERSONS} JOIN candidate c USING (person) WHERE c.id = $1",
        "certificate_id": f"{_PERSONS} JOIN certificate c USING (person) WHERE c.id = $1",
        "proposal_id": f"{_PERSONS} WHERE p.person IN ({_PROPOSED_OF.format(table='candidate')} "
        f"UNION ALL {_PROPOSED_OF.format(table='certificate')})",
    },
    of_documents=f"{_PERSONS} WHERE p.person = ANY($1)",
)
"""Whom a request concerns: candidates and holders."""


async def add_all(connection: AsyncConnection, persons: Sequence[SealedPerson]) -> None:
    """Store the new ones among `persons`, who are all different."""
    if persons:
        await (await driver(connection)).execute(_ADD, *map(list, zip(*persons, strict=True)))


async def sealed(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, SealedPerson]:
    rows = await (await driver(connection)).fetch(_SEALED, list(persons))
    return {row["person"]: SealedPerson(*row) for row in rows}


async def humans(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, UUID]:
    """The human behind each person: the key that theirs was merged into, or their own."""
    rows = await (await driver(connection)).fetch(_MERGED, list(persons))
    return {person: person for person in persons} | {row["person"]: row["into_person"] for row in rows}


async def lock(connection: AsyncConnection, humans: Collection[UUID]) -> None:
    """Lock the humans who have several keys until this transaction ends."""
    await (await driver(connection)).execute(_LOCK, list(humans))
