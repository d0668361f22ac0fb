"""Fold a batch of contributions into the totals with one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.contributions import PERSONS, Contribution, Holding
from services.metrics.measures.rules.measures import Measure
from services.metrics.measures.rules.traits import KIND
from shared.backbone.inbox import NotNext
from shared.database import driver

_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged (
    subject uuid, part integer, before integer, version integer, measure text COLLATE "C", plan_year smallint,
    programme text COLLATE "C", region text COLLATE "C", reporting_region text COLLATE "C", level smallint, day date,
    amount bigint, waits_for uuid, organisation uuid, traits smallint DEFAULT 0, was_from date, was_until date
) ON COMMIT DELETE ROWS;
DELETE FROM staged
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
# trainings it held. What has ended was in training before: it enters on one day and leaves on another.
_FOLD = f"""
WITH replaced AS (
    MERGE INTO contribution AS c USING (
        SELECT staged.subject, part, before, version, measure, plan_year, programme, region, reporting_region, level,
            day, amount, waits_for, organisation, traits | coalesce(organisation.kind, 0::smallint) AS traits, was_from,
            was_until
        FROM staged LEFT JOIN organisation ON organisation.id = staged.organisation
    ) AS s ON c.subject = s.subject AND c.part = s.part
    WHEN MATCHED AND (s.before IS NULL OR c.version = s.before) THEN UPDATE
    SET version = s.version, measure = s.measure, plan_year = s.plan_year, programme = s.programme, region = s.region,
        reporting_region = s.reporting_region, level = s.level, day = s.day, amount = s.amount, waits_for = s.waits_for,
        organisation = s.organisation, traits = s.traits, was_from = s.was_from, was_until = s.was_until
    WHEN NOT MATCHED AND (s.before IS NULL OR s.before = 0)
    THEN INSERT (subject, part, version, measure, plan_year, programme, region, reporting_region, level, day, amount,
        waits_for, organisation, traits, was_from, was_until)
    VALUES (s.subject, s.part, s.version, s.measure, s.plan_year, s.programme, s.region, s.reporting_region, s.level,
        s.day, s.amount, s.waits_for, s.organisation, s.traits, s.was_from, s.was_until)
    RETURNING
        old.measure AS m0, old.programme AS p0, old.region AS r0, old.level AS l0, old.day AS d0, old.plan_year AS y0,
        old.reporting_region AS rr0, old.traits AS t0, old.amount AS a0,
        CASE WHEN old.waits_for IS NULL THEN old.was_from END AS f0, old.was_until AS u0,
        new.measure AS m1, new.programme AS p1, new.region AS r1, new.level AS l1, new.day AS d1, new.plan_year AS y1,
        new.reporting_region AS rr1, new.traits AS t1, new.amount AS a1,
        CASE WHEN new.waits_for IS NULL THEN new.was_from END AS f1, new.was_until AS u1
), moved (measure, programme, region, level, day, plan_year, reporting_region, traits, amount) AS (
    SELECT m0, p0, r0, l0, d0, y0, rr0, t0, -a0 FROM replaced WHERE m0 IS NOT NULL
    UNION ALL
    SELECT m1, p1, r1, l1, d1, y1, rr1, t1, a1 FROM replaced WHERE m1 IS NOT NULL
    UNION ALL
    SELECT '{Measure.IN_TRAINING}', p0, r0, l0, day, y0, rr0, t0, amount
    FROM replaced, LATERAL (VALUES (f0, -1), (u0, 1)) AS past (day, amount) WHERE f0 IS NOT NULL
    UNION ALL
    SELECT '{Measure.IN_TRAINING}', p1, r1, l1, day, y1, rr1, t1, amount
    FROM replaced, LATERAL (VALUES (f1, 1), (u1, -1)) AS past (day, amount) WHERE f1 IS NOT NULL
), difference AS (
    SELECT measure, programme, region, level, day, plan_year, reporting_region, traits, sum(amount)::bigint AS amount
    FROM moved GROUP BY measure, programme, region, level, day, plan_year, reporting_region, traits
    HAVING sum(amount) <> 0
), counted AS (
    MERGE INTO cell AS c USING difference AS d
    ON (c.measure, c.programme, c.region, c.level, c.day, c.plan_year, c.reporting_region, c.traits)
        = (d.measure, d.programme, d.region, d.level, d.day, d.plan_year, d.reporting_region, d.traits)
    WHEN MATCHED THEN UPDATE SET amount = c.amount + d.amount
    WHEN NOT MATCHED THEN INSERT
        (measure, programme, region, level, day, plan_year, reporting_region, traits, amount)
    VALUES (d.measure, d.programme, d.region, d.level, d.day, d.plan_year, d.reporting_region, d.traits, d.amount)
)
SELECT (SELECT count(*) FROM replaced) = (SELECT count(*) FROM staged)
"""

_STARTED = "SELECT class_id FROM started WHERE class_id = ANY($1)"
_START = "INSERT INTO started SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING class_id"
# What waited for these classes counts from now on, unless the batch brings something newer.
_STAGE_BEGUN = f"""
INSERT INTO staged (
    subject, part, before, version, measure, plan_year, programme, region, reporting_region, level, day, amount,
    organisation, traits, was_from, was_until
)
SELECT subject, part, version, version, CASE WHEN was_from IS NULL THEN $2 ELSE measure END, plan_year, programme,
    region, reporting_region, level, day, CASE WHEN was_from IS NULL THEN 1 ELSE amount END, organisation,
    traits & ~{KIND.mask}, was_from, was_until
