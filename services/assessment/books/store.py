"""The control totals of certificates."""

from __future__ import annotations

from typing import Final

from shared.books.telling import Book
from shared.contracts.assessment import CertificateBookTold

BOOK: Final = Book(
    CertificateBookTold,
    "certificate-books",
    tables=("certificate",),
    events="""
    SELECT 'certificates/' || id || '@' || version AS event, programme, reporting_region,
        coalesce(plan_year, CAST(extract(year FROM issued_on) AS integer)) AS plan_year, 'certificates' AS measure,
        1 AS records, 1 AS amount
    FROM certificate WHERE status = 'valid'
    """,
)
