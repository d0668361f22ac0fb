"""Roster files: institutions take turns, files can be cancelled, and what was refused has an end of life."""

from alembic import op

revision = "0019"
down_revision = "0018"

STATEMENTS = (
    "ALTER TABLE roster_file DROP CONSTRAINT roster_file_status_check",
    "ALTER TABLE roster_file DROP CONSTRAINT roster_file_check",
    """
    ALTER TABLE roster_file
        ADD CONSTRAINT roster_file_status_check
            CHECK (status IN ('waiting', 'working', 'done', 'refused', 'cancelled')),
        ADD CONSTRAINT roster_file_check CHECK ((sealed IS NOT NULL) = (status IN ('waiting', 'working')))
    """,
    # `rows_hidden` of the rows are not seen in the sheet. `served_at` is when a worker last did something for the file.
    # Refused rows are kept until `rows_until`; where a file is over and has none, they are erased.
    """
    ALTER TABLE roster_file
        ADD COLUMN rows_hidden integer NOT NULL DEFAULT 0,
        ADD COLUMN served_at timestamptz,
        ADD COLUMN rows_until timestamptz
    """,
    "UPDATE roster_file SET rows_until = now() + interval '30 days' WHERE finished_at IS NOT NULL AND refused > 0",
    "CREATE INDEX roster_file_served ON roster_file (institution_id, served_at)",
    "CREATE INDEX roster_file_rows_until ON roster_file (rows_until) WHERE rows_until IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
