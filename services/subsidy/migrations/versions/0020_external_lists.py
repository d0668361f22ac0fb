"""Matches of people with lists of other authorities; holds that apply to trainings of a time."""

from alembic import op

revision = "0020"
down_revision = "0019"

STATEMENTS = (
    """
    CREATE TABLE external_match (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        person uuid NOT NULL,
        first_on date,
        last_on date CHECK (last_on >= first_on),
        as_of date NOT NULL,
        source text NOT NULL,
        posted_by text NOT NULL,
        posted_at timestamptz NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'upheld', 'dismissed')),
        settled_by text,
        settled_at timestamptz,
        reason text,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE NULLS NOT DISTINCT (kind, person, first_on, last_on),
        CONSTRAINT settled_with_reason CHECK (
            (status = 'open') = (settled_by IS NULL) AND (settled_by IS NULL) = (reason IS NULL)
        ),
        CONSTRAINT settler_apart CHECK (lower(settled_by) <> lower(posted_by))
    )
    """,
    "CREATE INDEX external_match_open ON external_match (id) WHERE status = 'open'",
    # A match holds what was trained for while it was so; a flag of the registry has no such days.
    "ALTER TABLE heard_flag ADD COLUMN first_on date, ADD COLUMN last_on date",
    "CREATE INDEX claim_line_person ON claim_line (person)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
