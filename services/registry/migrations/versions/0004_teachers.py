"""The teacher pool: qualifications, projects, engagements with periods."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """
    CREATE TABLE teacher (
        id uuid PRIMARY KEY,
        person uuid NOT NULL UNIQUE,
        document_kind text NOT NULL,
        sealed bytea NOT NULL,
        projects text[] NOT NULL,
        version integer NOT NULL CHECK (version >= 1)
    )
    """,
    # The number on the paper is sealed; it is recognised by its mark.
    """
    CREATE TABLE qualification (
        id uuid PRIMARY KEY,
        teacher_id uuid NOT NULL REFERENCES teacher,
        name text NOT NULL,
        mark uuid NOT NULL,
        sealed bytea NOT NULL,
        held daterange NOT NULL CHECK (NOT lower_inf(held) AND NOT isempty(held)),
        UNIQUE (teacher_id, name, mark)
    )
    """,
    """
    CREATE TABLE engagement (
        id uuid PRIMARY KEY,
        teacher_id uuid NOT NULL REFERENCES teacher,
        institution_id uuid NOT NULL REFERENCES institution,
        local_id text NOT NULL,
        full_time boolean NOT NULL,
        engaged daterange NOT NULL CHECK (NOT lower_inf(engaged) AND NOT isempty(engaged)),
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (teacher_id, institution_id, engaged WITHOUT OVERLAPS),
        UNIQUE (institution_id, local_id, engaged WITHOUT OVERLAPS)
    )
    """,
    "CREATE INDEX engagement_institution ON engagement (institution_id, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