FROM contribution AS c
WHERE waits_for = ANY($1) AND NOT EXISTS (SELECT FROM staged AS s WHERE s.subject = c.subject AND s.part = c.part)
"""
# The kind of an organisation: what was counted before it was told is found by its index, of what was counted with
# another kind there is none, because organisations rarely change what they are.
_DESCRIBE = """
INSERT INTO organisation (id, kind) SELECT * FROM unnest($1::uuid[], $2::smallint[])
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind WHERE organisation.kind <> excluded.kind
RETURNING organisation.id, old.kind IS NULL AS is_new
"""
_STAGE_DESCRIBED = f"""
INSERT INTO staged (
    subject, part, before, version, measure, plan_year, programme, region, reporting_region, level, day, amount,
    waits_for, organisation, traits, was_from, was_until
)
SELECT subject, part, version, version, measure, plan_year, programme, region, reporting_region, level, day, amount,
    waits_for, organisation, traits & ~{KIND.mask}, was_from, was_until
FROM contribution AS c
WHERE organisation = ANY($1) AND {{narrowed}}
  AND NOT EXISTS (SELECT FROM staged AS s WHERE s.subject = c.subject AND s.part = c.part)
"""
_STAGE_NEW = _STAGE_DESCRIBED.format(narrowed=f"traits & {KIND.mask} = 0")
_STAGE_CHANGED = _STAGE_DESCRIBED.format(narrowed=f"traits & {KIND.mask} <> 0")

_HOLD = """
INSERT INTO holding (
    certificate, person, plan_year, programme, region, reporting_region, level, issued_on, valid, organisation
)
SELECT * FROM unnest(
    $1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::smallint[], $8::date[],
    $9::boolean[], $10::uuid[]
)
ON CONFLICT (certificate) DO UPDATE
SET person = excluded.person, plan_year = excluded.plan_year, programme = excluded.programme, region = excluded.region,
    reporting_region = excluded.reporting_region, level = excluded.level, issued_on = excluded.issued_on,
    valid = excluded.valid, organisation = excluded.organisation
"""
# A person counts once, with the first of their valid certificates; without one, nothing is left of them but the row.
# What a key that goes on as another one holds, counts for that other one.
_STAGE_PERSONS = """
INSERT INTO staged (
    subject, part, version, measure, plan_year, programme, region, reporting_region, level, day, amount, organisation
)
SELECT persons.person, $3, 1, CASE WHEN first.certificate IS NOT NULL THEN $2::text END, coalesce(first.plan_year, 0),
       first.programme, first.region, coalesce(first.reporting_region, ''), first.level, first.issued_on,
       (first.certificate IS NOT NULL)::integer, first.organisation
FROM (
    SELECT person FROM unnest($1::uuid[]) AS touched (person)
    UNION SELECT alias.into_person FROM unnest($1::uuid[]) AS touched (person) JOIN alias USING (person)
) AS persons
LEFT JOIN LATERAL (
    SELECT certificate, plan_year, programme, region, reporting_region, level, issued_on, organisation
    FROM (
        SELECT persons.person AS key
        UNION ALL SELECT alias.person FROM alias WHERE alias.into_person = persons.person
    ) AS keys
    JOIN holding ON holding.person = keys.key AND valid AND level BETWEEN $4 AND $5
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


_STAGED = ["level" if field == "award" else field for field in Contribution._fields]
"""The columns of contributions. `level` holds an award's number: the rank of a level, more for the others."""


class Aliases(NamedTuple):
    """Keys that go on as others from now on, each with that other one, and keys that stand for themselves again."""

    merged: dict[UUID, UUID]
    separated: set[UUID]


class Described(NamedTuple):
    """Organisations whose kind is known for the first time, and those that had another."""

    told: set[UUID]
    changed: set[UUID]


NOBODY: Final = Described(set(), set())


async def describe(connection: AsyncConnection, kinds: Mapping[UUID, int]) -> Described:
    """Keep the kinds of the organisations; returns those for which that is new."""
    if not kinds:
        return NOBODY
    rows = await (await driver(connection)).fetch(_DESCRIBE, list(kinds), list(kinds.values()))
    new = {row["id"] for row in rows if row["is_new"]}
    return Described(new, {row["id"] for row in rows} - new)


async def started(connection: AsyncConnection, class_ids: Collection[UUID]) -> set[UUID]:
    """Those of the classes that have started."""
    if not class_ids:
        return set()
    return {row["class_id"] for row in await (await driver(connection)).fetch(_STARTED, list(class_ids))}


async def start(connection: AsyncConnection, class_ids: Collection[UUID]) -> set[UUID]:
    """Keep that the classes have started; returns those of which that is new."""
    if not class_ids:
        return set()
    return {row["class_id"] for row in await (await driver(connection)).fetch(_START, list(class_ids))}


async def fold(
    connection: AsyncConnection,
    contributions: Iterable[Contribution],
    holdings: Sequence[Holding],
    aliases: Aliases,
    *,
    begun: Collection[UUID] = (),
    organisations: Described = NOBODY,
) -> None:
    """Replace what each subject contributed, move the totals by the difference, and recount persons.

    What waited for the classes `begun` counts as in training; what the `organisations` did counts under their kinds.

    Raises NotNext if a subject is not at the version before; the caller then undoes what was done.
    `contributions`, `holdings` and `aliases` name each (subject, part), certificate and person at most once.
    """
    database = await driver(connection)
    await database.execute(_STAGE)
    await database.copy_records_to_table("staged", columns=_STAGED, records=contributions)
    if begun:
        await database.execute(_STAGE_BEGUN, list(begun), Measure.IN_TRAINING)
    touched = {each.person for each in holdings}
    if holdings:
        await database.execute(_HOLD, *zip(*holdings, strict=True))
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
