"""Rosters as files: encrypted while they wait, processed in chunks, reported row by row."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    # `digest` is keyed, so that no one can test whether a certain file was posted. `holder` is the worker that has the
    # file until `held_until`; `attempts` counts how often it was taken up since it last moved forward.
    """
    CREATE TABLE roster_file (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL REFERENCES institution,
        class_id uuid REFERENCES class,
        form text NOT NULL CHECK (form IN ('csv', 'xlsx')),
        dry_run boolean NOT NULL,
        sealed bytea,
        digest uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting', 'working', 'done', 'refused')),
        rows_total integer NOT NULL DEFAULT 0,
        accepted integer NOT NULL DEFAULT 0,
        repeated integer NOT NULL DEFAULT 0,
        refused integer NOT NULL DEFAULT 0,
        problem jsonb,
        posted_by text NOT NULL,
        posted_at timestamptz NOT NULL,
        finished_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        holder uuid,
        held_until timestamptz,
        CHECK ((sealed IS NULL) = (status IN ('done', 'refused')))
    )
    """,
    # What is sealed does not get any smaller.
    "ALTER TABLE roster_file ALTER COLUMN sealed SET STORAGE EXTERNAL",
    "CREATE INDEX roster_file_institution ON roster_file (institution_id, id)",
    "CREATE INDEX roster_file_standing ON roster_file (id) WHERE status IN ('waiting', 'working')",
    # The same file again while it stands is the same file.
    """
    CREATE UNIQUE INDEX roster_file_same ON roster_file (institution_id, digest)
    WHERE status IN ('waiting', 'working')
    """,
    # Only what was refused is kept: the cells sealed, the reasons in clear (they never quote a cell).
    """
    CREATE TABLE roster_file_row (
        file_id uuid NOT NULL REFERENCES roster_file,
        row integer NOT NULL CHECK (row >= 1),
        row_id text,
        errors jsonb NOT NULL,
        sealed bytea NOT NULL,
        PRIMARY KEY (file_id, row)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
