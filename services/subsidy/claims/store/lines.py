"""Claim lines in the database, a claim at a time; a live payable line holds its person's subsidy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.checks import Check, Held
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.lines import Line
from services.subsidy.trainings.store import aliases
from shared.database import driver
from shared.kernel.levels import Level
from shared.kernel.money import Fen

# The arrays go through SQLAlchemy, so that a lost race is an error that the request is handled again for.
_ADD = """
INSERT INTO claim_line (claim_id, line, enrolment_id, person, programme, occupation, level, year, trained_on,
    amount_fen, refusal, live)
SELECT :claim_id, line, enrolment_id, person, programme, :occupation, :level, :year, trained_on, amount_fen, refusal,
    true
FROM unnest(CAST(:lines AS integer[]), CAST(:enrolments AS uuid[]), CAST(:persons AS uuid[]),
    CAST(:programmes AS text[]), CAST(:days AS date[]), CAST(:amounts AS bigint[]), CAST(:refusals AS text[]))
    AS l (line, enrolment_id, person, programme, trained_on, amount_fen, refusal)
"""
_OF_CLAIM = """
SELECT line, enrolment_id, person, programme, trained_on, amount_fen, refusal, recovered_on
FROM claim_line WHERE claim_id = :claim_id ORDER BY line
"""
_DELETE = "DELETE FROM claim_line WHERE claim_id = :claim_id"
_RELEASE = "UPDATE claim_line SET live = false WHERE claim_id = :claim_id"
_RECOVER = """
UPDATE claim_line AS l SET recovered_on = r.recovered_on, live = false
FROM unnest(CAST(:lines AS integer[]), CAST(:days AS date[])) AS r (line, recovered_on)
WHERE l.claim_id = :claim_id AND l.line = r.line AND l.recovered_on IS NULL
"""
_CLAIMS_OF = """
SELECT DISTINCT l.claim_id
FROM claim_line AS l
JOIN heard_enrolment AS e ON e.id = l.enrolment_id
LEFT JOIN heard_alias AS a ON a.person = e.person
WHERE l.enrolment_id = ANY($1) AND (l.person <> coalesce(a.into_person, e.person) OR l.programme <> e.programme)
ORDER BY l.claim_id
"""
_CORRECT = """
UPDATE claim_line AS l SET person = c.person, programme = c.programme
FROM unnest(CAST(:lines AS integer[]), CAST(:persons AS uuid[]), CAST(:programmes AS text[]))
    AS c (line, person, programme)
WHERE l.claim_id = :claim_id AND l.line = c.line
"""
_QUEUE = """
INSERT INTO claimant (person) SELECT person FROM unnest(CAST(:persons AS uuid[])) AS p (person) ORDER BY person
ON CONFLICT (person) DO UPDATE SET person = excluded.person
"""
_HELD = """
SELECT person, occupation, level, year FROM claim_line
WHERE person = ANY(CAST(:persons AS uuid[])) AND live AND amount_fen > 0 AND claim_id <> :claim_id
"""


async def add_all(connection: AsyncConnection, claim: Claim) -> None:
    """Store the lines of a claim that has none yet."""
    values = {
        "claim_id": claim.id,
        "occupation": claim.occupation,
        "level": claim.level.value,
        "year": claim.starts_on.year,
        "lines": [each.line for each in claim.lines],
        "enrolments": [each.enrolment_id for each in claim.lines],
        "persons": [each.person for each in claim.lines],
        "programmes": [each.programme for each in claim.lines],
        "days": [each.trained_on for each in claim.lines],
        "amounts": [each.amount_fen for each in claim.lines],
        "refusals": [each.refusal for each in claim.lines],
    }
    await connection.execute(text(_ADD), values)


async def of_claim(connection: AsyncConnection, claim_id: UUID) -> tuple[Line, ...]:
    rows = await connection.execute(text(_OF_CLAIM), {"claim_id": claim_id})
    return tuple(
        Line(
            line=row.line,
            enrolment_id=row.enrolment_id,
            person=row.person,
            programme=row.programme,
            trained_on=row.trained_on,
            amount_fen=Fen(row.amount_fen),
            refusal=None if row.refusal is None else Check(row.refusal),
            recovered_on=row.recovered_on,
        )
        for row in rows
    )


async def replace_all(connection: AsyncConnection, claim: Claim) -> None:
    """Store the lines of a rebuilt claim in place of those it had."""
    await connection.execute(text(_DELETE), {"claim_id": claim.id})
    await add_all(connection, claim)


async def release(connection: AsyncConnection, claim: Claim) -> None:
    """Let go of what the lines of a rejected claim hold."""
    await connection.execute(text(_RELEASE), {"claim_id": claim.id})


async def recover(connection: AsyncConnection, claim: Claim) -> None:
    """Store which lines were recovered, and let go of what they hold."""
    recovered = [each for each in claim.lines if each.recovered_on is not None]
    values = {
        "claim_id": claim.id,
        "lines": [each.line for each in recovered],
        "days": [each.recovered_on for each in recovered],
    }
    await connection.execute(text(_RECOVER), values)


async def claims_of(connection: AsyncConnection, enrolments: Collection[UUID]) -> list[UUID]:
    """The claims with lines of `enrolments` that say something else than what was heard of these, by id."""
    rows = await (await driver(connection)).fetch(_CLAIMS_OF, list(enrolments))
    return [row["claim_id"] for row in rows]


async def correct(connection: AsyncConnection, claim: Claim) -> None:
    """Store whose the lines are, and what they count to."""
    values = {
        "claim_id": claim.id,
        "lines": [each.line for each in claim.lines],
        "persons": [each.person for each in claim.lines],
        "programmes": [each.programme for each in claim.lines],
    }
    await connection.execute(text(_CORRECT), values)


async def queue(connection: AsyncConnection, persons: Collection[UUID]) -> None:
    """Wait until nobody else builds lines for any of `persons`, and make others wait until this transaction ends.

    A unique index keeps two lines of one key from one occupation and level, but not from what counts over several: a
    higher level, the trainings of a year, another key of the same human. All come in the order of their keys, so none
    waits for each other.
    """
    keys = await aliases.keys_of(connection, persons)
    await connection.execute(text(_QUEUE), {"persons": sorted(keys)})


async def held(connection: AsyncConnection, persons: Collection[UUID], *, outside: UUID) -> dict[UUID, list[Held]]:
    """What each of `persons` holds, under whichever key, by live payable lines of other claims than `outside`."""
    return await _held(connection, await aliases.keys_of(connection, persons), outside=outside)


async def held_by_other_keys(
    connection: AsyncConnection, persons: Collection[UUID], *, outside: UUID
) -> dict[UUID, list[Held]]:
    """The same, of those keys alone that go on as one of `persons`: no index keeps these from holding the same."""
    keys = await aliases.keys_of(connection, persons)
    others = {key: person for key, person in keys.items() if key != person}
    return await _held(connection, others, outside=outside)


async def _held(connection: AsyncConnection, keys: Mapping[UUID, UUID], *, outside: UUID) -> dict[UUID, list[Held]]:
    found: dict[UUID, list[Held]] = {}
    for row in await connection.execute(text(_HELD), {"persons": list(keys), "claim_id": outside}):
        found.setdefault(keys[row.person], []).append(Held(row.occupation, Level(row.level), row.year))
    return found
