"""Claim lines in the database, a claim at a time; a live payable line holds its person's subsidy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, column, delete, select, table, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.checks import Check, Held
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.lines import Line
from shared.kernel.levels import Level

_OF_LINE: Final = (
    *("line", "enrolment_id", "person", "programme", "trained_on", "amount_fen", "refusal", "recovered_on"),
)
_LINE: Final = table("claim_line", *map(column, (*_OF_LINE, "claim_id", "live")))
_OF_CLAIM: Final = _LINE.c.claim_id == bindparam("claim")
_FIND: Final = select(*_LINE.c[_OF_LINE]).where(_OF_CLAIM).order_by(_LINE.c.line)
_DELETE: Final = delete(_LINE).where(_OF_CLAIM)
_RELEASE: Final = update(_LINE).where(_OF_CLAIM).values(live=False)

_ADD: Final = text("""
INSERT INTO claim_line (claim_id, line, enrolment_id, person, programme, occupation, level, year, trained_on,
    amount_fen, refusal, live)
SELECT :claim, line, enrolment_id, person, programme, :occupation, :level, :year, trained_on, amount_fen, refusal, true
FROM unnest(CAST(:line AS integer[]), CAST(:enrolment_id AS uuid[]), CAST(:person AS uuid[]),
    CAST(:programme AS text[]), CAST(:trained_on AS date[]), CAST(:amount_fen AS bigint[]), CAST(:refusal AS text[]))
    AS l (line, enrolment_id, person, programme, trained_on, amount_fen, refusal)
""")
_RECOVER: Final = text("""
UPDATE claim_line AS l SET recovered_on = r.recovered_on, live = false
FROM unnest(CAST(:line AS integer[]), CAST(:recovered_on AS date[])) AS r (line, recovered_on)
WHERE l.claim_id = :claim AND l.line = r.line AND r.recovered_on IS NOT NULL AND l.recovered_on IS NULL
""")
_CORRECT: Final = text("""
UPDATE claim_line AS l SET person = c.person, programme = c.programme
FROM unnest(CAST(:line AS integer[]), CAST(:person AS uuid[]), CAST(:programme AS text[]))
    AS c (line, person, programme)
WHERE l.claim_id = :claim AND l.line = c.line
""")
_CLAIMS_OF: Final = text("""
SELECT DISTINCT l.claim_id
FROM claim_line AS l
JOIN heard_enrolment AS e ON e.id = l.enrolment_id
LEFT JOIN heard_alias AS a ON a.person = e.person
WHERE l.enrolment_id = ANY(CAST(:enrolments AS uuid[]))
    AND (l.person <> coalesce(a.into_person, e.person) OR l.programme <> e.programme)
ORDER BY l.claim_id
""")
_QUEUE: Final = text("""
INSERT INTO claimant (person) SELECT person FROM unnest(CAST(:persons AS uuid[])) AS p (person) ORDER BY person
ON CONFLICT (person) DO UPDATE SET person = excluded.person
""")
_HELD: Final = text("""
SELECT person, occupation, level, year FROM claim_line
WHERE person = ANY(CAST(:persons AS uuid[])) AND live AND amount_fen > 0 AND claim_id <> :claim
""")


async def add_all(connection: AsyncConnection, claim: Claim) -> None:
    """Store the lines of a claim that has none yet."""
    names = ("line", "enrolment_id", "person", "programme", "trained_on", "amount_fen", "refusal")
    values = {"occupation": claim.occupation, "level": claim.level, "year": claim.starts_on.year}
    await connection.execute(_ADD, values | _arrays(claim, names))


async def of_claim(connection: AsyncConnection, claim_id: UUID) -> tuple[Line, ...]:
    rows = (await connection.execute(_FIND, {"claim": claim_id})).mappings()
    return tuple(
        Line(**dict(row) | {"refusal": None if row["refusal"] is None else Check(row["refusal"])}) for row in rows
    )


async def replace_all(connection: AsyncConnection, claim: Claim) -> None:
    """Store the lines of a rebuilt claim in place of those it had."""
    await connection.execute(_DELETE, {"claim": claim.id})
    await add_all(connection, claim)


async def release(connection: AsyncConnection, claim: Claim) -> None:
    """Let go of what the lines of a rejected claim hold."""
    await connection.execute(_RELEASE, {"claim": claim.id})


async def recover(connection: AsyncConnection, claim: Claim) -> None:
    """Store which lines were recovered, and let go of what they hold."""
    await connection.execute(_RECOVER, _arrays(claim, ("line", "recovered_on")))


async def correct(connection: AsyncConnection, claim: Claim) -> None:
    """Store whose the lines are, and what they count to."""
    await connection.execute(_CORRECT, _arrays(claim, ("line", "person", "programme")))


def _arrays(claim: Claim, names: Collection[str]) -> dict[str, object]:
    """The claim's id, and an array for each of `names`: what the claim's lines have there."""
    return {"claim": claim.id} | {name: [getattr(line, name) for line in claim.lines] for name in names}


async def claims_of(connection: AsyncConnection, enrolments: Collection[UUID]) -> list[UUID]:
    """The claims with lines of `enrolments` that say something else than what was heard of these, by id."""
    return list(await connection.scalars(_CLAIMS_OF, {"enrolments": list(enrolments)}))


async def queue(connection: AsyncConnection, keys: Collection[UUID]) -> None:
    """Wait until no other transaction builds lines for persons with any of `keys`; others then wait for this one.

    A unique index keeps two lines of one key from one occupation and level, but not from what counts over several: a
    higher level, the trainings of a year, another key of the same human. All come in the order of their keys, so none
    waits for each other.
    """
    if keys:
        await connection.execute(_QUEUE, {"persons": sorted(keys)})


async def held(connection: AsyncConnection, keys: Mapping[UUID, UUID], *, outside: UUID) -> dict[UUID, list[Held]]:
    """What each person holds by live payable lines of other claims than `outside`.

    `keys` are the keys to look under, each with the key that its person goes by.
    """
    found: dict[UUID, list[Held]] = {}
    if keys:
        for row in await connection.execute(_HELD, {"persons": list(keys), "claim": outside}):
            found.setdefault(keys[row.person], []).append(Held(row.occupation, Level(row.level), row.year))
    return found
