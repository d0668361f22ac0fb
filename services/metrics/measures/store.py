"""Fold a batch of contributions into the totals with one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.contributions import PERSONS, Combination, Contribution, Holding
from services.metrics.measures.rules.measures import Measure
from shared.backbone.inbox import NotNext
from shared.database import driver

_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged (
    subject uuid, part integer, before integer, version integer, measure text COLLATE "C", day date, amount bigint,
    from_on date, until date, waits_for uuid, organisation uuid, combination integer
) ON COMMIT DELETE ROWS;
DELETE FROM staged
"""

_ASKED = """
unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::smallint[]) WITH ORDINALITY
    AS asked (plan_year, programme, region, reporting_region, award, traits, place)
"""
_OF_COMBINATION = "plan_year, programme, region, reporting_region, award, traits"
_NUMBERS = f"SELECT place, id FROM {_ASKED} JOIN combination USING ({_OF_COMBINATION})"
# Looked for first, because each conflict would use up a number.
_ADD_COMBINATIONS = f"""
INSERT INTO combination ({_OF_COMBINATION})
SELECT {_OF_COMBINATION} FROM {_ASKED} LEFT JOIN combination USING ({_OF_COMBINATION}) WHERE id IS NULL
"""

# Each row of `contribution` is replaced by its staged successor; what it counted before is taken from its old cell,
# what it counts now is added to its new one, and each cell is touched once. A row is replaced only if it has the
# version that its successor follows: the answer says whether all were, so that the versions need not be read first.
#
# MERGE, not INSERT … ON CONFLICT: batches of one consumer follow each other (the position's lock), so there is no rival
# to guard against, and MERGE neither locks each row before it updates it (half the WAL) nor looks up each key by itself
# when the batch is large: measured 1.6 times as fast. It is sent without parameters, hence planned again each time, by
# the size that the batch really has.
#
# The kind of the organisation is added here, from what is known of it by now: an organisation may be told after the
# trainings it held. Days in training count once the class has started: the first adds one, the day of an outcome takes
# it off again.
_FOLD = f"""
WITH replaced AS (
    MERGE INTO contribution AS c USING (
        SELECT staged.*, coalesce(organisation.kind, 0::smallint) AS kind,
            CASE WHEN class_id IS NULL THEN waits_for END AS still_waits_for
        FROM staged
        LEFT JOIN organisation ON organisation.id = staged.organisation
        LEFT JOIN started ON started.class_id = staged.waits_for
    ) AS s ON c.subject = s.subject AND c.part = s.part
    WHEN MATCHED AND (s.before IS NULL OR c.version = s.before) THEN UPDATE
    SET version = s.version, measure = s.measure, combination = s.combination, kind = s.kind, day = s.day,
        amount = s.amount, from_on = s.from_on, until = s.until, waits_for = s.still_waits_for,
        organisation = s.organisation
    WHEN NOT MATCHED AND (s.before IS NULL OR s.before = 0)
    THEN INSERT (subject, part, version, measure, combination, kind, day, amount, from_on, until, waits_for,
        organisation)
    VALUES (s.subject, s.part, s.version, s.measure, s.combination, s.kind, s.day, s.amount, s.from_on, s.until,
        s.still_waits_for, s.organisation)
    RETURNING
        old.measure AS m0, old.combination AS c0, old.kind AS k0, old.day AS d0, old.amount AS a0,
        CASE WHEN old.waits_for IS NULL THEN old.from_on END AS f0, old.until AS u0,
        new.measure AS m1, new.combination AS c1, new.kind AS k1, new.day AS d1, new.amount AS a1,
        CASE WHEN new.waits_for IS NULL THEN new.from_on END AS f1, new.until AS u1
), moved (measure, combination, kind, day, amount) AS (
    SELECT m0, c0, k0, d0, -a0 FROM replaced WHERE m0 IS NOT NULL
    UNION ALL SELECT m1, c1, k1, d1, a1 FROM replaced WHERE m1 IS NOT NULL
    UNION ALL SELECT '{Measure.IN_TRAINING}', c0, k0, f0, -1 FROM replaced WHERE f0 IS NOT NULL
    UNION ALL SELECT '{Measure.IN_TRAINING}', c0, k0, u0, 1 FROM replaced WHERE f0 IS NOT NULL AND u0 IS NOT NULL
    UNION ALL SELECT '{Measure.IN_TRAINING}', c1, k1, f1, 1 FROM replaced WHERE f1 IS NOT NULL
    UNION ALL SELECT '{Measure.IN_TRAINING}', c1, k1, u1, -1 FROM replaced WHERE f1 IS NOT NULL AND u1 IS NOT NULL
), difference AS (
    SELECT measure, combination, kind, day, sum(amount)::bigint AS amount
    FROM moved GROUP BY measure, combination, kind, day HAVING sum(amount) <> 0
), counted AS (
    MERGE INTO cell AS c USING difference AS d
    ON (c.measure, c.combination, c.kind, c.day) = (d.measure, d.combination, d.kind, d.day)
    WHEN MATCHED THEN UPDATE SET amount = c.amount + d.amount
    WHEN NOT MATCHED THEN INSERT (measure, combination, kind, day, amount)
    VALUES (d.measure, d.combination, d.kind, d.day, d.amount)
)
SELECT (SELECT count(*) FROM replaced) = (SELECT count(*) FROM staged)
"""

