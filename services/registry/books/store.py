"""The control totals of trainings."""

from __future__ import annotations

from typing import Final

from shared.books.telling import Book
from shared.contracts.registry.books import TrainingBookTold

# Whoever is enrolled in a class that has not started is not in training yet.
BOOK: Final = Book(
    TrainingBookTold,
    "training-books",
    tables=("enrolment", "class"),
    events="""
    SELECT 'enrolments/' || enrolment.id || '@' || enrolment.version AS event, enrolment.programme,
        class.reporting_region, CAST(extract(year FROM class.starts_on) AS integer) AS plan_year,
        CASE enrolment.status WHEN 'completed' THEN 'trainings' ELSE 'in_training' END AS measure,
        1 AS records, 1 AS amount
    FROM enrolment JOIN class ON class.id = enrolment.class_id
    WHERE enrolment.status = 'completed'
       OR enrolment.status = 'in_training' AND class.status IN ('running', 'completed')
    """,
)
