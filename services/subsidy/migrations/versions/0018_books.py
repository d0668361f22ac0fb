"""Control totals as they were told last."""

from alembic import op

from shared.migrations.books import STATEMENTS

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
