"""What became of trainees: employment and pay after the training."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS = (
    """
    CREATE TABLE follow_up (
        enrolment_id uuid PRIMARY KEY REFERENCES enrolment,
        employed_on date,
        evidence text CHECK (evidence IN ('insurance_record', 'contract', 'business_licence')),
        pay_before_fen bigint CHECK (pay_before_fen > 0),
        pay_after_fen bigint CHECK (pay_after_fen >= 0),
        reported_by text NOT NULL,
        reported_at timestamptz NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        CHECK ((employed_on IS NULL) = (evidence IS NULL))
    )
    """,
    """
    CREATE TABLE replaced_follow_up (
        enrolment_id uuid NOT NULL REFERENCES follow_up,
        version integer NOT NULL,
        employed_on date,
        evidence text,
        pay_before_fen bigint,
        pay_after_fen bigint,
        reason text NOT NULL,
        replaced_by text NOT NULL,
        replaced_at timestamptz NOT NULL,
        PRIMARY KEY (enrolment_id, version)
    )
    """,
    # What quality rates are reckoned from: the trainings completed in a window.
    "CREATE INDEX enrolment_completed_day ON enrolment (effective_on, class_id) WHERE status = 'completed'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
