"""Persons in the database: their particulars, encrypted, and which of their keys belong to one human.

A human may have several keys and is still one candidate of a session and holds one certificate of a kind.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.persons.rules import NameQuestion, NameQuestionStatus
from shared import tables
from shared.concerned import Concerned
from shared.database import driver
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.persons import SealedPerson
from shared.reach import Scope
from shared.tables import Choice, Instant, fixed

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


_QUESTION: Final = Table(
    "name_question",
    MetaData(),
    *(fixed(name, Uuid) for name in ("id", "person", "body_id", "session_id", "candidate_id")),
    *(fixed(name, Uuid) for name in ("conferral_id", "nominee_id")),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("given", LargeBinary),
    fixed("asked_by", Text),
    fixed("asked_at", Instant),
    Column("status", Choice(NameQuestionStatus)),
    Column("settled_by", Text),
    Column("settled_at", Instant),
    Column("reason", Text),
    Column("version", Integer),
)
_KEEP_FORMER: Final = """
INSERT INTO replaced_name (person, sealed, replaced_by, replaced_at, question_id)
SELECT person, sealed, $2, $3, $4 FROM candidate_person WHERE person = $1 FOR UPDATE
"""
_RENAME: Final = "UPDATE candidate_person SET sealed = $2 WHERE person = $1"
_FORMER: Final = """
SELECT p.person, p.document_kind, r.sealed FROM replaced_name AS r JOIN candidate_person AS p USING (person)
WHERE r.question_id = $1 ORDER BY r.id DESC LIMIT 1
"""
# The papers and credentials of these editions bear the name; the first former one is what was printed.
_KEEP_PRINTED: Final = """
INSERT INTO printed_name (certificate_id, edition, sealed)
SELECT c.id, c.edition, p.sealed FROM certificate AS c JOIN candidate_person AS p ON p.person = c.person
WHERE c.person = $1 ON CONFLICT DO NOTHING
"""
_PRINTED: Final = """
SELECT n.certificate_id, n.edition, n.sealed FROM printed_name AS n JOIN certificate AS c ON c.id = n.certificate_id
WHERE c.person = $1
"""
_FORGET_PRINTED: Final = """
DELETE FROM printed_name AS n USING unnest($1::uuid[], $2::integer[]) AS s (certificate_id, edition)
WHERE n.certificate_id = s.certificate_id AND n.edition = s.edition
"""
_TO_REISSUE: Final = """
SELECT c.person, count(*) FROM printed_name AS n
JOIN certificate AS c ON c.id = n.certificate_id AND c.edition = n.edition AND c.status = 'valid'
WHERE c.person = ANY($1) GROUP BY c.person
"""

_PERSONS: Final = "SELECT p.person, p.document_kind, p.sealed FROM candidate_person p"
# A proposal's subject is "candidates/" or "certificates/" and the id.
_PROPOSED_OF: Final = """
SELECT c.person FROM proposal q JOIN {table} c ON c.{key} = split_part(q.subject, '/', 2)::uuid WHERE q.id = $1
"""

CONCERNED: Final = Concerned(
    of_path={
        "session_id": f"{_PERSONS} JOIN candidate c USING (person) WHERE c.session_id = $1",
        "question_id": f"{_PERSONS} JOIN name_question q USING (person) WHERE q.id = $1",
        "examiner_id": f"{_PERSONS} JOIN examiner e USING (person) WHERE e.id = $1",
        "conferral_id": f"{_PERSONS} JOIN nominee n USING (person) WHERE n.conferral_id = $1",
        "use_id": f"{_PERSONS} JOIN credit_use u USING (person) WHERE u.id = $1",
        "nominee_id": f"{_PERSONS} JOIN nominee n USING (person) WHERE n.id = $1",
        "term_id": f"{_PERSONS} JOIN certificate c USING (person) JOIN appointment_term t ON t.certificate_id = c.id "
        "WHERE t.id = $1",
        "appeal_id": f"{_PERSONS} JOIN candidate c USING (person) JOIN appeal a ON a.candidate_id = c.id "
        "WHERE a.id = $1",
        "candidate_id": f"{_PERSONS} JOIN candidate c USING (person) WHERE c.id = $1",
        "certificate_id": f"{_PERSONS} JOIN certificate c USING (person) WHERE c.id = $1",
        "proposal_id": f"{_PERSONS} WHERE p.person IN ({_PROPOSED_OF.format(table='candidate', key='id')} "
        f"UNION ALL {_PROPOSED_OF.format(table='certificate', key='id')} "
        f"UNION ALL {_PROPOSED_OF.format(table='nominee', key='conferral_id')})",
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


async def rename(
    connection: AsyncConnection, renamed: SealedPerson, *, by: str, at: datetime, question_id: UUID | None = None
) -> None:
    """Store the particulars of a known person under another name.

    The former ones are kept in `replaced_name`, and in `printed_name` for the certificates that bear them.
    """
    own = await driver(connection)
    await own.execute(_KEEP_PRINTED, renamed.person)
    await own.execute(_KEEP_FORMER, renamed.person, by, at, question_id)
    await own.execute(_RENAME, renamed.person, renamed.sealed)


class PrintedName(NamedTuple):
    """The name that an edition of a certificate was issued with, sealed to the holder, who has another one since."""

    certificate_id: UUID
    edition: int
    sealed: bytes


async def printed_names(connection: AsyncConnection, person: UUID) -> list[PrintedName]:
    return [PrintedName(*row) for row in await (await driver(connection)).fetch(_PRINTED, person)]


async def forget_printed(connection: AsyncConnection, printed: Collection[PrintedName]) -> None:
    columns = [[each.certificate_id for each in printed], [each.edition for each in printed]]
    await (await driver(connection)).execute(_FORGET_PRINTED, *columns)


async def to_reissue(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, int]:
    """How many valid certificates of each person bear a name that is not theirs any more; nobody with none."""
    return {row[0]: row[1] for row in await (await driver(connection)).fetch(_TO_REISSUE, list(persons))}


async def former(connection: AsyncConnection, question_id: UUID) -> SealedPerson | None:
    """The person as they were called before the question was settled; None if that changed nothing."""
    row = await (await driver(connection)).fetchrow(_FORMER, question_id)
    return None if row is None else SealedPerson(*row)


async def add_questions(connection: AsyncConnection, questions: Sequence[NameQuestion]) -> None:
    await tables.add_all(connection, _QUESTION, questions)


async def load_question(connection: AsyncConnection, question_id: UUID, *, lock: bool = False) -> NameQuestion:
    """Raises NotFound."""
    statement = select(_QUESTION).where(_QUESTION.c.id == question_id)
    found = await tables.fetch_one(connection, statement.with_for_update() if lock else statement, NameQuestion)
    if found is None:
        raise NotFound(what="name question", id=question_id)
    return found


async def save_question(connection: AsyncConnection, question: NameQuestion) -> None:
    """Store the next version. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, _QUESTION, question, expected=question.version - 1)


async def questions(
    connection: AsyncConnection, scope: Scope, *, status: NameQuestionStatus | None, after: UUID, limit: int
) -> list[NameQuestion]:
    """Questions in `scope`, in the order of their ids, after `after`."""
    owners = None if scope.owners is None else tuple(scope.owners)
    asked = [*lies_in(_QUESTION, scope.reach), *tables.matches(_QUESTION, body_id=owners, status=status)]
    return await tables.fetch_page(connection, _QUESTION, NameQuestion, asked, after=after, limit=limit)
