"""The table of `shared.proposals`, as a migration of each service that has proposals creates it."""

from __future__ import annotations

STATEMENTS = (
    """
    CREATE TABLE proposal (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        subject text NOT NULL,
        organisation uuid,
        region text NOT NULL,
        reporting_region text NOT NULL,
        content jsonb NOT NULL,
        reason text NOT NULL,
        proposed_by text NOT NULL,
        proposed_at timestamptz NOT NULL,
        status text NOT NULL CHECK (status IN ('proposed', 'confirmed', 'rejected')),
        decided_by text,
        decided_at timestamptz,
        decision_reason text,
        version integer NOT NULL CHECK (version >= 1),
        CHECK ((status = 'proposed') = (decided_at IS NULL)),
        CONSTRAINT four_eyes CHECK (status <> 'confirmed' OR decided_by <> proposed_by)
    )
    """,
    "CREATE UNIQUE INDEX proposal_open ON proposal (kind, subject) WHERE status = 'proposed'",
    "CREATE INDEX proposal_subject ON proposal (subject, id)",
    "CREATE INDEX proposal_reporting_region ON proposal (reporting_region, id)",
)
