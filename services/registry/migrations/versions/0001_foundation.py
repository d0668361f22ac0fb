"""The plan, institutions, classes, trainees, enrolments, and the backbone's tables."""

from alembic import op

from shared.migrations import backbone

revision = "0001"
down_revision = None

TABLES = (
    # The state of each programme, region, level and indicator is the content of its latest fact.
    """
    CREATE TABLE plan_entry (
        subject text PRIMARY KEY,
        version integer NOT NULL CHECK (version >= 1),
        content jsonb NOT NULL
    )
    """,
    """
    CREATE TABLE institution (
        id uuid PRIMARY KEY,
        credit_code text NOT NULL UNIQUE,
        name text NOT NULL,
        kind text NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        version integer NOT NULL CHECK (version >= 1)
    )
    """,
    """
    CREATE TABLE class (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL REFERENCES institution,
        local_id text NOT NULL,
        programme text NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL CHECK (level BETWEEN 1 AND 8),
        fund_source text,
        starts_on date NOT NULL,
        ends_on date NOT NULL CHECK (ends_on >= starts_on),
        hours integer NOT NULL CHECK (hours >= 1),
        seats integer NOT NULL CHECK (seats >= 1),
        status text NOT NULL CHECK (status IN ('filed', 'approved', 'running', 'completed', 'cancelled')),
        filed_by text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (institution_id, local_id)
    )
    """,
    # One sealed value holds document number, name and phone; `person` is all that is known without the field keys.
    """
    CREATE TABLE trainee (
        person uuid PRIMARY KEY,
        document_kind text NOT NULL,
        sealed bytea NOT NULL
    )
    """,
    """
    CREATE TABLE enrolment (
        id uuid PRIMARY KEY,
        class_id uuid NOT NULL REFERENCES class,
        institution_id uuid NOT NULL,
        person uuid NOT NULL REFERENCES trainee,
        local_id text NOT NULL,
        programme text NOT NULL,
        tags text[] NOT NULL,
        status text NOT NULL CHECK (status IN ('in_training', 'completed', 'failed', 'withdrawn')),
        hours integer NOT NULL CHECK (hours >= 0),
        effective_on date NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (institution_id, local_id),
        UNIQUE (class_id, person)
    )
    """,
)


def upgrade() -> None:
    for statement in (*TABLES, *backbone.PUBLISHER, *backbone.CONSUMER, *backbone.HTTP_WRITER):
        op.execute(statement)
