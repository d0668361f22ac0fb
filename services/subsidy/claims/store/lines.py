"""Claim lines in the database, a claim at a time; a payable line of a live claim holds its person's subsidy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.held import HeldSubsidy
from services.subsidy.claims.rules.lines import Line
from shared import tables
from shared.contracts.subsidy import SubsidyKind
from shared.database import driver
from shared.kernel.awards import Award
from shared.tables import Choice, Json

LINE: Final = Table(
    "claim_line",
    MetaData(),
    Column("claim_id", Uuid),
    Column("line", Integer),
    Column("enrolment_id", Uuid, key="source_id"),
    Column("person", Uuid),
    Column("programme", Text),
    Column("trained_on", Date),
    Column("amount_fen", BigInteger),
    Column("refusal", Choice(Check)),
    Column("recovered_on", Date),
    Column("grounds", Json),
    Column("stopped_on", Date),
    Column("stopped_fen", BigInteger),
    Column("owed", Json),
    Column("recovered_part_fen", BigInteger),
    Column("written_off_fen", BigInteger),
    Column("dismissed_for", Choice(Check)),
    # Columns of the claim that are also needed for look-ups over all claims of a person.
    Column("occupation", Text),
    Column("level", Choice(Award), key="award"),
    Column("year", Integer),
    Column("live", Boolean),
    Column("kind", Choice(SubsidyKind)),
)
_OF_CLAIM: Final = LINE.c.claim_id == bindparam("of_claim")
_OWN: Final = LINE.c[
    "line",
    "source_id",
    "person",
    "programme",
    "trained_on",
    "amount_fen",
    "refusal",
    "recovered_on",
    "grounds",
    "stopped_on",
    "stopped_fen",
    "owed",
    "recovered_part_fen",
    "written_off_fen",
    "dismissed_for",
]
_FIND: Final = select(*_OWN).where(_OF_CLAIM).order_by(LINE.c.line)
# What a line was decided by is read with a claim alone: it is longer than all the rest, and no fact tells it.
_TOLD: Final = [LINE.c.claim_id, *(column for column in _OWN if column.key != "grounds")]
_FIND_ALL: Final = f"""
SELECT {tables.names(_TOLD)} FROM claim_line WHERE claim_id = ANY($1) ORDER BY claim_id, line
"""
_DELETE: Final = delete(LINE).where(_OF_CLAIM)
_RELEASE: Final = update(LINE).where(_OF_CLAIM).values(live=False)

_ADD: Final = f"INSERT INTO claim_line ({tables.names(LINE.c)}) SELECT * FROM {tables.unnest(LINE.c)}"
_RECOVERED: Final = LINE.c["line", "recovered_on", "recovered_part_fen", "written_off_fen"]
# A line that came back as a whole holds its person's subsidy no longer.
_RECOVER: Final = f"""
UPDATE claim_line AS l
SET recovered_on = given.recovered_on, recovered_part_fen = given.recovered_part_fen,
    written_off_fen = given.written_off_fen,
    live = l.live AND (given.recovered_on IS NULL OR given.recovered_part_fen IS NOT NULL)
FROM {tables.unnest(_RECOVERED, first=2)}
WHERE l.claim_id = $1 AND l.line = given.line
"""
_CORRECTED: Final = LINE.c["line", "person", "programme"]
_CORRECT: Final = f"""
UPDATE claim_line AS l SET person = given.person, programme = given.programme
FROM {tables.unnest(_CORRECTED, first=2)}
WHERE l.claim_id = $1 AND l.line = given.line
"""
_REVERSED: Final = LINE.c["line", "recovered_on", "recovered_part_fen"]
_REVERSE: Final = f"""
UPDATE claim_line AS l
SET recovered_on = given.recovered_on, recovered_part_fen = given.recovered_part_fen, live = true
FROM {tables.unnest(_REVERSED, first=3)}
WHERE l.claim_id = $1 AND l.line = ANY($2) AND l.line = given.line
"""
_FOLLOWED: Final = LINE.c["line", "amount_fen", "refusal", "stopped_on", "stopped_fen", "dismissed_for", "owed"]
# A line that was stopped holds its person's subsidy no longer.
_FOLLOW: Final = f"""
UPDATE claim_line AS l
SET amount_fen = given.amount_fen, refusal = given.refusal, stopped_on = given.stopped_on,
    stopped_fen = given.stopped_fen, owed = given.owed, dismissed_for = given.dismissed_for,
    live = l.live AND given.stopped_on IS NULL