_START = "INSERT INTO started SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING class_id"
_STAGE_AGAIN = """
INSERT INTO staged (
    subject, part, before, version, measure, combination, day, amount, from_on, until, waits_for, organisation
)
SELECT subject, part, version, version, measure, combination, day, amount, from_on, until, waits_for, organisation
FROM contribution AS c
WHERE {narrowed} AND NOT EXISTS (SELECT FROM staged AS s WHERE s.subject = c.subject AND s.part = c.part)
"""
# What waited for these classes counts from now on, unless the batch brings something newer.
_STAGE_BEGUN = _STAGE_AGAIN.format(narrowed="waits_for = ANY($1)")
# The kind of an organisation: what was counted before it was told is found by its index, of what was counted with
# another kind there is none, because organisations rarely change what they are.
_DESCRIBE = """
INSERT INTO organisation (id, kind, name) SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[])
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name
WHERE (organisation.kind, organisation.name) IS DISTINCT FROM (excluded.kind, excluded.name)
RETURNING organisation.id, old.kind IS NULL AS is_new, old.kind <> organisation.kind AS is_changed
"""
_STAGE_NEW, _STAGE_CHANGED = (
    _STAGE_AGAIN.format(narrowed=f"organisation = ANY($1) AND {kind}") for kind in ("kind = 0", "kind <> 0")
)

_HOLD = """
INSERT INTO holding (certificate, person, issued_on, valid, organisation, combination)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::boolean[], $5::uuid[], $6::integer[])
ON CONFLICT (certificate) DO UPDATE
SET person = excluded.person, issued_on = excluded.issued_on, valid = excluded.valid,
    organisation = excluded.organisation, combination = excluded.combination
"""
# A person counts once, with the first of their valid certificates; without one, nothing is left of them but the row.
# What a key that goes on as another one holds, counts for that other one.
_STAGE_PERSONS = """
INSERT INTO staged (subject, part, version, measure, combination, day, amount, organisation)
SELECT persons.person, $3, 1, CASE WHEN first.certificate IS NOT NULL THEN $2::text END, first.combination,
       first.issued_on, (first.certificate IS NOT NULL)::integer, first.organisation
FROM (
    SELECT person FROM unnest($1::uuid[]) AS touched (person)
    UNION SELECT alias.into_person FROM unnest($1::uuid[]) AS touched (person) JOIN alias USING (person)
) AS persons
LEFT JOIN LATERAL (
    SELECT certificate, combination, issued_on, organisation
    FROM (
        SELECT persons.person AS key
        UNION ALL SELECT alias.person FROM alias WHERE alias.into_person = persons.person
    ) AS keys
    JOIN holding ON holding.person = keys.key AND valid
    JOIN combination ON combination.id = holding.combination AND award BETWEEN $4 AND $5
    WHERE NOT EXISTS (SELECT FROM alias WHERE alias.person = persons.person)
    ORDER BY issued_on, certificate LIMIT 1
) AS first ON true
WHERE first.certificate IS NOT NULL
   OR EXISTS (SELECT FROM contribution AS c WHERE c.subject = persons.person AND c.part = $3)
"""
_FORMER = "SELECT into_person FROM alias WHERE person = ANY($1)"
_MERGE = """
INSERT INTO alias (person, into_person) SELECT * FROM unnest($1::uuid[], $2::uuid[])
ON CONFLICT (person) DO UPDATE SET into_person = excluded.into_person
"""
_SEPARATE = "DELETE FROM alias WHERE person = ANY($1)"
_KNOWN = """
SELECT named.subject, contribution.version
FROM unnest($1::text[]) AS named (subject)
JOIN contribution ON contribution.subject = split_part(named.subject, '/', 2)::uuid AND part = 0
"""


