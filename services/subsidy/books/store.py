"""The control totals of claims: what each line comes to, by what was decided, paid and recovered."""

from __future__ import annotations

from typing import Final

from shared.books.telling import Book
from shared.contracts.subsidy import ClaimBookTold

BOOK: Final = Book(
    ClaimBookTold,
    "claim-books",
    """
    SELECT 'claims/' || claim.id || '@' || claim.version AS event, line.programme, claim.reporting_region,
        CAST(extract(year FROM claim.starts_on) AS integer) AS plan_year, counted.measure, counted.amount
    FROM claim_line AS line JOIN claim ON claim.id = line.claim_id,
    LATERAL (
        SELECT CASE WHEN line.recovered_on IS NULL THEN 0 ELSE coalesce(line.recovered_part_fen, line.amount_fen) END
            AS fen
    ) AS recovered,
    LATERAL (VALUES
        ('approved_fen', CASE WHEN claim.approved_on IS NOT NULL THEN line.amount_fen END),
        ('paid_fen', CASE WHEN claim.paid_on IS NOT NULL THEN line.amount_fen END),
        ('recovered_fen', recovered.fen),
        ('subsidised_trainings', CASE
            WHEN claim.kind = 'training' AND claim.approved_on IS NOT NULL AND line.amount_fen > 0
                AND recovered.fen = 0 AND line.owed IS NULL
            THEN 1
        END)
    ) AS counted (measure, amount)
    WHERE counted.amount <> 0
    """,
)
