"""The control totals of claims: what each comes to, by what was decided, paid and recovered of its lines."""

from __future__ import annotations

from typing import Final

from shared.books.telling import Book
from shared.contracts.subsidy.books import ClaimBookTold

# The lines of a claim are added up before anything is made of them: there may be fifty times as many.
BOOK: Final = Book(
    ClaimBookTold,
    "claim-books",
    tables=("claim", "claim_line"),
    events="""
    SELECT 'claims/' || claim.id || '@' || claim.version AS event, line.programme, claim.reporting_region,
        CAST(extract(year FROM claim.starts_on) AS integer) AS plan_year, counted.*
    FROM (
        SELECT claim_id, programme,
            count(*) FILTER (WHERE amount_fen <> 0) AS payable, sum(amount_fen)::bigint AS payable_fen,
            count(*) FILTER (WHERE recovered.fen <> 0) AS recovered, sum(recovered.fen)::bigint AS recovered_fen,
            count(*) FILTER (WHERE amount_fen > 0 AND recovered.fen = 0 AND owed IS NULL) AS subsidised
        FROM claim_line, LATERAL (
            SELECT CASE WHEN recovered_on IS NULL THEN 0 ELSE coalesce(recovered_part_fen, amount_fen) END AS fen
        ) AS recovered
        GROUP BY claim_id, programme
    ) AS line JOIN claim ON claim.id = line.claim_id,
    LATERAL (VALUES
        ('approved_fen', CASE WHEN claim.approved_on IS NOT NULL THEN line.payable END, line.payable_fen),
        ('paid_fen', CASE WHEN claim.paid_on IS NOT NULL THEN line.payable END, line.payable_fen),
        ('recovered_fen', line.recovered, line.recovered_fen),
        ('subsidised_trainings', CASE
            WHEN claim.kind = 'training' AND claim.approved_on IS NOT NULL THEN line.subsidised
        END, line.subsidised)
    ) AS counted (measure, records, amount)
    WHERE counted.records > 0
    """,
)
