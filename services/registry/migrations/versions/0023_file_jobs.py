"""Roster files become file jobs of the kind "roster": the tables of shared/file_jobs, with what they hold.

Processes of the version before go on while this one is brought out: they find the tables under their former names, as
views. The views, and the default kind that rows written through them get, go with a later migration.
"""

from alembic import op

revision = "0023"
down_revision = "0022"

STATEMENTS = (
    "ALTER TABLE roster_file RENAME TO file_job",
    "ALTER TABLE file_job RENAME COLUMN institution_id TO organisation_id",
    "ALTER TABLE file_job RENAME COLUMN class_id TO target_id",
    "ALTER TABLE file_job RENAME COLUMN form TO format",
    "ALTER TABLE file_job ADD COLUMN kind text NOT NULL DEFAULT 'roster'",
    # A job of any kind knows only by an id whose it is and what for.
    "ALTER TABLE file_job DROP CONSTRAINT roster_file_institution_id_fkey",
    "ALTER TABLE file_job DROP CONSTRAINT roster_file_class_id_fkey",
    "ALTER TABLE file_job RENAME CONSTRAINT roster_file_pkey TO file_job_pkey",
    "ALTER TABLE file_job RENAME CONSTRAINT roster_file_check TO file_job_check",
    "ALTER TABLE file_job DROP CONSTRAINT roster_file_form_check",
    "ALTER TABLE file_job ADD CONSTRAINT file_job_format_check CHECK (format IN ('csv', 'xlsx', 'ndjson'))",
    "ALTER TABLE file_job RENAME CONSTRAINT roster_file_status_check TO file_job_status_check",
    "ALTER INDEX roster_file_standing RENAME TO file_job_standing",
    "ALTER INDEX roster_file_same RENAME TO file_job_same",
    "ALTER INDEX roster_file_served RENAME TO file_job_served",
    "ALTER INDEX roster_file_rows_until RENAME TO file_job_rows_until",
    "DROP INDEX roster_file_institution",
    "CREATE INDEX file_job_organisation ON file_job (kind, organisation_id, id)",
    "ALTER TABLE roster_file_row RENAME TO file_job_row",
    "ALTER TABLE file_job_row RENAME CONSTRAINT roster_file_row_pkey TO file_job_row_pkey",
    "ALTER TABLE file_job_row RENAME CONSTRAINT roster_file_row_file_id_fkey TO file_job_row_file_id_fkey",
    "ALTER TABLE file_job_row RENAME CONSTRAINT roster_file_row_row_check TO file_job_row_row_check",
    """
    CREATE VIEW roster_file AS
    SELECT id, organisation_id AS institution_id, target_id AS class_id, format AS form, dry_run, sealed, digest,
        status, rows_total, accepted, repeated, refused, problem, posted_by, posted_at, finished_at, attempts, holder,
        held_until, rows_hidden, served_at, rows_until
    FROM file_job WHERE kind = 'roster'
    """,
    "CREATE VIEW roster_file_row AS SELECT file_id, row, row_id, errors, sealed FROM file_job_row",
    # What a view does not say of itself: the worker of the version before stores refused rows by COPY.
    """
    CREATE FUNCTION roster_file_row_add() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO file_job_row VALUES (NEW.*);
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER roster_file_row_add INSTEAD OF INSERT ON roster_file_row
    FOR EACH ROW EXECUTE FUNCTION roster_file_row_add()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
