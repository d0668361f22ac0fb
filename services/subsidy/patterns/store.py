"""Findings in the database, each with the hold that it is, and what they are found by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Boolean, Column, ColumnElement, Date, Integer, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.holds import store as hold_store
from services.subsidy.holds.rules import HoldStatus
from services.subsidy.patterns.rules import (
    BURST_DAYS,
    Duty,
    DutySource,
    Hours,
    PatternFinding,
    PatternRule,
    SeenAccount,
)
from shared import tables
from shared.database import driver
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach
from shared.tables import Choice, Instant, Json, fixed

FINDING: Final = Table(
    "pattern_finding",
    MetaData(),
    fixed("id", Uuid),
    fixed("rule", Choice(PatternRule)),
    fixed("key", Text),
    fixed("institution_id", Uuid),
    fixed("person", Uuid),
    fixed("evidence", Json),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("found_at", Instant),
    fixed("due_on", Date),
    Column("status", Choice(HoldStatus)),
    Column("settled_by", Text),
    Column("settled_at", Instant),
    Column("reason", Text),
    Column("version", Integer),
    fixed("source_id", Uuid),
)
DUTY_SOURCE: Final = Table(
    "duty_source",
    MetaData(),
    Column("id", Uuid),
    Column("is_exam", Boolean),
    Column("organisation_id", Uuid),
    Column("region", Text),
    Column("reporting_region", Text),
)
# In one order always, so that two batches do not wait for each other. Each new finding is a hold from then on.
_ADD: Final = f"""
WITH added AS (
    INSERT INTO pattern_finding ({tables.names(FINDING.c)})
    SELECT * FROM {tables.unnest(FINDING.c)} ORDER BY rule, key
    ON CONFLICT (rule, key) DO NOTHING RETURNING *
)
INSERT INTO heard_flag (id, code, kind, institution_id, class_id, person, region, reporting_region, status)
SELECT a.id, checks.code, a.rule, a.institution_id, a.source_id, a.person, a.region, a.reporting_region, 'open'
FROM added AS a JOIN unnest($17::text[], $18::text[]) AS checks (rule, code) ON checks.rule = a.rule
"""
_SEEN: Final = """
SELECT DISTINCT ON (a.mark, a.institution_id) a.mark, a.id, a.institution_id, a.region, a.reporting_region,
    NOT EXISTS (SELECT FROM heard_institution AS i WHERE i.id = a.institution_id) AS is_person,
    EXISTS (
        SELECT FROM banned_party AS b WHERE b.institution_id = a.institution_id AND NOT b.lifted
            AND b.first_on <= $2 AND (b.last_on IS NULL OR b.last_on >= $2)
    ) AS is_banned
FROM payee_account AS a WHERE a.mark = ANY($1) AND a.status IN ('current', 'replaced')
ORDER BY a.mark, a.institution_id, a.status, a.id DESC
"""
_MARKS_OF: Final = """
SELECT DISTINCT mark FROM payee_account WHERE institution_id = ANY($1) AND status IN ('current', 'replaced')
"""
_KEEP_BANNED: Final = """
INSERT INTO banned_party (sanction_id, institution_id, first_on, last_on, lifted)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::date[], $5::boolean[])
    AS b (sanction_id, institution_id, first_on, last_on, lifted)
ORDER BY sanction_id
ON CONFLICT (sanction_id) DO UPDATE SET first_on = excluded.first_on, last_on = excluded.last_on,
    lifted = excluded.lifted
"""
# By an index of the person and the day: what it costs depends on the people named, not on how many there are.
_BURSTS: Final = f"""
WITH named AS (
    SELECT DISTINCT coalesce(a.into_person, n.person) AS human, n.issued_on
    FROM unnest($1::uuid[], $2::date[]) AS n (person, issued_on) LEFT JOIN heard_alias AS a ON a.person = n.person
), keys AS (
    SELECT human, issued_on, human AS person FROM named
    UNION SELECT n.human, n.issued_on, a.person FROM named AS n JOIN heard_alias AS a ON a.into_person = n.human
)
SELECT k.human, k.issued_on, array_agg(c.id ORDER BY c.issued_on, c.id) AS certificates,
    array_agg(c.body_id ORDER BY c.issued_on, c.id) AS bodies,
    (array_agg(c.region ORDER BY c.issued_on DESC, c.id DESC))[1] AS region,
    (array_agg(c.reporting_region ORDER BY c.issued_on DESC, c.id DESC))[1] AS reporting_region
