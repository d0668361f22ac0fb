"""The table of `shared.books`, as a migration of each service that tells its control totals creates it."""

from __future__ import annotations

# What was told last of each cell, so that only changes are told.
STATEMENTS = (
    """
    CREATE TABLE book (
        programme text NOT NULL,
        reporting_region text NOT NULL,
        plan_year integer NOT NULL,
        entries jsonb NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        told_at timestamptz NOT NULL,
        PRIMARY KEY (programme, reporting_region, plan_year)
    )
    """,
)
