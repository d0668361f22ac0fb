"""Ways back from endings, proposals about persons, and documents under which no training stands any more."""

from alembic import op

revision = "0025"
down_revision = "0024"

STATEMENTS = (
    # A transfer is taken back with the enrolment that continues it.
    """
    CREATE INDEX enrolment_transferred_from ON enrolment (transferred_from) WHERE transferred_from IS NOT NULL
    """,
    # Endings of listings, sanctions and engagements: the last day before, so that an ending can be taken back.
    """
    CREATE TABLE ending (
        entry_id uuid NOT NULL,
        version integer NOT NULL,
        former_last_on date,
        ended_by text NOT NULL,
        ended_at timestamptz NOT NULL,
        reason text,
        taken_back_by text,
        taken_back_at timestamptz,
        taking_back_reason text,
        PRIMARY KEY (entry_id, version)
    )
    """,
    # What one officer proposes about persons, and what another one decided. `regions` are those concerned and above.
    """
    CREATE TABLE person_proposal (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('merge', 'particulars', 'rekey')),
        person uuid NOT NULL REFERENCES trainee,
        into_person uuid,
        enrolment_id uuid REFERENCES enrolment,
        sealed bytea,
        seen_on date,
        reason text NOT NULL,
        region text NOT NULL,
        regions text[] NOT NULL,
        proposed_by text NOT NULL,
        proposed_at timestamptz NOT NULL,
        status text NOT NULL CHECK (status IN ('proposed', 'confirmed', 'rejected')),
        decided_by text,
        decided_at timestamptz,
        decision_reason text,
        version integer NOT NULL CHECK (version >= 1),
        CHECK ((status = 'proposed') = (decided_at IS NULL)),
        CHECK (status <> 'confirmed' OR decided_by <> proposed_by)
    )
    """,
    """
    CREATE UNIQUE INDEX person_proposal_open ON person_proposal (kind, person, enrolment_id) NULLS NOT DISTINCT
    WHERE status = 'proposed'
    """,
    "CREATE INDEX person_proposal_regions ON person_proposal USING gin (regions)",
    # The first of the two officers who say that two documents are one human's.
    "ALTER TABLE person_merge ADD COLUMN proposed_by text",
    "CREATE INDEX enrolment_came_as ON enrolment (came_as) WHERE came_as IS NOT NULL",
    # A document under which no training stands any more: nobody's name and phone are known by it.
    "ALTER TABLE trainee ADD COLUMN released_at timestamptz",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
