"""What really happened is put right: steps to a final state taken back, endings, proposals about persons."""

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
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
