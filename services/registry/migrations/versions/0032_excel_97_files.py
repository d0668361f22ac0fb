"""Files of rows may be workbooks of Excel 97."""

from alembic import op

revision = "0032"
down_revision = "0031"

STATEMENTS = (
    "ALTER TABLE file_job DROP CONSTRAINT file_job_format_check",
    # Every row fits already.
    """
    ALTER TABLE file_job ADD CONSTRAINT file_job_format_check CHECK (format IN ('csv', 'xls', 'xlsx', 'ndjson'))
    NOT VALID
    """,
    "ALTER TABLE file_job VALIDATE CONSTRAINT file_job_format_check",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
