"""The sums per class behind the quality rates: which classes are due, and how they are recounted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.licences.store import shown_without_certificate
from shared.database import driver
from shared.kernel.levels import Level

# Counting is serialised: of two concurrent counts the one with the older snapshot could commit last.
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('recount'))"
_TAKE: Final = """
DELETE FROM recount_due WHERE position IN (SELECT position FROM recount_due ORDER BY position LIMIT $1)
RETURNING class_id
"""
_DUE_SINCE: Final = "SELECT since FROM recount_due ORDER BY position LIMIT 1"
_FORGET: Final = "DELETE FROM quality_sum WHERE class_id = ANY($1)"
# One training for each person of a class: if a merge left two, the one that was not withdrawn. A training whose last
# day is before its first never started. A test or a certificate counts for a training of that occupation and award
# that began before it, under whichever key of the person; a rise is measured against certificates from before. Only
# levels rise: a class that leads to another award has no `rise_until`. Where an award is shown by a licence or by the
# completed training itself, that is the test and its pass.
_LEVEL: Final = f"level <= {Level.CHIEF_TECHNICIAN.value}"
_COUNT: Final = f"""
WITH of_person AS (
    SELECT DISTINCT ON (e.class_id, e.person) e.id, e.class_id, e.person, e.status, e.effective_on AS day, e.programme,
        e.from_on, c.institution_id, c.region, c.reporting_region, c.occupation, c.level,
        c.is_needed OR c.signed_order OR EXISTS (
            SELECT FROM order_class AS oc JOIN training_order AS o ON o.id = oc.order_id
            WHERE oc.class_id = c.id AND oc.detached_at IS NULL AND o.status = 'confirmed'
        ) AS in_demand,
        e.employment IN ('unemployed', 'student', 'retired') AS without_work,
        CASE WHEN c.{_LEVEL} THEN (e.effective_on + make_interval(months => a.rise_months))::date END AS rise_until,
        (e.effective_on + make_interval(months => a.work_months))::date AS work_until
    FROM unnest($1::uuid[], $2::integer[], $3::integer[]) AS a (class_id, rise_months, work_months)
    JOIN class AS c ON c.id = a.class_id JOIN enrolment AS e ON e.class_id = c.id
    WHERE e.status <> 'transferred' AND e.from_on <= e.until_on
    ORDER BY e.class_id, e.person, e.status = 'withdrawn', e.id
),
training AS MATERIALIZED (SELECT * FROM of_person WHERE status IN ('completed', 'failed', 'withdrawn')),
known AS MATERIALIZED (
    SELECT id AS training_id, person AS key FROM training
    UNION ALL
    SELECT t.id, m.person FROM training AS t JOIN person_merge AS m ON m.into_person = t.person AND m.undone_at IS NULL
),
test AS (
    SELECT t.id, bool_or(r.passed) AS passed
    FROM training AS t JOIN known ON training_id = t.id JOIN heard_result AS r ON r.person = known.key
    WHERE r.occupation = t.occupation AND r.level = t.level AND r.tested_on >= t.from_on GROUP BY t.id
),
certificate AS (
    SELECT t.id, bool_or(c.occupation = t.occupation AND c.level = t.level AND c.issued_on >= t.from_on) AS earned,
        coalesce(max(c.level) FILTER (WHERE c.{_LEVEL} AND c.issued_on < t.from_on), 0) AS rank_before,
        max(c.level) FILTER (WHERE c.{_LEVEL} AND c.issued_on BETWEEN t.from_on AND t.rise_until) AS rank_after
    FROM training AS t JOIN known ON training_id = t.id JOIN heard_certificate AS c ON c.person = known.key
    WHERE c.valid GROUP BY t.id
),
judged AS (
    SELECT t.*, t.status = 'completed' AS completed, test.id IS NOT NULL OR coalesce(earned, false) OR shown AS tested,
        coalesce(test.passed, false) OR coalesce(earned, false) OR shown AS passed, rank_after > rank_before AS risen,
        f.employed_on <= t.work_until AS employed,
        floor((f.pay_after_fen - f.pay_before_fen) * 1000::numeric / f.pay_before_fen)::bigint AS change
    FROM training AS t LEFT JOIN test USING (id) LEFT JOIN certificate USING (id)
    LEFT JOIN follow_up AS f ON f.enrolment_id = t.id
    CROSS JOIN LATERAL (SELECT {shown_without_certificate("t", "t.level")} AS shown) AS other
)
INSERT INTO quality_sum (class_id, day, programme, institution_id, region, reporting_region, occupation, rise_until,
    work_until, started, tested, passed, completed, in_demand, risen, without_work, employed, pay_changes)
SELECT class_id, day, programme, institution_id, region, reporting_region, occupation, rise_until, work_until,
    count(*), count(*) FILTER (WHERE tested), count(*) FILTER (WHERE passed), count(*) FILTER (WHERE completed),
    count(*) FILTER (WHERE completed AND in_demand), count(*) FILTER (WHERE completed AND risen),
    count(*) FILTER (WHERE completed AND without_work), count(*) FILTER (WHERE completed AND without_work AND employed),
    coalesce(array_agg(change ORDER BY change) FILTER (WHERE completed AND change IS NOT NULL), '{{}}')
FROM judged
GROUP BY class_id, day, programme, institution_id, region, reporting_region, occupation, rise_until, work_until
"""


class Months(NamedTuple):
    """How many months after a training of the class a higher level, and employment, count."""

    class_id: UUID
    level_rise: int
    work: int


async def take_due(connection: AsyncConnection, *, limit: int) -> set[UUID]:
    """The classes that have waited longest. Other counts wait until this transaction ends."""
    raw = await driver(connection)
    await raw.execute(_LOCK)
    return {row[0] for row in await raw.fetch(_TAKE, limit)}


async def due_since(connection: AsyncConnection) -> datetime | None:
    """The time since which changes may not be counted yet; None if everything is counted."""
    since: datetime | None = await (await driver(connection)).fetchval(_DUE_SINCE)
    return since


async def forget(connection: AsyncConnection, class_ids: Sequence[UUID]) -> None:
    await (await driver(connection)).execute(_FORGET, class_ids)


async def count(connection: AsyncConnection, classes: Sequence[Months]) -> None:
    """Store the sums of `classes`, which must have none."""
    if classes:
        await (await driver(connection)).execute(_COUNT, *map(list, zip(*classes, strict=True)))
