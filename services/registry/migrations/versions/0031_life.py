"""Training orders for any award, not for levels only."""

from alembic import op

revision = "0031"
down_revision = "0030"

STATEMENTS = (
    # Every row fits already, so the long check of them is left to a weaker lock than that of the change.
    "ALTER TABLE training_order DROP CONSTRAINT training_order_level_check",
    """
    ALTER TABLE training_order ADD CONSTRAINT training_order_level_check
    CHECK (level BETWEEN 1 AND 8 OR level BETWEEN 101 AND 199) NOT VALID
    """,
    "ALTER TABLE training_order VALIDATE CONSTRAINT training_order_level_check",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