class Aliases(NamedTuple):
    """Keys that go on as others from now on, each with that other one, and keys that stand for themselves again."""

    merged: dict[UUID, UUID]
    separated: set[UUID]


class Organisation(NamedTuple):
    """An institution or an assessment body: the number of its kind, and what it is called."""

    kind: int
    name: str


class Described(NamedTuple):
    """Organisations whose kind is known for the first time, and those that had another."""

    told: set[UUID]
    changed: set[UUID]


NOBODY: Final = Described(set(), set())


async def describe(connection: AsyncConnection, told: Mapping[UUID, Organisation]) -> Described:
    """Keep the kinds and names of the organisations; returns those of which the kind is new."""
    if not told:
        return NOBODY
    kinds, names = zip(*told.values(), strict=True)
    rows = await (await driver(connection)).fetch(_DESCRIBE, list(told), kinds, names)
    return Described({row["id"] for row in rows if row["is_new"]}, {row["id"] for row in rows if row["is_changed"]})


async def start(connection: AsyncConnection, class_ids: Collection[UUID]) -> set[UUID]:
    """Keep that the classes have started; returns those of which that is new."""
    if not class_ids:
        return set()
    return {row["class_id"] for row in await (await driver(connection)).fetch(_START, list(class_ids))}


async def fold(
    connection: AsyncConnection,
    contributions: Sequence[Contribution],
    holdings: Sequence[Holding],
    aliases: Aliases,
    *,
    begun: Collection[UUID] = (),
    organisations: Described = NOBODY,
) -> None:
    """Replace what each subject contributed, move the totals by the difference, and recount persons.

    Days in training that waited for the classes `begun` count; what the `organisations` did counts under their kinds.

    Raises NotNext if a subject is not at the version before; the caller then undoes what was done.
    `contributions`, `holdings` and `aliases` name each (subject, part), certificate and person at most once.
    """
    database = await driver(connection)
    await database.execute(_STAGE)
    combinations = {each.combination for each in contributions} | {each.combination for each in holdings}
    numbers = await _numbers(database, [each for each in combinations if each is not None])
    await database.copy_records_to_table(
        "staged",
        columns=Contribution._fields,
        records=((*each[:-1], numbers[each.combination]) for each in contributions),
    )
    if begun:
        await database.execute(_STAGE_BEGUN, list(begun))
    touched = {each.person for each in holdings}
    if holdings:
        numbered = ((*each[:-1], numbers[each.combination]) for each in holdings)
        await database.execute(_HOLD, *zip(*numbered, strict=True))
    if aliases.merged or aliases.separated:
        touched |= await _rename(connection, aliases)
    if touched:
        for part, (measure, levels) in enumerate(PERSONS.items()):
            await database.execute(_STAGE_PERSONS, list(touched), measure, part, *levels)
    for statement, described in ((_STAGE_NEW, organisations.told), (_STAGE_CHANGED, organisations.changed)):
        if described:
            await database.execute(statement, list(described))
    if not await database.fetchval(_FOLD):
        raise NotNext


async def _numbers(
    database: asyncpg.Connection, combinations: Sequence[Combination]
) -> Mapping[Combination | None, int | None]:
    """The numbers of the combinations; those met for the first time are given one. Nothing has none."""
    columns = list(zip(*combinations, strict=True)) or [()] * len(Combination._fields)
    found = await database.fetch(_NUMBERS, *columns)
    if len(found) < len(combinations):
        await database.execute(_ADD_COMBINATIONS, *columns)
        found = await database.fetch(_NUMBERS, *columns)
    return {None: None} | {combinations[row["place"] - 1]: row["id"] for row in found}


async def _rename(connection: AsyncConnection, aliases: Aliases) -> set[UUID]:
    """The keys for which something else counts now: also those that others went on as until now."""
    database = await driver(connection)
    renamed = [*aliases.merged, *aliases.separated]
    former = {row["into_person"] for row in await database.fetch(_FORMER, renamed)}
    await database.execute(_SEPARATE, list(aliases.separated))
    await database.execute(_MERGE, list(aliases.merged), list(aliases.merged.values()))
    return {*renamed, *former}


async def known_versions(connection: AsyncConnection, subjects: Collection[str]) -> Mapping[str, int]:
    """The versions of those of `subjects` ("claims/…") that contributed before."""
    return dict(await (await driver(connection)).fetch(_KNOWN, list(subjects)))