FROM keys AS k JOIN exam_certificate AS c ON c.person = k.person AND c.valid
    AND c.issued_on BETWEEN k.issued_on - {BURST_DAYS} AND k.issued_on
GROUP BY k.human, k.issued_on
"""
_KEEP_SOURCES: Final = f"""
INSERT INTO duty_source ({tables.names(DUTY_SOURCE.c)}) SELECT * FROM {tables.unnest(DUTY_SOURCE.c)} ORDER BY id
ON CONFLICT (id) DO UPDATE SET {tables.excluded(DUTY_SOURCE.c)}
"""
_DROP_DUTIES: Final = "DELETE FROM duty WHERE source_id = ANY($1)"
# By an index of the person and the hour; no lesson and no sitting is longer than a day. Two lessons are no pair, and a
# class that was cancelled has none.
_PAIRS: Final = """
WITH named AS (
    SELECT DISTINCT d.source_id, coalesce(a.into_person, d.person) AS human, d.begins_at, d.ends_at
    FROM duty AS d LEFT JOIN heard_alias AS a ON a.person = d.person
    WHERE d.source_id = ANY($1) OR d.person = ANY($2)
), keyed AS (
    SELECT n.*, n.human AS person FROM named AS n
    UNION ALL SELECT n.*, a.person FROM named AS n JOIN heard_alias AS a ON a.into_person = n.human
)
SELECT DISTINCT k.human, k.begins_at, k.ends_at, s.id, s.is_exam, s.organisation_id, s.region, s.reporting_region,
    d.begins_at, d.ends_at, o.id, o.is_exam, o.organisation_id, o.region, o.reporting_region
FROM keyed AS k
JOIN duty AS d ON d.person = k.person AND d.begins_at < k.ends_at AND d.begins_at > k.begins_at - interval '1 day'
    AND d.ends_at > k.begins_at AND d.source_id <> k.source_id
JOIN duty_source AS s ON s.id = k.source_id
JOIN duty_source AS o ON o.id = d.source_id AND (o.is_exam OR s.is_exam)
WHERE NOT EXISTS (SELECT FROM heard_class AS c WHERE c.id IN (s.id, o.id) AND c.state = 'cancelled')
"""
_RATES: Final = """
SELECT rule, count(*) AS found, count(*) FILTER (WHERE status = 'upheld') AS upheld,
    count(*) FILTER (WHERE status = 'dismissed') AS dismissed,
    count(*) FILTER (WHERE status = 'open') AS open,
    count(*) FILTER (WHERE status = 'open' AND due_on < $1) AS overdue
