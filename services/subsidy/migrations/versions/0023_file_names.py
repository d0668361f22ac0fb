"""Files of rows keep their names, and the warnings about their rows."""

from alembic import op

from shared.migrations.file_jobs import FILE_JOB_NAMES

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    for statement in FILE_JOB_NAMES:
        op.execute(statement)
