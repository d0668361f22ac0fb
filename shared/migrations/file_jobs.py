"""The tables of `shared.file_jobs`, as a migration of each service that takes files creates them."""

from __future__ import annotations

# `digest` is keyed, so that no one can test whether a certain file was sent. `holder` is the worker that has the file
# until `held_until`; `attempts` counts how often it was taken up since it last moved forward. `served_at` is when a
# worker last did something for the file. Refused rows are kept until `rows_until`; where a file is over and has none,
# they are erased.
FILE_JOB = """
CREATE TABLE file_job (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    organisation_id uuid NOT NULL,
    target_id uuid,
    format text NOT NULL CHECK (format IN ('csv', 'xls', 'xlsx', 'ndjson')),
    dry_run boolean NOT NULL,
    sealed bytea,
    digest uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'working', 'done', 'refused', 'cancelled')),
    rows_total integer NOT NULL DEFAULT 0,
    rows_hidden integer NOT NULL DEFAULT 0,
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
    served_at timestamptz,
    rows_until timestamptz,
    CHECK ((sealed IS NOT NULL) = (status IN ('waiting', 'working')))
)
"""

# Encrypted values cannot be compressed.
FILE_JOB_SEALED = "ALTER TABLE file_job ALTER COLUMN sealed SET STORAGE EXTERNAL"

FILE_JOB_INDEXES = (
    "CREATE INDEX file_job_organisation ON file_job (kind, organisation_id, id)",
    "CREATE INDEX file_job_standing ON file_job (id) WHERE status IN ('waiting', 'working')",
    "CREATE INDEX file_job_served ON file_job (organisation_id, served_at)",
    "CREATE INDEX file_job_rows_until ON file_job (rows_until) WHERE rows_until IS NOT NULL",
    # A repeat of an unfinished file is the same file.
    """
    CREATE UNIQUE INDEX file_job_same ON file_job (organisation_id, digest)
    WHERE status IN ('waiting', 'working')
    """,
)

# Only refused rows are kept: cells encrypted, reasons in clear (they never quote a cell).
FILE_JOB_ROW = """
CREATE TABLE file_job_row (
    file_id uuid NOT NULL REFERENCES file_job,
    row integer NOT NULL CHECK (row >= 1),
    row_id text,
    errors jsonb NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (file_id, row)
)
"""

# `name` is what the sender called the file, encrypted. Rows with warnings are kept like refused ones, of what they held
# no more than their name; they have no errors.
FILE_JOB_NAMES = (
    "ALTER TABLE file_job ADD COLUMN name bytea, ADD COLUMN warned integer NOT NULL DEFAULT 0",
    "ALTER TABLE file_job_row ADD COLUMN warnings jsonb NOT NULL DEFAULT '[]'",
)

FILE_JOBS = (FILE_JOB, FILE_JOB_SEALED, *FILE_JOB_INDEXES, FILE_JOB_ROW)
