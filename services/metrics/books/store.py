"""Both sides in one statement: what the owners told, and what lies behind the totals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.books.rules import KEEPERS, MEETS_WITHIN, MOVES_FOR, Difference, Side
from shared.books.sums import NO_RECORDS, sums_of
from shared.database import driver

_KEPT: Final = ", ".join(
    f"('{measure}', '{keeper.books}', '{keeper.records}')" for keeper in KEEPERS for measure in keeper.measures
)
# Who is in training has completed nothing, so a contribution counts by one measure, and is read once.
_COUNTED: Final = sums_of("""
    SELECT kept.records || '/' || counts.subject || '@' || counts.version AS event, programme, reporting_region,
        plan_year::integer AS plan_year, measure, count(*) AS records, sum(counts.amount) AS amount
    FROM (
        SELECT subject, version, combination, coalesce(measure, 'in_training') AS measure,
            CASE WHEN measure IS NULL THEN 1 ELSE amount END AS amount
        FROM contribution
        WHERE measure IS NOT NULL OR from_on IS NOT NULL AND until IS NULL AND waits_for IS NULL
    ) AS counts JOIN kept USING (measure) JOIN combination ON combination.id = counts.combination
    WHERE kept.books IN (SELECT books FROM heard)
    GROUP BY counts.subject, counts.version, kept.records, measure, programme, reporting_region, plan_year
""")
# An owner that has told nothing yet is compared with nothing. A side without records has the sums of nothing. A
# checksum is waited for as long as one of the sides moves, up to MOVES_FOR; sums that differ behind the same events are
# wrong at once, and so are cells that do not show what is counted, because one statement writes both.
_SIDES: Final = (
    *("told_records", "told_amount", "told_checksum"),
    *("counted_records", "counted_amount", "counted_checksum", "shown_amount"),
)
_IN_B, _IN_D = (", ".join(f"{table}.{column}" for column in _SIDES) for table in "bd")
_COMPARE: Final = f"""
WITH kept (measure, books, records) AS (VALUES {_KEPT}), heard AS MATERIALIZED (
    SELECT split_part(subject, '/', 1) AS books, content FROM listed
    WHERE split_part(subject, '/', 1) IN (SELECT books FROM kept)
), told AS (
    SELECT content->>'programme' AS programme, content->>'reporting_region' AS reporting_region,
        CAST(content->>'plan_year' AS integer) AS plan_year, entry.*
    FROM heard, jsonb_to_recordset(content->'entries')
        AS entry (measure text, records bigint, amount bigint, checksum text)
), counted AS ({_COUNTED}), shown AS (
    SELECT programme, reporting_region, plan_year::integer AS plan_year, measure, sum(amount)::bigint AS amount
    FROM cell JOIN kept USING (measure) JOIN combination ON combination.id = cell.combination
    WHERE kept.books IN (SELECT books FROM heard)
    GROUP BY programme, reporting_region, plan_year, measure HAVING sum(amount) <> 0
), joined AS (
    SELECT programme, reporting_region, plan_year, measure,
        coalesce(told.records, 0) AS told_records, coalesce(told.amount, 0) AS told_amount,
        coalesce(told.checksum, '{NO_RECORDS}') AS told_checksum,
        coalesce(counted.records, 0) AS counted_records, coalesce(counted.amount, 0) AS counted_amount,
        coalesce(counted.checksum, '{NO_RECORDS}') AS counted_checksum, coalesce(shown.amount, 0) AS shown_amount
    FROM told FULL JOIN counted USING (programme, reporting_region, plan_year, measure)
    FULL JOIN shown USING (programme, reporting_region, plan_year, measure)
), differing AS (
    SELECT *, told_checksum = counted_checksum OR shown_amount <> counted_amount AS is_wrong FROM joined
    WHERE (told_records, told_amount, told_checksum) <> (counted_records, counted_amount, counted_checksum)
       OR shown_amount <> counted_amount
)
MERGE INTO book_difference AS b USING differing AS d
ON (b.programme, b.reporting_region, b.plan_year, b.measure)
    = (d.programme, d.reporting_region, d.plan_year, d.measure)
WHEN MATCHED AND ({_IN_B}) <> ({_IN_D}) THEN UPDATE
SET ({", ".join(_SIDES)}) = ROW ({_IN_D}),
    red_from = CASE
        WHEN d.is_wrong THEN $1::timestamptz ELSE least($1::timestamptz + $2::interval, b.since + $3::interval)
    END
WHEN NOT MATCHED BY TARGET THEN
INSERT (programme, reporting_region, plan_year, measure, {", ".join(_SIDES)}, since, red_from)
VALUES (d.programme, d.reporting_region, d.plan_year, d.measure, {_IN_D}, $1::timestamptz,
    $1::timestamptz + CASE WHEN d.is_wrong THEN interval '0' ELSE $2::interval END)
WHEN NOT MATCHED BY SOURCE THEN DELETE
"""
_ALONE: Final = "SELECT pg_try_advisory_xact_lock(hashtext('books compared'))"
_COMPARED: Final = """
INSERT INTO book_comparison VALUES (true, $1) ON CONFLICT (one) DO UPDATE SET compared_at = excluded.compared_at
"""
_COMPARED_AT: Final = "SELECT compared_at FROM book_comparison"
_DIFFERENCES: Final = """
SELECT * FROM book_difference ORDER BY red_from, measure, programme, reporting_region, plan_year
"""
_HEARD: Final = """
SELECT split_part(subject, '/', 1), count(*), max(CAST(content->>'at' AS timestamptz)),
    max(CAST(content->>'outbox_position' AS bigint))
FROM listed WHERE split_part(subject, '/', 1) = ANY(:books) GROUP BY 1
"""


class HeardBook(NamedTuple):
    """How many cells an owner has told, when it told one last, and up to which position of its outbox."""

    books: str
    cells: int
    told_at: datetime
    outbox_position: int


async def compare(connection: AsyncConnection, *, at: datetime) -> None:
    """Keep where the two sides differ at this moment; nothing while another worker does."""
    database = await driver(connection)
    if await database.fetchval(_ALONE):
        await database.execute(_COMPARE, at, MEETS_WITHIN, MOVES_FOR)
        await database.execute(_COMPARED, at)


async def compared_at(connection: AsyncConnection) -> datetime | None:
    found: datetime | None = await connection.scalar(text(_COMPARED_AT))
    return found


async def differences(connection: AsyncConnection) -> Sequence[Difference]:
    """All that differ, those first that have been red for the longest time."""
    rows = (await connection.execute(text(_DIFFERENCES))).all()
    return [
        Difference(
            *(row.programme, row.reporting_region, row.plan_year, row.measure),
            told=Side(row.told_records, row.told_amount, row.told_checksum),
            counted=Side(row.counted_records, row.counted_amount, row.counted_checksum),
            shown=row.shown_amount,
            since=row.since,
            red_from=row.red_from,
        )
        for row in rows
    ]


async def heard(connection: AsyncConnection) -> dict[str, HeardBook]:
    """What was told, by what the subjects of a book begin with."""
    rows = await connection.execute(text(_HEARD), {"books": [each.books for each in KEEPERS]})
    return {row[0]: HeardBook(*row) for row in rows}
