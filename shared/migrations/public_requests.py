"""The database's half of shared/public_requests.py: counts of requests without a token, by the hour."""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE public_lane (
        name text NOT NULL,
        begins_at timestamptz NOT NULL,
        taken integer NOT NULL CHECK (taken >= 1),
        PRIMARY KEY (name, begins_at)
    )
    """,
)
