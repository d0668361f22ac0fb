"""Control totals as they were told last."""

from alembic import op

from shared.migrations.books import STATEMENTS

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