FROM pattern_finding WHERE $2::text[] IS NULL OR $2 && ARRAY[region, reporting_region] GROUP BY rule
"""


class Banned(NamedTuple):
    """A sanction that keeps an institution out on these days; lifted, it does no more."""

    sanction_id: UUID
    institution_id: UUID
    first_on: date
    last_on: date | None
    lifted: bool


class CertificateRun(NamedTuple):
    """The valid certificates of one human in the days up to one of them, in order, with the body of each."""

    human: UUID
    issued_on: date
    certificates: Sequence[UUID]
    bodies: Sequence[UUID]
    region: str
    reporting_region: str


class PatternRate(NamedTuple):
    rule: str
    found: int
    upheld: int
    dismissed: int
    open: int
    overdue: int


async def add_all(connection: AsyncConnection, findings: Sequence[PatternFinding]) -> None:
    """Store the findings that are not known yet, each as a hold."""
    if findings:
        rows = [tables.values_of(FINDING, each, evidence=orjson.dumps(each.evidence).decode()) for each in findings]
        rules, checks = [rule.value for rule in PatternRule], [rule.words.check for rule in PatternRule]
        await (await driver(connection)).execute(_ADD, *tables.arrays(FINDING.c, rows), rules, checks)


async def keep_banned(connection: AsyncConnection, banned: Sequence[Banned]) -> None:
    """Store the latest state of each sanction that keeps an institution out."""
    if banned:
        columns = [list(values) for values in zip(*banned, strict=True)]
        await (await driver(connection)).execute(_KEEP_BANNED, *columns)


async def marks_of(connection: AsyncConnection, payees: Collection[UUID]) -> list[UUID]:
    """The marks of the accounts that these payees have or had."""
    return [row["mark"] for row in await (await driver(connection)).fetch(_MARKS_OF, list(payees))]


async def with_marks(connection: AsyncConnection, marks: Collection[UUID], *, day: date) -> list[list[SeenAccount]]:
    """For each mark the accounts with it, one for each payee that has or had it, as of a day."""
    found: dict[UUID, list[SeenAccount]] = {}
    for mark, *values in await (await driver(connection)).fetch(_SEEN, list(marks), day):
        found.setdefault(mark, []).append(SeenAccount(*values))
    return list(found.values())


async def runs(connection: AsyncConnection, people: Sequence[tuple[UUID, date]]) -> list[CertificateRun]:
    """The certificates of each human in the days up to each day that is named."""
    if not people:
        return []
    persons, days = zip(*people, strict=True)
    rows = await (await driver(connection)).fetch(_BURSTS, list(persons), list(days))
    return [CertificateRun(*row) for row in rows]


async def keep_duties(
    connection: AsyncConnection, sources: Sequence[DutySource], duties: Iterable[tuple[UUID, UUID, datetime, datetime]]
) -> None:
    """The duties of `sources` are these, and no others: each with the id of its source, the person, and its hours."""
    if sources:
        own = await driver(connection)
        rows = [tables.values_of(DUTY_SOURCE, each) for each in sources]
        await own.execute(_KEEP_SOURCES, *tables.arrays(DUTY_SOURCE.c, rows))
        await own.execute(_DROP_DUTIES, [each.id for each in sources])
        columns = ("source_id", "person", "begins_at", "ends_at")
        await own.copy_records_to_table("duty", columns=columns, records=list(duties))


async def pairs(
    connection: AsyncConnection, *, sources: Collection[UUID] = (), persons: Collection[UUID] = ()
) -> list[tuple[Duty, Duty]]:
    """Duties of `sources` and of `persons`, each with one that the same human has elsewhere at the same time."""
    rows = await (await driver(connection)).fetch(_PAIRS, list(sources), list(persons))
    return [
        (
            Duty(human, DutySource(*of[2:]), Hours(*of[:2])),
            Duty(human, DutySource(*elsewhere[2:]), Hours(*elsewhere[:2])),
        )
        for human, of, elsewhere in ((row[0], tuple(row[1:8]), tuple(row[8:15])) for row in map(tuple, rows))
    ]


async def load(connection: AsyncConnection, finding_id: UUID, *, lock: bool = False) -> PatternFinding:
    """Raises NotFound."""
    statement = select(FINDING).where(FINDING.c.id == finding_id)
    found = await tables.fetch_one(connection, statement.with_for_update() if lock else statement, PatternFinding)
    if found is None:
        raise NotFound(what="pattern", id=finding_id)
    return found


async def save(connection: AsyncConnection, finding: PatternFinding) -> None:
    """Store the next version of `finding`, with the hold that it is. Raises Stale if it was changed meanwhile."""
    await tables.save(connection, FINDING, finding, expected=finding.version - 1)
    await hold_store.set_status(connection, finding.id, finding.status)


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    status: HoldStatus | None,
    rule: PatternRule | None,
    due_before: date | None,
    after: UUID,
    limit: int,
) -> list[PatternFinding]:
    """Findings within `reach`, by id, after `after`; `due_before` narrows them to open ones that are late."""
    asked: list[ColumnElement[bool]] = [
        *tables.matches(FINDING, status=status, rule=rule), *lies_in(FINDING, reach),
    ]  # fmt: skip
    if due_before is not None:
        asked += [FINDING.c.status == HoldStatus.OPEN, FINDING.c.due_on < due_before]
    return await tables.fetch_page(connection, FINDING, PatternFinding, asked, after=after, limit=limit)


async def rates(connection: AsyncConnection, reach: Reach, *, today: date) -> list[PatternRate]:
    """What became of the findings of each rule within `reach`."""
    codes = sorted(reach.codes) or None
    return [PatternRate(*row) for row in await (await driver(connection)).fetch(_RATES, today, codes)]