FROM {tables.unnest(_FOLLOWED, first=2)}
WHERE l.claim_id = $1 AND l.line = given.line
"""
# A line may be under any key of the human that a fact names by one.
_DECIDED: Final = """
WITH humans AS (
    SELECT coalesce(a.into_person, named.person) AS person
    FROM unnest($2::uuid[]) AS named (person) LEFT JOIN heard_alias AS a ON a.person = named.person
), keys AS (
    SELECT unnest($2::uuid[]) AS person UNION SELECT person FROM humans
    UNION SELECT a.person FROM heard_alias AS a JOIN humans ON a.into_person = humans.person
), touched AS (
    SELECT claim_id FROM claim_line WHERE enrolment_id = ANY($1) AND live AND amount_fen > 0
    UNION SELECT claim_id FROM claim_line JOIN keys USING (person) WHERE live AND amount_fen > 0
)
SELECT c.id FROM touched JOIN claim AS c ON c.id = touched.claim_id
WHERE c.status IN ('publicity', 'objected', 'approved', 'paid', 'payment_failed')
ORDER BY c.id
"""
_OWED_PERSONS: Final = """
SELECT DISTINCT named.person
FROM unnest($1::uuid[]) AS named (person)
LEFT JOIN heard_alias AS a ON a.person = named.person
LEFT JOIN heard_alias AS o ON o.into_person = coalesce(a.into_person, named.person)
JOIN claim_line AS l ON l.owed IS NOT NULL
    AND l.person IN (named.person, coalesce(a.into_person, named.person), o.person)
"""
_CLAIMS_OF: Final = """
SELECT DISTINCT l.claim_id
FROM claim_line AS l
JOIN (
    SELECT id, person, programme FROM heard_enrolment WHERE id = ANY($1)
    UNION ALL SELECT id, person, programme FROM exam_certificate WHERE id = ANY($1)
) AS e ON e.id = l.enrolment_id
LEFT JOIN heard_alias AS a ON a.person = e.person
WHERE l.enrolment_id = ANY($1) AND (l.person <> coalesce(a.into_person, e.person) OR l.programme <> e.programme)
ORDER BY l.claim_id
"""
_QUEUE: Final = """
INSERT INTO claimant (person) SELECT person FROM unnest($1::uuid[]) AS p (person) ORDER BY person
ON CONFLICT (person) DO UPDATE SET person = excluded.person
"""
_HELD: Final = """
SELECT l.person, l.kind, l.occupation, l.level, l.year, l.claim_id, i.name, c.status, c.held_until, c.paid_on
FROM claim_line AS l JOIN claim AS c ON c.id = l.claim_id
LEFT JOIN heard_institution AS i ON i.id = c.institution_id
WHERE l.person = ANY($1) AND l.live AND l.amount_fen > 0 AND l.claim_id <> $2
ORDER BY l.claim_id, l.line
"""
_TAKEN: Final = """
SELECT l.enrolment_id FROM claim AS c JOIN claim_line AS l ON l.claim_id = c.id
WHERE c.class_id = $1 AND c.kind = $2 AND c.id <> $3 AND l.live AND l.amount_fen > 0
"""


async def add_all(connection: AsyncConnection, claim: Claim) -> None:
    """Store the lines of a claim that has none yet."""
    beside = {
        "claim_id": claim.id,
        "occupation": claim.occupation,
        "award": claim.award,
        "year": claim.starts_on.year,
        "live": True,
        "kind": claim.kind,
    }
    rows = [
        tables.values_of(LINE, line, **beside, grounds=_json(line.grounds), owed=_json(line.owed))
        for line in claim.lines
    ]
    await (await driver(connection)).execute(_ADD, *tables.arrays(LINE.c, rows))


async def of_claim(connection: AsyncConnection, claim_id: UUID) -> tuple[Line, ...]:
    return tuple(await tables.fetch_all(connection, _FIND, Line, of_claim=claim_id))


async def of_claims(connection: AsyncConnection, claims: Collection[UUID]) -> dict[UUID, tuple[Line, ...]]:
    """The lines of several claims, without what they were decided by."""
    names = [column.key for column in _TOLD[1:]]
    found: dict[UUID, list[Line]] = {}
    for claim_id, *values in await (await driver(connection)).fetch(_FIND_ALL, list(claims)):
        line = dict(zip(names, values, strict=True))
        for name in ("refusal", "dismissed_for"):
            if line[name] is not None:
                line[name] = Check(line[name])
        found.setdefault(claim_id, []).append(Line(**line))
    return {claim_id: tuple(lines) for claim_id, lines in found.items()}


async def replace_all(connection: AsyncConnection, claim: Claim) -> None:
    """Store the lines of a rebuilt claim in place of those it had."""
    await connection.execute(_DELETE, {"of_claim": claim.id})
    await add_all(connection, claim)


async def release(connection: AsyncConnection, claim: Claim) -> None:
    """Release the subsidies that the lines of a rejected or withdrawn claim hold."""
    await connection.execute(_RELEASE, {"of_claim": claim.id})


async def recover(connection: AsyncConnection, claim: Claim) -> None:
    """Store what was recovered and written off of the lines; those that came back release the subsidies they hold."""
    await (await driver(connection)).execute(_RECOVER, claim.id, *_arrays(claim, _RECOVERED))


async def reverse(connection: AsyncConnection, claim: Claim, numbers: Collection[int]) -> None:
    """Store that these lines are recovered no longer, or less of them, and hold their subsidies again."""
    await (await driver(connection)).execute(_REVERSE, claim.id, list(numbers), *_arrays(claim, _REVERSED))


async def correct(connection: AsyncConnection, claim: Claim) -> None:
    """Store the persons and programmes of the lines."""
    await (await driver(connection)).execute(_CORRECT, claim.id, *_arrays(claim, _CORRECTED))


async def follow(connection: AsyncConnection, claim: Claim) -> None:
    """Store which lines were stopped, and which are owed."""
    columns = _arrays(claim, _FOLLOWED)
    columns[-1] = [_json(line.owed) for line in claim.lines]
    await (await driver(connection)).execute(_FOLLOW, claim.id, *columns)


async def decided(connection: AsyncConnection, entries: Collection[UUID], persons: Collection[UUID]) -> list[UUID]:
    """Claims past their reviews that pay for one of `entries`, or of `persons` under any of their keys, by id."""
    rows = await (await driver(connection)).fetch(_DECIDED, list(entries), list(persons))
    return [row["id"] for row in rows]


async def owed_persons(connection: AsyncConnection, persons: Collection[UUID]) -> set[UUID]:
    """Those of `persons` who have a paid line, under any of their keys, that is owed."""
    rows = await (await driver(connection)).fetch(_OWED_PERSONS, list(persons))
    return {row["person"] for row in rows}


def _json(content: Mapping[str, Any] | None) -> str | None:
    return None if content is None else orjson.dumps(content).decode()


def _arrays(claim: Claim, columns: Iterable[Column[Any]]) -> list[list[Any]]:
    """The values of the claim's lines, one list for each column."""
    return [[getattr(line, column.key) for line in claim.lines] for column in columns]


