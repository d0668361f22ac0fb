"""Lists of public claims: who is on them, by what the lines were built from."""

from alembic import op

from shared.migrations.public_lists import STATEMENTS

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
