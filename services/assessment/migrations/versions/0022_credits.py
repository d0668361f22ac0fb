"""Conversion of credits: dated rules of schools, and each use."""

from alembic import op

from shared.migrations.dated_rules import provenance

revision = "0022"
down_revision = "0021"

STATEMENTS = (
    """
    CREATE TABLE credit_rule (
        id text PRIMARY KEY,
        direction text NOT NULL CHECK (direction IN ('to_credits', 'to_award')),
        school_id uuid NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL,
        course text NOT NULL,
        tenths integer NOT NULL CHECK (tenths >= 0),
        validity daterange NOT NULL CHECK (NOT lower_inf(validity) AND NOT isempty(validity)),
        status text NOT NULL,
        source text NOT NULL
    )
    """,
    *provenance("credit_rule", first_day="lower(validity)"),
    """
    CREATE TABLE credit_use (
        id uuid PRIMARY KEY,
        direction text NOT NULL CHECK (direction IN ('to_credits', 'to_award')),
        school_id uuid NOT NULL,
        person uuid NOT NULL REFERENCES candidate_person,
        certificate_id uuid REFERENCES certificate,
        occupation text NOT NULL,
        level smallint NOT NULL,
        courses jsonb NOT NULL,
        used_by text NOT NULL,
        used_at timestamptz NOT NULL,
        withdrawn_by text,
        withdrawn_at timestamptz,
        withdrawal_reason text,
        version integer NOT NULL CHECK (version >= 1)
    )
    """,
    # Once for each school; a use that was taken back counts no more.
    """
    CREATE UNIQUE INDEX credit_use_once ON credit_use (person, school_id, direction, occupation, level)
    WHERE withdrawn_at IS NULL
    """,
    "CREATE INDEX credit_use_school ON credit_use (school_id, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