async def claims_of(connection: AsyncConnection, entries: Collection[UUID]) -> list[UUID]:
    """Claims with lines of `entries` whose person or programme differs from what was received of them, by id."""
    return [row["claim_id"] for row in await (await driver(connection)).fetch(_CLAIMS_OF, list(entries))]


async def queue(connection: AsyncConnection, keys: Collection[UUID]) -> None:
    """Lock `keys` for building lines: other transactions that build lines for these wait.

    A unique index prevents two lines of one key for one occupation and award, but not conflicts across several: a
    higher level, the trainings of a year, another key of the same human. Keys are locked in sorted order, so that no
    two transactions deadlock.
    """
    if keys:
        await (await driver(connection)).execute(_QUEUE, sorted(keys))


async def held(
    connection: AsyncConnection, keys: Mapping[UUID, UUID], *, outside: UUID
) -> dict[UUID, list[HeldSubsidy]]:
    """The subsidies that each person holds by payable lines of live claims other than `outside`.

    `keys` maps the keys to look up to the current key of their person.
    """
    found: dict[UUID, list[HeldSubsidy]] = {}
    if keys:
        for person, kind, occupation, number, *rest in await (await driver(connection)).fetch(
            _HELD, list(keys), outside
        ):
            subsidy = HeldSubsidy(occupation, Award(number), *rest)._replace(kind=SubsidyKind(kind))
            found.setdefault(keys[person], []).append(subsidy)
    return found


async def taken(connection: AsyncConnection, claim: Claim) -> set[UUID]:
    """The entries of the claim's class or exam for which other claims of its kind pay or paid."""
    rows = await (await driver(connection)).fetch(_TAKEN, claim.source_id, claim.kind, claim.id)
    return {row["enrolment_id"] for row in rows}
